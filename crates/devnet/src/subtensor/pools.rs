//! What alpha costs: a pool of TAO and alpha for each subnet, whose product a swap keeps.
//!
//! `opentensor/subtensor` `pallets/swap/src/pallet`, whose weighted pool at equal weights this is,
//! worked out in whole numbers that always round in the pool's favour. Root has no pool, and an alpha
//! of it is a TAO. There is no author of blocks here who would get the fees: they are burned.

use axonry_core::NetUid;

use super::PALLET;
use super::hyperparameters::of_subnet;
use crate::presented::PresentedError;
use crate::refusal::Refusal;
use crate::storage::Storage;

/// Prices are counted in rao for this many base units of alpha.
pub(crate) const UNIT: u64 = 1_000_000_000;

/// A pool with less of either side takes no swap (`MinimumReserve`).
const LEAST_RESERVE: u64 = 1_000_000;

/// A swap may not pay in more than this many times what is there.
const MOST_TIMES: u64 = 1_000;

/// The whole, of which a fee rate is a part.
const WHOLE: u64 = 65_535;

/// What a subnet trades its alpha from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) netuid: NetUid,
    /// Whether an alpha is a TAO, whatever is paid in.
    pub(crate) stable: bool,
    /// In rao.
    pub(crate) tao: u64,
    /// In base units.
    pub(crate) alpha: u64,
    /// The fee, in 65 535ths of what is paid in.
    pub(crate) rate: u16,
}

/// A swap as it would come out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swap {
    /// What goes into the pool, the fee not counted.
    pub(crate) paid_in: u64,
    pub(crate) paid_out: u64,
    pub(crate) fee: u64,
}

/// Which way a swap goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// TAO in, alpha out.
    Buy,
    /// Alpha in, TAO out.
    Sell,
}

/// The pool of a subnet.
pub(crate) fn read(storage: &Storage<'_>, netuid: NetUid) -> Result<Pool, PresentedError> {
    let rate = storage.read("Swap", "FeeRate", &[netuid.0.into()])?;
    Ok(Pool {
        netuid,
        stable: netuid.0 == 0 || of_subnet(storage, "SubnetMechanism", netuid, 0_u16)? == 0,
        tao: of_subnet(storage, "SubnetTAO", netuid, 0)?,
        alpha: of_subnet(storage, "SubnetAlphaIn", netuid, 0)?,
        rate: rate.unwrap_or(0),
    })
}

impl Pool {
    /// What one alpha costs now, in rao.
    pub(crate) fn price(&self) -> u64 {
        if self.stable {
            return UNIT;
        }
        let scaled = u128::from(self.tao) * u128::from(UNIT);
        let price = scaled.checked_div(u128::from(self.alpha));
        short(price.unwrap_or(0))
    }

    /// The price as a fixed-point number with 32 binary places, in TAO. It does not average anything
    /// here.
    pub(crate) fn moving_price(&self) -> u128 {
        (u128::from(self.price()) << 32) / u128::from(UNIT)
    }

    /// A swap as it would come out with its fee, and what it loses by moving the price; `None` where
    /// nothing would come out.
    pub(crate) fn simulate(&self, side: Side, amount: u64) -> Option<(Swap, u64)> {
        let swap = self.swap(side, amount, false).ok()?;
        let (price, unit) = (u128::from(self.price()), u128::from(UNIT));
        let paid_in = u128::from(swap.paid_in);
        let ideal = match side {
            Side::Buy => (paid_in * unit).checked_div(price).unwrap_or(0),
            Side::Sell => paid_in * price / unit,
        };
        let slippage = short(ideal).saturating_sub(swap.paid_out);
        (swap.paid_out > 0).then_some((swap, slippage))
    }

    /// Swaps an amount, with its fee or without.
    pub(crate) fn swap(&self, side: Side, amount: u64, free: bool) -> Result<Swap, Refusal> {
        if self.stable {
            return Ok(Swap {
                paid_in: amount,
                paid_out: amount,
                fee: 0,
            });
        }
        let (inside, outside) = self.reserves(side);
        if inside < LEAST_RESERVE || outside < LEAST_RESERVE {
            return Err(Refusal::Of("Swap", "ReservesTooLow"));
        }
        if amount > inside.saturating_mul(MOST_TIMES) {
            return Err(Refusal::Of("Swap", "InsufficientLiquidity"));
        }
        let fee = if free { 0 } else { self.fee(amount) };
        let paid_in = amount - fee;
        let out =
            u128::from(outside) * u128::from(paid_in) / (u128::from(inside) + u128::from(paid_in));
        let paid_out = short(out);
        if paid_in > 0 && paid_out == 0 {
            return Err(Refusal::Of("Swap", "ReservesTooLow"));
        }
        Ok(Swap {
            paid_in,
            paid_out,
            fee,
        })
    }

