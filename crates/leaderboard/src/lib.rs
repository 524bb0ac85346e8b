//! The standings of a subnet as a page, as JSON and as events.

mod standings;

pub use standings::{
    EXPLAINED, Eligibility, Explanation, Landed, Landing, MINERS_SHOWN, Miner, Point, ROUNDS_SHOWN,
    Source, Standings, StandingsError, ValidatorState,
};
