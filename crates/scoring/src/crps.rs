//! The continuous ranked probability score: how well an ensemble of price paths met what happened.
//!
//! [`Ensemble`] is the score of many guesses of one number, for any subnet of forecasts. [`Judge`]
//! applies it to whole paths of a price over several [`Interval`]s.

mod changes;
mod ensemble;
mod interval;
mod judge;
mod order;

pub use changes::{changes, observed_blocks};
pub use ensemble::Ensemble;
pub use interval::{Interval, Measure};
pub use judge::{CrpsError, Detail, IntervalScore, Judge, PathScore};
