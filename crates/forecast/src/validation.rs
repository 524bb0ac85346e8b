use std::fmt::{self, Display};

/// What became of an answer's validation: upstream's column `format_validation`.
///
/// Displayed, it is the text that `mode-network/synth-subnet` `response_validation_v2.py` stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Every rule holds.
    Correct,
    /// A rule does not; the first that does not is named.
    Incorrect(Flaw),
}

/// Which rule an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// No answer in time, an answer that is no synapse, or none at all.
    #[error("time out or internal server error (process time is None)")]
    NoAnswer,
    /// An answer without paths, or with an empty list of them.
    #[error("Response is empty")]
    Empty,
    /// Something else than a list.
    #[error("Response format is incorrect: expected tuple or list, got {0}")]
    NotAList(PythonType),
    /// The first element is no whole number.
    #[error("Start time format is incorrect: expected int, got {0}")]
    StartTimeFormat(PythonType),
    /// The second element is missing, over which upstream stumbles.
    #[error("error during validation")]
    NoTimeIncrement,
    /// The second element is no whole number.
    #[error("Time increment format is incorrect: expected int, got {0}")]
    TimeIncrementFormat(PythonType),
    /// Another start than was asked for.
    #[error("Start time timestamp is incorrect: expected {expected}, got {found}")]
    StartTime {
        /// Seconds since 1970.
        expected: i64,
        /// What was answered, as Python prints it.
        found: Box<str>,
    },
    /// Other steps than were asked for.
    #[error("Time increment is incorrect: expected {expected}, got {found}")]
    TimeIncrement {
        /// Seconds.
        expected: u32,
        /// What was answered, as Python prints it.
        found: Box<str>,
    },
    /// More or fewer paths than were asked for.
    #[error("Number of paths is incorrect: expected {expected}, got {found}")]
    PathCount {
        /// Paths of the prompt.
        expected: usize,
        /// Paths of the answer.
        found: usize,
    },
    /// A path is no list.
    #[error("Path format is incorrect: expected list, got {0}")]
    PathFormat(PythonType),
    /// A path has more or fewer prices than were asked for.
    #[error("Number of time points is incorrect: expected {expected}, got {found}")]
    PointCount {
        /// Points of the prompt.
        expected: usize,
        /// Points of the first path that differs.
        found: usize,
    },
    /// A price is no number.
    #[error("Price format is incorrect: expected int or float, got {0}")]
    PriceFormat(PythonType),
    /// A price takes more than eight characters, the points not counted, as Python prints it.
    #[error("Price format is incorrect: too many digits {0}")]
    TooManyDigits(Box<str>),
    /// A price is infinite or no number; only in [`Mode::Full`](crate::Mode::Full).
    #[error("Price is incorrect: expected a finite number, got {0}")]
    NotFinite(Box<str>),
    /// A price is zero, from which no change can be told; only in [`Mode::Full`](crate::Mode::Full).
    #[error("Price is incorrect: expected a price other than zero")]
    ZeroPrice,
}

/// A type of Python, as its `type()` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Python's own names")]
pub enum PythonType {
    NoneType,
    Bool,
    Int,
    Float,
    Str,
    List,
    Dict,
}

impl Validation {
    /// Whether the answer counts.
    pub const fn is_correct(&self) -> bool {
        matches!(self, Self::Correct)
    }
}

impl Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Correct => f.pad("CORRECT"),
            Self::Incorrect(flaw) => flaw.fmt(f),
        }
    }
}

impl Display for PythonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::NoneType => "NoneType",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Str => "str",
            Self::List => "list",
            Self::Dict => "dict",
        };
        write!(f, "<class '{name}'>")
    }
}
