use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{MoneyError, Rounding, UNITS, text};

/// An amount of TAO, counted in rao (1 TAO = 10⁹ rao).
///
/// No constructor takes a `Rao` or a float, so an amount cannot be converted twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Rao(u64);

impl Rao {
    /// No TAO at all.
    pub const ZERO: Self = Self(0);

    /// The most there can be.
    pub const MAX: Self = Self(u64::MAX);

    /// Takes a count of rao as it is.
    pub const fn from_rao(rao: u64) -> Self {
        Self(rao)
    }

    /// Takes a whole number of TAO, or `None` when it does not fit.
    pub const fn from_tao(tao: u64) -> Option<Self> {
        match tao.checked_mul(UNITS) {
            Some(rao) => Some(Self(rao)),
            None => None,
        }
    }

    /// The count of rao.
    pub const fn rao(self) -> u64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it would be negative.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .ok_or(MoneyError::Overflow)
    }

    /// What is left after taking as much as there is of `other`.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times the amount.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn checked_mul(self, times: u64) -> Result<Self, MoneyError> {
        self.0
            .checked_mul(times)
            .map(Self)
            .ok_or(MoneyError::Overflow)
    }

    /// `numerator / denominator` of the amount; what is between is exact.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn ratio(
        self,
        numerator: u64,
        denominator: NonZeroU64,
        rounding: Rounding,
    ) -> Result<Self, MoneyError> {
        let ratio = rounding.ratio(self.0, numerator, denominator);
        ratio.map(Self).ok_or(MoneyError::Overflow)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// Reads decimal TAO exactly: `21.5369`, `0.000000001`, `7`; also as it prints, `21.5369 τ`.
impl FromStr for Rao {
    type Err = MoneyError;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let (number, unit) = text::split(given);
        match unit {
            None | Some("τ" | "TAO") => text::parse(number).map(Self),
            Some(_) => Err(MoneyError::WrongUnit {
                text: text::shown(given),
                unit: "TAO",
            }),
        }
    }
}

impl fmt::Display for Rao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} τ", text::decimal(self.0)))
    }
}
