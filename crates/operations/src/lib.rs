//! What an operator watches: metrics, health, signs of life, logs.
//!
//! Use it in any program that must not fail unseen. A task gives signs of life through a [`Pulse`];
//! a [`Watchdog`] on a thread of its own notices when they stop, even where every worker of the
//! runtime is stuck. [`Metrics`] turns what rounds report into one schema, the same for every subnet,
//! and a [`Window`] serves it with the answers to "is it alive?" and "is it ready?".
//!
//! ```
//! use std::time::{Duration, Instant};
//! use axonry_operations::Pulses;
//!
//! let pulses = Pulses::default();
//! let rounds = pulses.pulse("rounds", Duration::from_secs(60));
//! rounds.beat();
//! let later = Instant::now() + Duration::from_secs(61);
//! assert_eq!(pulses.overdue(later)[0].task, "rounds");
//! // A wait whose end is known is no standstill.
//! rounds.quiet(Duration::from_secs(120));
//! assert!(pulses.overdue(later).is_empty());
//! ```
//!
//! It does not know: any chain, mechanism or store; it reads no environment, and ends no process.

mod logs;
mod metrics;
mod process;
mod pulse;
mod readiness;
mod rounds;
mod watchdog;
mod window;

pub use logs::{LogFormat, init_logs};
pub use metrics::{Metrics, ServerTraffic};
pub use pulse::{Overdue, Pulse, Pulses};
pub use readiness::Readiness;
pub use rounds::RoundPulse;
pub use watchdog::Watchdog;
pub use window::{Window, WindowError};
