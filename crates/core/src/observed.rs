use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, UTC. Given from outside; nothing here reads a clock.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

/// A value that was seen, or the reason why it was not. Never a made-up zero.
///
/// An authoritative "there is none" is `Known` with an empty value; a source that failed to answer
/// is `Unknown`, and must not lower anybody's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "observed", rename_all = "snake_case")]
pub enum Observed<T> {
    /// Seen.
    Known {
        /// What was seen.
        value: T,
        /// When it was true.
        as_of: UnixMillis,
    },
    /// Not seen.
    Unknown {
        /// Why not.
        reason: Unknown,
    },
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unknown {
    /// The source did not answer, or answered with an error.
    SourceFailed(String),
    /// The source answered that it does not have the value yet.
    NotStoredYet,
    /// The answer was there but could not be understood.
    Malformed(String),
    /// Our own work on it failed or ran out of time.
    NotComputed(String),
}

impl<T> Observed<T> {
    /// A seen value.
    pub const fn known(value: T, as_of: UnixMillis) -> Self {
        Self::Known { value, as_of }
    }

    /// A value that was not seen.
    pub const fn unknown(reason: Unknown) -> Self {
        Self::Unknown { reason }
    }

    /// The value, if it is known.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether the value is known.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known { .. })
    }

    /// The reason, if the value is not known.
    pub const fn reason(&self) -> Option<&Unknown> {
        match self {
            Self::Known { .. } => None,
            Self::Unknown { reason } => Some(reason),
        }
    }

    /// Applies `f` to a known value; what is unknown stays unknown, for the same reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Known { value, as_of } => Observed::Known {
                value: f(value),
                as_of,
            },
            Self::Unknown { reason } => Observed::Unknown { reason },
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceFailed(detail) => write!(f, "the source failed: {detail}"),
            Self::NotStoredYet => f.write_str("the source has not stored it yet"),
            Self::Malformed(detail) => write!(f, "the answer was malformed: {detail}"),
            Self::NotComputed(detail) => write!(f, "it was not computed: {detail}"),
        }
    }
}
