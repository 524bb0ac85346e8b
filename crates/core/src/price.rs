use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fixed::{Bits, Fixed};
use crate::money::{self, decimal};
use crate::{Alpha, MoneyError, NetUid, Rao, Rounding};

const UNITS: u128 = money::UNITS as u128;

/// What one whole alpha of a subnet costs, counted in rao.
///
/// It is whole rao, as the chain's calls take it: the price of a limit is what was meant, to the
/// last digit. Amounts worked out with it round down and leave fee and slippage out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(Rao);

/// How much alpha of one subnet a whole alpha of another is worth, counted in 10⁻⁹.
///
/// It is the price of what is given divided by the price of what is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeRate(u64);

impl Price {
    /// Takes the price of one whole alpha.
    pub const fn per_alpha(price: Rao) -> Self {
        Self(price)
    }

    /// The price of one whole alpha.
    pub const fn of_one_alpha(self) -> Rao {
        self.0
    }

    /// What an amount of alpha is worth.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when that does not fit.
    pub fn value(self, amount: Alpha) -> Result<Rao, MoneyError> {
        let value = u128::from(amount.base_units()) * u128::from(self.0.rao()) / UNITS;
        let value = u64::try_from(value).map_err(|_| MoneyError::Overflow)?;
        Ok(Rao::from_rao(value))
    }

    /// How much alpha of `netuid` an amount of TAO is worth.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when that does not fit, or the price is nothing.
    pub fn alpha_for(self, amount: Rao, netuid: NetUid) -> Result<Alpha, MoneyError> {
        let scaled = u128::from(amount.rao()) * UNITS;
        let units = scaled.checked_div(u128::from(self.0.rao()));
        let units = units.and_then(|units| u64::try_from(units).ok());
        let units = units.ok_or(MoneyError::Overflow)?;
        Ok(Alpha::from_base_units(netuid, units))
    }

    /// What alpha of this price is worth in alpha of another.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when that does not fit, or the other price is nothing.
    pub fn in_terms_of(self, other: Self) -> Result<ExchangeRate, MoneyError> {
        let scaled = u128::from(self.0.rao()) * UNITS;
        let rate = scaled.checked_div(u128::from(other.0.rao()));
        let rate = rate.and_then(|rate| u64::try_from(rate).ok());
        rate.map(ExchangeRate).ok_or(MoneyError::Overflow)
    }
}

impl Price {
    /// What one alpha of root costs, whose alpha is TAO.
    pub const ROOT: Self = Self(Rao::from_rao(1_000_000_000));

    /// A price as the chain keeps its averages: TAO for one alpha, in fixed point.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] below zero, and above what 64 bits of rao hold.
    pub fn from_fixed<B: Bits, const PLACES: u32>(
        tao: Fixed<B, PLACES>,
        rounding: Rounding,
    ) -> Result<Self, MoneyError> {
        let rao = tao.times(money::UNITS, rounding);
        let rao = rao.map(Rao::from_rao).ok_or(MoneyError::Overflow)?;
        Ok(Self(rao))
    }

    /// `numerator / denominator` of the price.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit.
    pub fn ratio(
        self,
        numerator: u64,
        denominator: NonZeroU64,
        rounding: Rounding,
    ) -> Result<Self, MoneyError> {
        self.0.ratio(numerator, denominator, rounding).map(Self)
    }
}

/// Reads TAO for one alpha: `0.03466`, or as it prints, `0.03466 τ/α`.
impl FromStr for Price {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_suffix("/α").unwrap_or(text).parse().map(Self)
    }
}

impl ExchangeRate {
    /// `numerator / denominator` of the rate.
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

    /// Takes a count of 10⁻⁹.
    pub const fn from_billionths(rate: u64) -> Self {
        Self(rate)
    }

    /// The count of 10⁻⁹.
    pub const fn billionths(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/α", self.0))
    }
}

impl fmt::Display for ExchangeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} α/α", decimal(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::I96F32;

    const SN: NetUid = NetUid(45);

    #[test]
    fn what_is_swapped_is_worth_what_it_was() {
        // 21.5369 alpha at 0.03466 TAO.
        let price = Price::per_alpha(Rao::from_rao(34_660_000));
        let held = Alpha::from_base_units(SN, 21_536_900_000);
        assert_eq!(price.value(held), Ok(Rao::from_rao(746_468_954)));
        assert_eq!(
            price.in_terms_of(Price::ROOT),
            Ok(ExchangeRate::from_billionths(34_660_000)),
            "root's price is 1, so the rate to it is the price"
        );
        assert_eq!(price.to_string(), "0.03466 τ/α");
        assert_eq!("0.03466 τ/α".parse(), Ok(price));
        assert_eq!("0.03466".parse(), Ok(price));
    }

    #[test]
    fn a_fixed_point_price_is_read_in_rao() {
        let price = |text: &str, rounding| {
            let tao: I96F32 = text.parse().expect("exact");
            Price::from_fixed(tao, rounding)
        };
        let rao = |rao| Ok(Price::per_alpha(Rao::from_rao(rao)));
        assert_eq!(price("2.25", Rounding::Down), rao(2_250_000_000));
        let step = "0.00000000023283064365386962890625";
        assert_eq!(price(step, Rounding::Down), rao(0));
        assert_eq!(price(step, Rounding::Up), rao(1));
        assert_eq!(price("-1", Rounding::Up), Err(MoneyError::Overflow));
        let most = Price::from_fixed(I96F32::MAX, Rounding::Down);
        assert_eq!(most, Err(MoneyError::Overflow));
    }

    #[test]
    fn a_price_of_nothing_buys_nothing_and_does_not_panic() {
        let nothing = Price::per_alpha(Rao::ZERO);
        let some = Price::per_alpha(Rao::from_rao(7));
        assert_eq!(
            nothing.alpha_for(Rao::from_rao(1), SN),
            Err(MoneyError::Overflow)
        );
        assert_eq!(some.in_terms_of(nothing), Err(MoneyError::Overflow));
        assert_eq!(nothing.value(Alpha::from_base_units(SN, 9)), Ok(Rao::ZERO));
    }

    proptest! {
        #[test]
        fn buying_and_selling_never_makes_money(rao in 1_u64..1 << 50, price in 1_u64..1 << 40) {
            let price = Price::per_alpha(Rao::from_rao(price));
            if let Ok(alpha) = price.alpha_for(Rao::from_rao(rao), SN) {
                prop_assert!(price.value(alpha).expect("no more than was paid").rao() <= rao);
            }
        }
    }
}
