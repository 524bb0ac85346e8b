//! The loop of a validator, from start to drain.
//!
//! A subnet author writes one [`Mechanism`]; this crate reads the subnet at one block, asks the
//! mechanism, folds the answers into averages that survive a restart, plans a weight vector and
//! lands it, and tells the whole story in a report.
//!
//! It does not know: subxt, HTTP, GitHub, keys on disk, or how anybody is scored.

mod mechanism;
mod moving_average;
mod progress;

pub use mechanism::{Evaluation, Mechanism, MechanismError, Round};
pub use moving_average::{DEFAULT_ALPHA, Folded, MovingAverage};
pub use progress::{Progress, Stage, Step, Unwatched};
