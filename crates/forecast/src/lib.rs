//! Mechanism: price-path forecasts, compatible with SN50.

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