    /// The fee that is in an amount paid in.
    pub(crate) fn fee(&self, amount: u64) -> u64 {
        if self.stable {
            return 0;
        }
        short(u128::from(amount) * u128::from(self.rate) / u128::from(WHOLE))
    }

    /// The most that can be paid in, fee included, before the price has moved to a limit, in rao per
    /// alpha.
    pub(crate) fn most_until(&self, side: Side, limit: u64) -> Result<u64, Refusal> {
        if self.stable {
            let trades = match side {
                Side::Buy => limit >= UNIT,
                Side::Sell => limit <= UNIT,
            };
            return Ok(if trades { u64::MAX } else { 0 });
        }
        let price = self.price();
        let worse = match side {
            Side::Buy => limit < price,
            Side::Sell => limit > price,
        };
        if worse {
            return Err(Refusal::Of("Swap", "PriceLimitExceeded"));
        }
        let (inside, _) = self.reserves(side);
        let most = inside.saturating_mul(MOST_TIMES);
        if side == Side::Sell && limit == 0 {
            return Ok(most);
        }
        // The product of the two sides stays; at the limit one of them is its root with the price.
        let product = u128::from(self.tao) * u128::from(self.alpha);
        let square = match side {
            Side::Buy => scaled(product, limit, UNIT),
            Side::Sell => scaled(product, UNIT, limit),
        };
        let paid_in = square.isqrt().saturating_sub(u128::from(inside));
        let rate = u128::from(self.rate);
        let fee = paid_in * rate / (u128::from(WHOLE) - rate).max(1);
        Ok(short(paid_in + fee).min(most))
    }

    /// What is on the side that is paid into, and on the other.
    const fn reserves(&self, side: Side) -> (u64, u64) {
        match side {
            Side::Buy => (self.tao, self.alpha),
            Side::Sell => (self.alpha, self.tao),
        }
    }

    /// Takes a swap into the state.
    ///
    /// `swap_tao_for_alpha` and `swap_alpha_for_tao` in
    /// `pallets/subtensor/src/staking/stake_utils.rs`.
    pub(crate) fn take_in(
        &self,
        storage: &mut Storage<'_>,
        side: Side,
        swap: &Swap,
    ) -> Result<(), PresentedError> {
        let out: u64 = of_subnet(storage, "SubnetAlphaOut", self.netuid, 0)?;
        let staked: u64 = storage.read(PALLET, "TotalStake", &[])?.unwrap_or(0);
        let volume: u128 = of_subnet(storage, "SubnetVolume", self.netuid, 0)?;
        let (tao, alpha, out, staked, traded) = match side {
            Side::Buy => (
                self.tao.saturating_add(swap.paid_in),
                self.alpha.saturating_sub(swap.paid_out),
                out.saturating_add(swap.paid_out),
                staked.saturating_add(swap.paid_in + swap.fee),
                swap.paid_in + swap.fee,
            ),
            Side::Sell => (
                self.tao.saturating_sub(swap.paid_out),
                self.alpha.saturating_add(swap.paid_in),
                out.saturating_sub(swap.paid_in + swap.fee),
                staked.saturating_sub(swap.paid_out),
                swap.paid_out,
            ),
        };
        let key = [self.netuid.0.into()];
        storage.write(PALLET, "SubnetTAO", &key, tao)?;
        storage.write(PALLET, "SubnetAlphaIn", &key, alpha)?;
        storage.write(PALLET, "SubnetAlphaOut", &key, out)?;
        storage.write(PALLET, "TotalStake", &[], staked)?;
        let volume = volume.saturating_add(u128::from(traded));
        storage.write(PALLET, "SubnetVolume", &key, volume)
    }
}

