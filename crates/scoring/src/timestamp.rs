//! A moment, as scoring needs it.

use serde::Serialize;

/// Microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than every real moment.
    pub const FAR_FUTURE: Self = Self(i64::MAX);

    /// Takes a count of microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The count of microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to this moment; negative when it is the later one.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Hours from `earlier` to this moment: Python's `(self - earlier).total_seconds() / 3600`.
    ///
    /// Exact to the microsecond for spans below 285 years.
    pub fn hours_since(self, earlier: Self) -> f64 {
        self.micros_since(earlier) as f64 / 1e6 / 3600.0
    }
}
