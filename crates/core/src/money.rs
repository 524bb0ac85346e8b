use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::NetUid;

const UNITS: u64 = 1_000_000_000;
const DECIMALS: usize = 9;

/// An amount of TAO, counted in rao (1 TAO = 10⁹ rao).
///
/// No constructor takes a `Rao` or a float, so an amount cannot be converted twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Rao(u64);

/// An amount of one subnet's alpha, counted in 10⁻⁹ units; it carries its subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Alpha {
    netuid: NetUid,
    units: u64,
}

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

impl Rao {
    /// No TAO at all.
    pub const ZERO: Self = Self(0);

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
}

impl Alpha {
    /// Takes a count of 10⁻⁹ alpha of `netuid` as it is.
    pub const fn from_base_units(netuid: NetUid, units: u64) -> Self {
        Self { netuid, units }
    }

    /// Reads a decimal text as alpha of `netuid`.
    ///
    /// # Errors
    /// As [`Rao::from_str`].
    pub fn parse(netuid: NetUid, text: &str) -> Result<Self, MoneyError> {
        parse(text).map(|units| Self { netuid, units })
    }

    /// The subnet whose alpha it is.
    pub const fn netuid(self) -> NetUid {
        self.netuid
    }

    /// The count of 10⁻⁹ alpha.
    pub const fn base_units(self) -> u64 {
        self.units
    }

    /// The sum, of the same subnet's alpha.
    ///
    /// # Errors
    /// [`MoneyError::MixedSubnets`], [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        let units = self.same(other)?.checked_add(other.units);
        units
            .map(|units| Self { units, ..self })
            .ok_or(MoneyError::Overflow)
    }

    /// The difference, of the same subnet's alpha.
    ///
    /// # Errors
    /// [`MoneyError::MixedSubnets`], [`MoneyError::Overflow`] when it would be negative.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        let units = self.same(other)?.checked_sub(other.units);
        units
            .map(|units| Self { units, ..self })
            .ok_or(MoneyError::Overflow)
    }

    fn same(self, other: Self) -> Result<u64, MoneyError> {
        if self.netuid == other.netuid {
            Ok(self.units)
        } else {
            Err(MoneyError::MixedSubnets {
                left: self.netuid,
                right: other.netuid,
            })
        }
    }
}

/// Reads decimal TAO exactly: `21.5369`, `0.000000001`, `7`.
impl FromStr for Rao {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map(Self)
    }
}

impl fmt::Display for Rao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} τ", decimal(self.0)))
    }
}

impl fmt::Display for Alpha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} α{}", decimal(self.units), self.netuid))
    }
}

pub(crate) fn decimal(units: u64) -> String {
    let (whole, rest) = (units / UNITS, units % UNITS);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:0DECIMALS$}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

fn parse(text: &str) -> Result<u64, MoneyError> {
    let wrong = || MoneyError::NotDecimal(text.chars().take(80).collect());
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || text.ends_with('.') {
        return Err(wrong());
    }
    let significant = rest.trim_end_matches('0');
    if significant.len() > DECIMALS {
        return Err(MoneyError::TooPrecise(text.chars().take(80).collect()));
    }
    let number = |part: &str| {
        part.bytes().try_fold(0_u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
    };
    let rest = format!("{significant:0<DECIMALS$}");
    number(whole)
        .and_then(|whole| whole.checked_mul(UNITS))
        .and_then(|whole| whole.checked_add(number(&rest)?))
        .ok_or(MoneyError::Overflow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_amount_survives_its_decimal_text(units: u64) {
            prop_assert_eq!(parse(&decimal(units)), Ok(units));
        }
    }

    #[test]
    fn a_text_is_read_exactly_or_refused() {
        assert_eq!("0.000000001".parse(), Ok(Rao::from_rao(1)));
        assert_eq!("18446744073.709551615".parse(), Ok(Rao::from_rao(u64::MAX)));
        assert_eq!("1.50000000000".parse(), Ok(Rao::from_rao(1_500_000_000)));
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e9", "1_000", "1.2.3", " 1", "NaN", "١",
        ] {
            assert!(
                matches!(text.parse::<Rao>(), Err(MoneyError::NotDecimal(_))),
                "{text}"
            );
        }
        assert!(matches!(
            "0.0000000001".parse::<Rao>(),
            Err(MoneyError::TooPrecise(_))
        ));
        assert_eq!(
            "18446744073.709551616".parse::<Rao>(),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn alpha_of_two_subnets_never_mixes() {
        let here = Alpha::from_base_units(NetUid(1), 5);
        let there = Alpha::from_base_units(NetUid(2), 5);
        let mixed = MoneyError::MixedSubnets {
            left: NetUid(1),
            right: NetUid(2),
        };
        assert_eq!(here.checked_add(there), Err(mixed.clone()));
        assert_eq!(here.checked_sub(there), Err(mixed));
        assert_eq!(
            here.checked_sub(here),
            Ok(Alpha::from_base_units(NetUid(1), 0))
        );
    }
}
