use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// How good a miner was: finite and not negative, by construction.
///
/// The only way from a float to a weight leads through here, so NaN and infinity end at the door
/// (they once became equal weights for everybody: `entrius/gittensor#1188`).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Score(f64);

/// A number that is no score.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a score: a finite number that is not negative is expected")]
pub struct ScoreError(f64);

impl Score {
    /// No merit at all, and known to be so.
    pub const ZERO: Self = Self(0.0);

    /// Takes a finite number that is not negative; −0 becomes 0.
    ///
    /// # Errors
    /// [`ScoreError`] for NaN, infinities and negative numbers.
    pub fn new(value: f64) -> Result<Self, ScoreError> {
        if value.is_finite() && value >= 0.0 {
            Ok(Self(value + 0.0))
        } else {
            Err(ScoreError(value))
        }
    }

    /// The number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Score {
    type Error = ScoreError;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Score {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_that_are_not_negative_are_scores() {
        for wrong in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -f64::MIN_POSITIVE,
        ] {
            assert!(Score::new(wrong).is_err(), "{wrong}");
        }
        let zero = Score::new(-0.0).expect("minus zero is zero");
        assert_eq!(
            zero.value().to_bits(),
            0.0_f64.to_bits(),
            "and equal to it bit for bit"
        );
        assert!(Score::new(f64::MAX).is_ok());
    }
}
