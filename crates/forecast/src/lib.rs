//! Mechanism: price-path forecasts, compatible with SN50.

mod answer;
mod asset;
mod competition;
mod forward;
mod mode;
mod paths;
mod prompt;
mod synapse;
mod validation;
mod workers;

pub use answer::{Answer, read_answer, read_paths};
pub use asset::{Asset, AssetError};
pub use competition::Competition;
pub use forward::{Forward, Heard, Hearing, Keep, Kept, Miner, NotHeard, limits};
pub use mode::Mode;
pub use paths::Paths;
pub use prompt::Prompt;
pub use synapse::{Simulation, SimulationInput, SimulationRequest, SimulationResponse};
pub use validation::{Flaw, PythonType, Validation};
pub use workers::{Panicked, Workers, WorkersError};
