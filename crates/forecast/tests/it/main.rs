//! Forecasts over the public interface.

mod answers;
#[cfg(feature = "archive")]
mod archive;
mod farm;
mod forward;
mod mechanism;
mod prices;
