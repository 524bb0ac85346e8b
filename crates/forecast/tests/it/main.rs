//! Forecasts over the public interface.

mod answers;
mod farm;
mod forward;
mod mechanism;
mod prices;
