#![doc = include_str!("../README.md")]

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
