//! Forecasts over the public interface.

mod farm;
mod forward;
mod mechanism;
mod prices;
