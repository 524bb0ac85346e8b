#![doc = include_str!("../README.md")]
//!
//! # From a prompt to weights
//!
//! | step | item |
//! |---|---|
//! | what is asked of whom, and when | [`Competition`], [`Prompt`] |
//! | all miners at once, answers read as they land | [`Forward`], [`Workers`] |
//! | the body of an answer, straight into flat paths | [`read_answer`], [`Validation`], [`Paths`] |
//! | what happened | [`PriceSource`], [`RealPrices`] |
//! | CRPS of every answer | [`score_all`], `axonry_scoring::crps` |
//! | what that is worth among the others | [`prompt_scores()`] |
//! | the average over the window, newcomers filled in | [`back_filled`], [`smoothed_scores`] |
//! | shares of each competition, and of the owner | [`rewards`], [`combined`], [`owner_weight`] |
//! | all of it, round by round | [`Forecast`] |

mod answer;
mod asset;
mod blob;
mod clock;
mod competition;
#[cfg(feature = "farm")]
pub mod farm;
mod forward;
mod mechanism;
mod miner;
mod mode;
mod paths;
mod prices;
mod prompt;
mod prompt_scores;
mod rounding;
mod schedule;
mod smoothed;
mod standings;
mod synapse;
mod validation;
mod workers;

pub use answer::{Answer, read_answer, read_paths};
pub use asset::{Asset, AssetError};
pub use blob::row_key;
pub use clock::MovableClock;
pub use competition::Competition;
pub use forward::{Forward, Heard, Hearing, Keep, Kept, Miner, NotHeard, limits};
pub use mechanism::{
    AskError, Cycles, Forecast, ForecastParts, ForecastReport, ForecastSettings, Inquiry,
    Milliseconds, MinerLine, PromptReport, ScoreLine, ScoredReport, Stages, UnscoredReport,
};
pub use miner::BaselineMiner;
pub use mode::Mode;
pub use paths::Paths;
pub use prices::{Close, FilePrices, PriceError, PriceSource, RealPrices, SeededPrices};
#[cfg(feature = "http")]
pub use prices::{Hyperliquid, PublicFeeds, Pyth};
pub use prompt::Prompt;
pub use prompt_scores::{PromptScores, prompt_scores};
pub use rounding::round8;
pub use schedule::next_minute;
pub use smoothed::{
    PreparedScore, Reward, ScoreRow, asset_coefficient, back_filled, combined, owner_weight,
    rewards, smoothed_scores, softmax,
};
pub use standings::{chunk_sizes, score_all};
pub use synapse::{Simulation, SimulationInput, SimulationRequest, SimulationResponse};
pub use validation::{Flaw, PythonType, Validation};
pub use workers::{Panicked, Workers, WorkersError};
