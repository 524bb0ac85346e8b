//! How worth is lost with time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::registry::TimeDecay;
use crate::timestamp::Timestamp;

/// What is left of something after so many hours: 1 at first, then less.
///
/// ```
/// use axonry_scoring::decay::Curve;
/// let week = Curve::HalfLife { hours: 168.0 };
/// assert_eq!((week.at(0.0), week.at(168.0), week.at(336.0)), (1.0, 0.5, 0.25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Curve {
    /// 1 within the grace period, then `1 / (1 + exp(steepness · (days − midpoint)))`, never below
    /// the least.
    Sigmoid {
        /// Hours without any loss.
        grace_hours: f64,
        /// Days after which half is left.
        midpoint_days: f64,
        /// How steep the loss is around that day.
        steepness: f64,
        /// What is left at the end.
        least: f64,
    },
    /// Half after each such span: `2^(−hours / half-life)`.
    HalfLife {
        /// Hours after which half is left.
        hours: f64,
    },
    /// In a straight line to nothing: `1 − hours / span`.
    Linear {
        /// Hours after which nothing is left.
        hours: f64,
    },
    /// All of it up to the limit, nothing after.
    Window {
        /// The last hour that counts.
        hours: f64,
    },
}

impl Curve {
    /// What is left after so many hours; all of it before the beginning.
    pub fn at(self, hours: f64) -> f64 {
        match self {
            Self::Sigmoid { grace_hours, .. } if hours < grace_hours => 1.0,
            Self::Sigmoid {
                midpoint_days,
                steepness,
                least,
                ..
            } => {
                let days = hours / 24.0;
                let exponent = steepness * (days - midpoint_days);
                (1.0 / (1.0 + exponent.exp())).max(least)
            }
            Self::HalfLife { hours: half } => (-hours.max(0.0) / half).exp2(),
            Self::Linear { hours: span } => (1.0 - hours / span).clamp(0.0, 1.0),
            Self::Window { hours: last } => {
                if hours <= last {
                    1.0
                } else {
                    0.0
                }
            }
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sigmoid {
                grace_hours,
                midpoint_days,
                least,
                ..
            } => write!(
                formatter,
                "all for {grace_hours} h, half after {midpoint_days} d, at least {least}"
            ),
            Self::HalfLife { hours } => write!(formatter, "half after {hours} h"),
            Self::Linear { hours } => write!(formatter, "less up to {hours} h"),
            Self::Window { hours } => write!(formatter, "within {hours} h"),
        }
    }
}

impl From<&TimeDecay> for Curve {
    /// The curve of `calculate_time_decay` in `entrius/gittensor`
    /// `gittensor/validator/utils/datetime_utils.py`, with one difference: where the exponential
    /// overflows upstream raises, and here the minimum holds. No valid configuration gets there
    /// within its lookback.
    fn from(rules: &TimeDecay) -> Self {
        Self::Sigmoid {
            grace_hours: rules.grace_period_hours as f64,
            midpoint_days: rules.sigmoid_midpoint_days,
            steepness: rules.sigmoid_steepness,
            least: rules.min_multiplier,
        }
    }
}

/// Multiplier of a pull request merged at `merged_at`, not rounded; 1 for a merge in the future.
pub fn time_decay(merged_at: Timestamp, now: Timestamp, rules: &TimeDecay) -> f64 {
    Curve::from(rules).at(now.hours_since(merged_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_starts_whole_and_never_rises() {
        let curves = [
            Curve::from(&TimeDecay::default()),
            Curve::HalfLife { hours: 5.0 },
            Curve::Linear { hours: 50.0 },
            Curve::Window { hours: 20.0 },
        ];
        for curve in curves {
            assert_eq!((curve.at(-1.0), curve.at(0.0)), (1.0, 1.0), "{curve}");
            let mut last = 1.0;
            for hours in 0..2_000_u16 {
                let left = curve.at(f64::from(hours));
                assert!((0.0..=last).contains(&left), "{curve} at {hours}");
                last = left;
            }
            assert!(last < 0.1, "{curve} comes to an end");
        }
    }
}