/// `value * by / of`, as exactly as fits.
fn scaled(value: u128, by: u64, of: u64) -> u128 {
    let (by, of) = (u128::from(by), u128::from(of));
    match value.checked_mul(by) {
        Some(product) => product / of,
        None => (value / of).saturating_mul(by),
    }
}

fn short(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POOL: Pool = Pool {
        netuid: NetUid(7),
        stable: false,
        tao: 1_000_000_000_000,
        alpha: 4_000_000_000_000,
        rate: 33,
    };

    #[test]
    fn a_swap_keeps_the_product_and_rounds_in_the_pools_favour() {
        assert_eq!(POOL.price(), 250_000_000);
        let swap = POOL.swap(Side::Buy, 1_000_000_000, false);
        // 33 / 65 535 of a TAO; and 4 000 alpha * 0.9994… / 1 000.9994….
        let expected = Swap {
            paid_in: 999_496_453,
            paid_out: 3_993_993_829,
            fee: 503_547,
        };
        assert_eq!(swap, Ok(expected));
        let product = u128::from(POOL.tao) * u128::from(POOL.alpha);
        let after = u128::from(POOL.tao + 999_496_453) * u128::from(POOL.alpha - 3_993_993_829);
        assert!(after >= product, "nobody takes more out than was put in");
        let free = POOL.swap(Side::Sell, 4_000_000_000, true).expect("it fits");
        assert_eq!(
            (free.paid_in, free.paid_out, free.fee),
            (4_000_000_000, 999_000_999, 0)
        );
    }

    #[test]
    fn a_limit_lets_through_what_moves_the_price_up_to_it() {
        for (side, limit) in [(Side::Buy, 300_000_000), (Side::Sell, 200_000_000)] {
            let most = POOL.most_until(side, limit).expect("better than the price");
            let swap = POOL.swap(side, most, false).expect("it fits");
            let after = match side {
                Side::Buy => Pool {
                    tao: POOL.tao + swap.paid_in,
                    alpha: POOL.alpha - swap.paid_out,
                    ..POOL
                },
                Side::Sell => Pool {
                    tao: POOL.tao - swap.paid_out,
                    alpha: POOL.alpha + swap.paid_in,
                    ..POOL
                },
            };
            let off = after.price().abs_diff(limit);
            assert!(
                off <= 2,
                "{side:?}: {} where {limit} is meant",
                after.price()
            );
        }
        let exceeded = Err(Refusal::Of("Swap", "PriceLimitExceeded"));
        assert_eq!(POOL.most_until(Side::Buy, 249_999_999), exceeded);
        assert_eq!(POOL.most_until(Side::Sell, 250_000_001), exceeded);
    }

    proptest! {
        /// Nobody gains by going in and out, and the pool's product never shrinks.
        #[test]
        fn trading_never_takes_more_out_than_was_put_in(
            tao in LEAST_RESERVE..1 << 54,
            alpha in LEAST_RESERVE..1 << 54,
            rate in 0..10_000_u16,
            amount in 1..1_u64 << 50,
        ) {
            let pool = Pool { tao, alpha, rate, ..POOL };
            let Ok(bought) = pool.swap(Side::Buy, amount, false) else {
                return Ok(());
            };
            prop_assert_eq!(bought.paid_in + bought.fee, amount);
            prop_assert!(bought.paid_out < alpha);
            let after = Pool {
                tao: tao + bought.paid_in,
                alpha: alpha - bought.paid_out,
                ..pool
            };
            let product = |pool: &Pool| u128::from(pool.tao) * u128::from(pool.alpha);
            prop_assert!(product(&after) >= product(&pool));
            if let Ok(sold) = after.swap(Side::Sell, bought.paid_out, true) {
                prop_assert!(sold.paid_out <= bought.paid_in);
            }
        }
    }

    #[test]
    fn an_alpha_of_root_is_a_tao() {
        let root = Pool {
            stable: true,
            ..POOL
        };
        assert_eq!(root.price(), UNIT);
        let swap = root.swap(Side::Sell, 77, false).expect("any amount");
        assert_eq!((swap.paid_in, swap.paid_out, swap.fee), (77, 77, 0));
        assert_eq!(root.most_until(Side::Buy, UNIT - 1), Ok(0));
        assert_eq!(root.most_until(Side::Sell, UNIT), Ok(u64::MAX));
    }
}
