//! The standings of a subnet as a page, as JSON and as events.
//!
//! Use it to show people how a subnet's miners stand: hand a [`Board`] one [`Standings`] after each
//! round, and a [`Leaderboard`] serves them: a page that works without a script and keeps itself up to
//! date with one, the same numbers as data, and an event when there is a new round. It is read-only,
//! and no request makes it ask anybody for anything: every answer is made once per round, from values.
//!
//! ```
//! use std::time::Duration;
//! use axonry_core::{BlockNumber, Hotkey, NetUid, Uid};
//! use axonry_leaderboard::{Board, Leaderboard, Miner, Standings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let board = Board::new();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let server = Leaderboard::builder(board.clone()).serve(listener)?;
//! println!("http://{}", server.address());
//!
//! // … after each round:
//! let miner = Miner {
//!     score: Some(0.75),
//!     average: 0.5,
//!     weight: 65_535,
//!     ..Miner::new(Uid(7), Hotkey::from_bytes([1; 32]))
//! };
//! let mut standings = Standings::new(NetUid(74), 12, BlockNumber(4_320));
//! standings.miners = vec![miner];
//! board.publish(standings)?;
//! assert_eq!(board.round(), Some(12));
//!
//! // … until the process is to stop:
//! server.close(Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```
//!
//! Feature `merge` reads the boards of many validators at once and says where they agree.
//!
//! It does not know: any chain, store or mechanism. An [`Explanation`] is a tree of labelled numbers,
//! whoever reckoned them.

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
