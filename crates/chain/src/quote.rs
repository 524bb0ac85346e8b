use axonry_core::{Alpha, MoneyError, Price, Rao, Rounding};

/// What buying alpha from a subnet's pool comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// All that is paid, the pool's fee among it.
    pub paid: Rao,
    /// What of that is the fee.
    pub fee: Rao,
    /// The alpha that comes out.
    pub received: Alpha,
}

/// What selling alpha to its subnet's pool comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// All that is given, the pool's fee among it.
    pub given: Alpha,
    /// What of that is the fee.
    pub fee: Alpha,
    /// The TAO that comes out.
    pub received: Rao,
}

impl Purchase {
    /// What is exchanged: paid without the fee.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the fee is more than what is paid.
    pub fn exchanged(&self) -> Result<Rao, MoneyError> {
        self.paid.checked_sub(self.fee)
    }

    /// What an alpha costs on average, fee not counted; `None` where none is received.
    ///
    /// Rounded down: it is compared with limits, and what rounding costs exceeds none.
    pub fn price(&self) -> Option<Price> {
        average(self.exchanged().ok()?, self.received, Rounding::Down)
    }
}

impl Sale {
    /// What is exchanged: given without the fee.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the fee is more than what is given.
    pub fn exchanged(&self) -> Result<Alpha, MoneyError> {
        self.given.checked_sub(self.fee)
    }

    /// What an alpha brings on average, fee not counted; `None` where none is given.
    ///
    /// Rounded up: what rounding costs falls short of no limit.
    pub fn price(&self) -> Option<Price> {
        average(self.received, self.exchanged().ok()?, Rounding::Up)
    }
}

/// TAO for each alpha.
fn average(tao: Rao, alpha: Alpha, rounding: Rounding) -> Option<Price> {
    let alpha = std::num::NonZeroU64::new(alpha.base_units())?;
    let price = tao.ratio(Price::ROOT.of_one_alpha().rao(), alpha, rounding);
    price.ok().map(Price::per_alpha)
}

#[cfg(test)]
mod tests {
    use axonry_core::NetUid;

    use super::*;

    #[test]
    fn the_average_price_leaves_the_fee_out() {
        let alpha = |units| Alpha::from_base_units(NetUid(45), units);
        let price = |rao| Some(Price::per_alpha(Rao::from_rao(rao)));
        let bought = Purchase {
            paid: Rao::from_rao(1_010),
            fee: Rao::from_rao(10),
            received: alpha(3_000),
        };
        assert_eq!(bought.price(), price(333_333_333));
        let sold = Sale {
            given: alpha(3_010),
            fee: alpha(10),
            received: Rao::from_rao(1_000),
        };
        assert_eq!(sold.price(), price(333_333_334));
        let nothing = Sale {
            given: alpha(10),
            ..sold
        };
        assert_eq!(nothing.price(), None);
    }
}
