//! The continuous ranked probability score: how well an ensemble of price paths met what happened.

mod interval;

pub use interval::{Interval, Measure};
