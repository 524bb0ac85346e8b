use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::decimal;
use crate::{Alpha, MoneyError, NetUid, Rao};

const UNITS: u128 = 1_000_000_000;

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

impl ExchangeRate {
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

    const SN: NetUid = NetUid(45);

    #[test]
    fn what_is_swapped_is_worth_what_it_was() {
        // 21.5369 alpha at 0.03466 TAO.
        let price = Price::per_alpha(Rao::from_rao(34_660_000));
        let held = Alpha::from_base_units(SN, 21_536_900_000);
        assert_eq!(price.value(held), Ok(Rao::from_rao(746_468_954)));
        let one = Price::per_alpha(Rao::from_tao(1).expect("it fits"));
        assert_eq!(
            price.in_terms_of(one),
            Ok(ExchangeRate::from_billionths(34_660_000)),
            "root's price is 1, so the rate to it is the price"
        );
        assert_eq!(price.to_string(), "0.03466 τ/α");
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
