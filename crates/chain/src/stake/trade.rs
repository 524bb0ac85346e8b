//! What goes through a pool, by the runtime's own simulation where it has one.

use axonry_core::{Alpha, BlockHash, NetUid, Price, Rao};

use super::{Amount, StakeError, Tolerance};
use crate::{ChainError, Ledger, Purchase, Sale};

/// How often a purchase is simulated until its fee fits: each time what is missing shrinks to the
/// fee's share of it, which is a seventh at the most that a subnet can ask for.
const ATTEMPTS: u32 = 32;

/// One trade with a subnet's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Whose pool.
    pub netuid: NetUid,
    /// What an alpha costs before it.
    pub price: Price,
    /// What goes in and what comes out.
    pub kind: TradeKind,
    /// How much more would come out if the trade did not move the price.
    pub lost: Amount,
    /// Where the amounts come from.
    pub pricing: Pricing,
}

/// Which way a trade goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeKind {
    /// TAO in, alpha out.
    Purchase(Purchase),
    /// Alpha in, TAO out.
    Sale(Sale),
}

/// Where the amounts of a trade come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// The runtime's own simulation, at the block that was read.
    Simulated,
    /// The pool's two sides, whose product stays: what a runtime without simulation leaves. The
    /// pool's fee is not in it.
    Reckoned,
}

impl Trade {
    /// The part that is lost because the trade moves the price.
    pub fn slippage(&self) -> Tolerance {
        let (lost, received) = (self.lost.base_units(), self.received().base_units());
        let ideal = lost.saturating_add(received);
        Tolerance::of(lost, ideal).unwrap_or_default()
    }

    /// What is paid in, fee included.
    pub const fn given(&self) -> Amount {
        match self.kind {
            TradeKind::Purchase(bought) => Amount::Tao(bought.paid),
            TradeKind::Sale(sold) => Amount::Alpha(sold.given),
        }
    }

    /// What comes out.
    pub const fn received(&self) -> Amount {
        match self.kind {
            TradeKind::Purchase(bought) => Amount::Alpha(bought.received),
            TradeKind::Sale(sold) => Amount::Tao(sold.received),
        }
    }

    /// The pool's fee.
    pub const fn fee(&self) -> Amount {
        match self.kind {
            TradeKind::Purchase(bought) => Amount::Tao(bought.fee),
            TradeKind::Sale(sold) => Amount::Alpha(sold.fee),
        }
    }
}

/// The market of a subnet at one block.
pub(super) struct Market<'c> {
    chain: &'c dyn Ledger,
    netuid: NetUid,
    at: BlockHash,
}

impl<'c> Market<'c> {
    pub(super) const fn new(chain: &'c dyn Ledger, netuid: NetUid, at: BlockHash) -> Self {
        Self { chain, netuid, at }
    }

    /// Alpha for so much TAO, the fee among it.
    pub(super) async fn buy(&self, paid: Rao) -> Result<(Trade, Purchase), StakeError> {
        let simulated = self.chain.simulate_purchase(self.netuid, paid, self.at);
        let (purchase, pricing) = match simulated.await {
            Ok(purchase) => (purchase, Pricing::Simulated),
            Err(ChainError::Incompatible { .. }) => {
                let pool = self.chain.subnet(self.netuid, self.at).await?;
                let received = reckoned(paid.rao(), pool.tao_in.rao(), pool.alpha_in.base_units());
                let received = Alpha::from_base_units(self.netuid, received);
                let purchase = Purchase {
                    paid,
                    fee: Rao::ZERO,
                    received,
                };
                let trades = !received.is_zero();
                (trades.then_some(purchase), Pricing::Reckoned)
            }
            Err(error) => return Err(error.into()),
        };
        let purchase = purchase.ok_or(StakeError::NoTrade {
            netuid: self.netuid,
            amount: Amount::Tao(paid),
        })?;
        let trade = self.trade(TradeKind::Purchase(purchase), pricing).await?;
        Ok((trade, purchase))
    }

