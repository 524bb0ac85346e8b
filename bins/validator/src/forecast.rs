//! Judging by price-path forecasts: settings, wiring, what runs beside the rounds.

#[cfg(feature = "archive")]
mod archive;
mod arguments;
mod embedded;
mod judge;
mod prompts;

pub(crate) use arguments::{ForecastArguments, ForecastSettings};
pub(crate) use embedded::{farm, shape};
pub(crate) use judge::{Attendance, Given, Sources};
