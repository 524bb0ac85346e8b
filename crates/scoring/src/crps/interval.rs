//! Over which spans of time changes of a price are judged.

/// A span of time over which changes of a price are judged, with what its name says about how.
///
/// Names are those of `mode-network/synth-subnet` `synth/validator/prompt_config.py`, which
/// `crps_calculation.py` takes apart: the end of a name decides the [`Measure`].
///
/// ```
/// use axonry_scoring::crps::{Interval, Measure};
/// assert_eq!(Interval::new("5min", 300).measure(), Measure::Change);
/// assert_eq!(Interval::new("24hour_abs", 86_400).measure(), Measure::Price);
/// assert_eq!(Interval::new("0_10min_gaps", 600).measure(), Measure::FirstChange);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    name: String,
    seconds: u32,
}

/// What of a price path an [`Interval`] judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Changes from one sampled point to the next, in basis points of the former.
    Change,
    /// The change from the first sampled point to the second alone, in basis points.
    FirstChange,
    /// Prices from the second sampled point on; CRPS is in basis points of the last real price.
    Price,
}

impl Interval {
    /// An interval of so many seconds; `_abs` and `_gaps` at the end of the name mean something.
    pub fn new(name: impl Into<String>, seconds: u32) -> Self {
        let name = name.into();
        Self { name, seconds }
    }

    /// What it is called in detail rows.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long it is.
    pub const fn seconds(&self) -> u32 {
        self.seconds
    }

    /// What it judges.
    pub fn measure(&self) -> Measure {
        if self.name.ends_with("_abs") {
            Measure::Price
        } else if self.name.ends_with("_gaps") {
            Measure::FirstChange
        } else {
            Measure::Change
        }
    }
}
