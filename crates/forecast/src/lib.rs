//! Mechanism: price-path forecasts, compatible with SN50.
//!
//! Miners are asked for a thousand paths that an asset's price may take over the next hour or day.
//! When that is over they are judged by what the price did, and the averages of those scores make
//! weights. Rules and constants are those of `mode-network/synth-subnet`; every function names the
//! file it reproduces, and says under **Parity** what that code does beyond its rules, which
//! [`Mode::Full`] mends.
//!
//! Use [`Forecast`] as the mechanism of a validator, [`BaselineMiner`] to have something to answer
//! with, and the rest for a part of either: to read answers, to judge them, or to see why a score is
//! what it is.
//!
//! ```
//! use axonry_forecast::{Competition, Mode, Prompt, prompt_scores, read_answer};
//! use axonry_scoring::crps::{Ensemble, Judge};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let prompt = Prompt {
//!     num_simulations: 2,
//!     time_length: 600,
//!     ..Prompt::new(&Competition::low(), "BTC".parse()?, "2026-02-03T10:25:00Z".parse()?)
//! };
//! let body = br#"{"simulation_input": {}, "simulation_output":
//!     [1770114300, 300, [100.0, 101.0, 102.0], [100.0, 99.5, 99.0]]}"#;
//! let answer = read_answer(body, &prompt, Mode::Parity);
//! let paths = answer.paths.ok_or_else(|| answer.validation.to_string())?;
//!
//! let happened = [100.0, 100.5, 101.5];
//! let judge = Judge::new(&happened, 300, &Competition::low().intervals[..1])?;
//! let score = judge.score(paths.prices(), &mut Ensemble::default())?;
//! let scores = prompt_scores(&[Some(score.total), None], Mode::Parity).ok_or("one counts")?;
//! assert_eq!(scores.scores, [0.0, 0.0], "the best, and as bad as anybody who answered");
//! # Ok(())
//! # }
//! ```
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
//!
//! # Quirks of upstream, and what becomes of them
//!
//! | in `Parity` as upstream | in `Full` |
//! |---|---|
//! | `NaN` and infinities are valid prices | [`Flaw::NotFinite`] |
//! | zero is a valid price, and no answer with one has a score | [`Flaw::ZeroPrice`] |
//! | one miner's infinite score can make everybody's NaN | that miner has no score |
//!
//! In both, the rule on digits counts the characters that Python prints, exponent and sign included:
//! 0.00012345 is too long and 1e+300 is not. Numbers in texts and booleans are numbers, unless
//! anything in the answer is none.
//!
//! # What this crate does not know
//!
//! What makes a vector of weights legal (`axonry-weights` does), where keys are, and any subnet but
//! its own.

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
