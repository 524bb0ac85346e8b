//! Money: amounts that know their unit.

mod alpha;
mod rao;
mod rounding;
mod text;

use crate::NetUid;

pub use alpha::{Alpha, Denominated};
pub use rao::Rao;
pub use rounding::Rounding;
pub(crate) use text::decimal;

/// How many base units a whole TAO or alpha has.
pub(crate) const UNITS: u64 = 1_000_000_000;

/// How many digits after the point that is.
const DECIMALS: usize = 9;

/// Why an amount could not be read or computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("`{0}` is not an amount: digits with at most one `.` are expected")]
    NotDecimal(String),
    /// More decimals than the chain counts.
    #[error("`{0}` has more than {DECIMALS} decimals: the chain counts nothing smaller")]
    TooPrecise(String),
    /// The number is of something else.
    #[error("`{text}` is not an amount of {unit}")]
    WrongUnit {
        /// The text.
        text: String,
        /// What was expected.
        unit: &'static str,
    },
    /// A sum, difference or text outside what 64 bits hold.
    #[error("an amount left the range of 64 bits of base units")]
    Overflow,
    /// Alpha of one subnet met alpha of another.
    #[error("alpha of subnet {left} and alpha of subnet {right} are different currencies")]
    MixedSubnets {
        /// The subnet of the left side.
        left: NetUid,
        /// The subnet of the right side.
        right: NetUid,
    },
}

#[cfg(test)]
mod tests;