    /// Alpha for so much TAO where no fee is taken: the chain drops it on one leg of a swap.
    ///
    /// The simulation always takes it, and so is asked with as much more as the fee takes away.
    pub(super) async fn buy_free_of_fee(&self, paid: Rao) -> Result<(Trade, Purchase), StakeError> {
        let mut with_fee = paid;
        for _ in 0..ATTEMPTS {
            let (trade, purchase) = self.buy(with_fee).await?;
            let exchanged = purchase.exchanged()?;
            if exchanged == paid {
                let purchase = Purchase {
                    paid,
                    fee: Rao::ZERO,
                    ..purchase
                };
                let kind = TradeKind::Purchase(purchase);
                return Ok((Trade { kind, ..trade }, purchase));
            }
            with_fee = match paid.checked_sub(exchanged) {
                Ok(missing) => with_fee.checked_add(missing)?,
                Err(_) => with_fee.checked_sub(exchanged.checked_sub(paid)?)?,
            };
        }
        Err(StakeError::NoTrade {
            netuid: self.netuid,
            amount: Amount::Tao(paid),
        })
    }

    /// TAO for so much alpha, the fee among it.
    pub(super) async fn sell(&self, given: Alpha) -> Result<(Trade, Sale), StakeError> {
        let (sale, pricing) = match self.chain.simulate_sale(given, self.at).await {
            Ok(sale) => (sale, Pricing::Simulated),
            Err(ChainError::Incompatible { .. }) => {
                let pool = self.chain.subnet(self.netuid, self.at).await?;
                let (tao, alpha) = (pool.tao_in.rao(), pool.alpha_in.base_units());
                let received = Rao::from_rao(reckoned(given.base_units(), alpha, tao));
                let sale = Sale {
                    given,
                    fee: Alpha::none_of(self.netuid),
                    received,
                };
                ((!received.is_zero()).then_some(sale), Pricing::Reckoned)
            }
            Err(error) => return Err(error.into()),
        };
        let sale = sale.ok_or(StakeError::NoTrade {
            netuid: self.netuid,
            amount: Amount::Alpha(given),
        })?;
        let trade = self.trade(TradeKind::Sale(sale), pricing).await?;
        Ok((trade, sale))
    }

    /// What it loses is told by no old runtime: it is worked out from the price.
    async fn trade(&self, kind: TradeKind, pricing: Pricing) -> Result<Trade, StakeError> {
        let price = self.chain.price(self.netuid, self.at).await?;
        let lost = match kind {
            TradeKind::Purchase(bought) => {
                let ideal = price.alpha_for(bought.exchanged()?, self.netuid);
                let lost = ideal.and_then(|ideal| ideal.checked_sub(bought.received));
                Amount::Alpha(lost.unwrap_or(Alpha::none_of(self.netuid)))
            }
            TradeKind::Sale(sold) => {
                let ideal = price.value(sold.exchanged()?)?;
                Amount::Tao(ideal.saturating_sub(sold.received))
            }
        };
        Ok(Trade {
            netuid: self.netuid,
            price,
            kind,
            lost,
            pricing,
        })
    }
}

/// What comes out of a pool whose product stays, in the pool's favour: `out · in / (there + in)`.
fn reckoned(paid_in: u64, there: u64, outside: u64) -> u64 {
    let whole = u128::from(there) + u128::from(paid_in);
    let out = (u128::from(outside) * u128::from(paid_in)).checked_div(whole);
    out.and_then(|out| u64::try_from(out).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_reckoned_in_its_favour() {
        assert_eq!(reckoned(1_000, 1_000_000, 4_000_000), 3_996);
        assert_eq!(reckoned(0, 0, 5), 0, "nothing there, nothing in");
        assert_eq!(reckoned(u64::MAX, 1, u64::MAX), u64::MAX - 1);
    }
}
