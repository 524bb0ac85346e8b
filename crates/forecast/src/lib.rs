//! Mechanism: price-path forecasts, compatible with SN50.

mod answer;
mod asset;
mod competition;
mod mode;
mod paths;
mod prompt;
mod validation;

pub use answer::{Answer, read_answer};
pub use asset::{Asset, AssetError};
pub use competition::Competition;
pub use mode::Mode;
pub use paths::Paths;
pub use prompt::Prompt;
pub use validation::{Flaw, PythonType, Validation};
