#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod board;
mod html;
#[cfg(feature = "merge")]
mod merge;
mod page;
mod rendered;
mod server;
mod snapshot;
mod standings;
mod view;

pub use board::Board;
#[cfg(feature = "merge")]
pub use merge::{Answered, Merge, Merged, MergedMiner, SourceError, SourceReport};
pub use server::{Leaderboard, LeaderboardBuilder, LeaderboardCounters, Limits, Rate};
pub use standings::{
    EXPLAINED, Eligibility, Explanation, Landed, Landing, MINERS_SHOWN, Miner, Point, ROUNDS_SHOWN,
    Source, Standings, StandingsError, ValidatorState,
};
