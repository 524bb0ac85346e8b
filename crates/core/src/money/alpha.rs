use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{MoneyError, Rounding, text};
use crate::NetUid;

/// An amount of one subnet's alpha, counted in 10⁻⁹ units; it carries its subnet.
///
/// Alpha of two subnets are two currencies: they neither add nor compare, and asking for it is an
/// error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Alpha {
    netuid: NetUid,
    units: u64,
}

/// An amount of alpha with the symbol that its subnet has chosen: see [`Alpha::in_symbol`].
#[derive(Clone, Copy, Debug)]
pub struct Denominated<'a> {
    amount: Alpha,
    symbol: &'a str,
}

impl Alpha {
    /// Takes a count of 10⁻⁹ alpha of `netuid` as it is.
    pub const fn from_base_units(netuid: NetUid, units: u64) -> Self {
        Self { netuid, units }
    }

    /// No alpha of `netuid` at all.
    pub const fn none_of(netuid: NetUid) -> Self {
        Self { netuid, units: 0 }
    }

    /// Reads a decimal text as alpha of `netuid`: `21.5369`, or as it prints, `21.5369 α45`.
    ///
    /// # Errors
    /// As [`Rao::from_str`](crate::Rao), and [`MoneyError::MixedSubnets`] when the text is of another
    /// subnet's.
    pub fn parse(netuid: NetUid, given: &str) -> Result<Self, MoneyError> {
        let (number, unit) = text::split(given);
        if let Some(unit) = unit {
            let said = subnet_of(unit).ok_or_else(|| wrong_unit(given))?;
            Self::none_of(netuid).same(Self::none_of(said))?;
        }
        text::parse(number).map(|units| Self { netuid, units })
    }

    /// The subnet whose alpha it is.
    pub const fn netuid(self) -> NetUid {
        self.netuid
    }

    /// The count of 10⁻⁹ alpha.
    pub const fn base_units(self) -> u64 {
        self.units
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// The amount with the symbol of its subnet: `21.5369 β`. A subnet without one gets its number.
    pub const fn in_symbol(self, symbol: &str) -> Denominated<'_> {
        Denominated {
            amount: self,
            symbol,
        }
    }

    /// The sum, of the same subnet's alpha.
    ///
    /// # Errors
    /// [`MoneyError::MixedSubnets`], [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        let units = self.units.checked_add(self.same(other)?);
        self.of(units)
    }

    /// The difference, of the same subnet's alpha.
    ///
    /// # Errors
    /// [`MoneyError::MixedSubnets`], [`MoneyError::Overflow`] when it would be negative.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        let units = self.units.checked_sub(self.same(other)?);
        self.of(units)
    }

    /// Which of two amounts of the same subnet's alpha is more.
    ///
    /// # Errors
    /// [`MoneyError::MixedSubnets`].
    pub fn checked_cmp(self, other: Self) -> Result<Ordering, MoneyError> {
        Ok(self.units.cmp(&self.same(other)?))
    }

    /// So many times the amount.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn checked_mul(self, times: u64) -> Result<Self, MoneyError> {
        self.of(self.units.checked_mul(times))
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
        self.of(rounding.ratio(self.units, numerator, denominator))
    }

    fn of(self, units: Option<u64>) -> Result<Self, MoneyError> {
        let of_units = |units| Self { units, ..self };
        units.map(of_units).ok_or(MoneyError::Overflow)
    }

    /// The count of the other, if it is the same currency.
    fn same(self, other: Self) -> Result<u64, MoneyError> {
        if self.netuid == other.netuid {
            Ok(other.units)
        } else {
            Err(MoneyError::MixedSubnets {
                left: self.netuid,
                right: other.netuid,
            })
        }
    }
}

/// The subnet in `α45`.
fn subnet_of(unit: &str) -> Option<NetUid> {
    unit.strip_prefix('α')?.parse().ok()
}

fn wrong_unit(given: &str) -> MoneyError {
    MoneyError::WrongUnit {
        text: text::shown(given),
        unit: "alpha",
    }
}

/// Reads an amount that says its subnet, as it prints: `21.5369 α45`.
impl FromStr for Alpha {
    type Err = MoneyError;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let (number, unit) = text::split(given);
        let netuid = unit.and_then(subnet_of).ok_or_else(|| wrong_unit(given))?;
        text::parse(number).map(|units| Self { netuid, units })
    }
}

impl fmt::Display for Alpha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} α{}", text::decimal(self.units), self.netuid))
    }
}

impl fmt::Display for Denominated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.symbol.is_empty() {
            return self.amount.fmt(f);
        }
        let number = text::decimal(self.amount.units);
        f.pad(&format!("{number} {}", self.symbol))
    }
}
