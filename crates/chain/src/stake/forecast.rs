//! What a call would do to the holdings concerned, from the state after one block.

use axonry_core::{Alpha, BlockHash, Coldkey, Rao};

use super::route::{Position, Route, Step};
use super::trade::Market;
use super::{Amount, Change, Holding, LEAST_STAKE, StakeError, Trade, Warning};
use crate::Ledger;

/// What there is, before anything is done.
pub(super) struct Holdings {
    pub(super) payer: Purse,
    /// Whose the stake becomes and who is paid on the way, where he is somebody else.
    receiver: Option<Purse>,
    /// The stake it comes from; nothing of root where it comes from the account.
    pub(super) origin: Alpha,
    /// The stake it goes to; nothing of root where it goes to the account.
    destination: Alpha,
}

/// An account's TAO.
#[derive(Clone, Copy)]
pub(super) struct Purse {
    coldkey: Coldkey,
    pub(super) free: Rao,
    /// What of it must stay.
    pub(super) kept: Rao,
}

impl Purse {
    pub(super) const fn holding(&self) -> Holding {
        Holding::Free(self.coldkey)
    }
}

/// What becomes of it.
#[derive(Default)]
pub(super) struct Forecast {
    pub(super) trades: Vec<Trade>,
    pub(super) changes: Vec<Change>,
    pub(super) warnings: Vec<Warning>,
}

impl Holdings {
    pub(super) async fn read(
        chain: &dyn Ledger,
        (coldkey, route): (Coldkey, Route),
        at: BlockHash,
    ) -> Result<Self, StakeError> {
        let deposit = chain.existential_deposit(at).await?;
        let purse = async |coldkey: Coldkey| {
            let balance = chain.balance(coldkey.account(), at).await?;
            Ok::<_, StakeError>(Purse {
                coldkey,
                free: balance.free,
                kept: balance.frozen.max(deposit),
            })
        };
        let staked = async |position: Option<Position>| match position {
            Some(Position {
                hotkey,
                coldkey,
                netuid,
            }) => chain.stake(hotkey, coldkey, netuid, at).await,
            None => Ok(Alpha::none_of(0.into())),
        };
        let receiver = route.to().map(|to| to.coldkey);
        let receiver = receiver.filter(|receiver| *receiver != coldkey && route.trades());
        Ok(Self {
            payer: purse(coldkey).await?,
            receiver: match receiver {
                Some(receiver) => Some(purse(receiver).await?),
                None => None,
            },
            origin: staked(route.from()).await?,
            destination: staked(route.to()).await?,
        })
    }

    /// Everything on a route, in the order in which it goes along.
    pub(super) fn all(&self, route: Route) -> Vec<(Holding, Amount)> {
        let purses = [Some(self.payer), self.receiver].into_iter().flatten();
        let purses = purses.map(|purse| (purse.holding(), Amount::Tao(purse.free)));
        let from = route.from().map(|from| (from.holding(), self.origin));
        let to = route.to().map(|to| (to.holding(), self.destination));
        let stakes = [from, to].into_iter().flatten();
        let stakes = stakes.map(|(holding, stake)| (holding, Amount::Alpha(stake)));
        purses.chain(stakes).collect()
    }

    /// Follows a step; `fee` is what the call costs.
    pub(super) async fn after(
        &self,
        chain: &dyn Ledger,
        step: Step,
        fee: Rao,
        at: BlockHash,
    ) -> Result<Forecast, StakeError> {
        let mut forecast = Forecast::default();
        let payer = self.payer;
        // Where there is less than that, the rest is taken in alpha, of which there is a warning.
        let left = payer.free.saturating_sub(fee);
        match step {
            Step::In { paid, to } => {
                let (trade, bought) = market(chain, to, at).buy(paid).await?;
                let exchanged = bought.exchanged()?;
                if exchanged < LEAST_STAKE {
                    return Err(too_little(Amount::Tao(paid), exchanged));
                }
                forecast.trades.push(trade);
                forecast.free(payer, left.checked_sub(paid)?);
                let after = self.destination.checked_add(bought.received)?;
                forecast.staked(to, self.destination, after);
            }
            Step::Out { given, from, .. } => {
                let (trade, sold) = market(chain, from, at).sell(given).await?;
                let rest = self.origin.checked_sub(given)?;
                if sold.received < LEAST_STAKE && !rest.is_zero() {
                    return Err(too_little(Amount::Alpha(given), sold.received));
                }
                forecast.trades.push(trade);
                forecast.free(payer, left.checked_add(sold.received)?);
                forecast.staked(from, self.origin, rest);
            }
            Step::Across {
                given, from, to, ..
            } => {
                let received = if from.netuid == to.netuid {
                    let value = chain.price(from.netuid, at).await?.value(given)?;
                    if value < LEAST_STAKE {
                        return Err(too_little(Amount::Alpha(given), value));
                    }
                    forecast.free(payer, left);
                    given
                } else {
                    self.cross(chain, (given, from, to), left, at, &mut forecast)
                        .await?
                };
                forecast.staked(from, self.origin, self.origin.checked_sub(given)?);
                let after = self.destination.checked_add(received)?;
                forecast.staked(to, self.destination, after);
            }
        }
        Ok(forecast)
    }

    /// Sold at the one end, bought at the other, the pool's fee taken once; the TAO in between is the
    /// receiver's already. What arrives.
    ///
    /// `transition_stake_internal` in `opentensor/subtensor`
    /// `pallets/subtensor/src/staking/move_stake.rs`.
    async fn cross(
        &self,
        chain: &dyn Ledger,
        (given, from, to): (Alpha, Position, Position),
        left: Rao,
        at: BlockHash,
        forecast: &mut Forecast,
    ) -> Result<Alpha, StakeError> {
        let (sale, sold) = market(chain, from, at).sell(given).await?;
        forecast.trades.push(sale);
        let tao = sold.received;
        if tao <= LEAST_STAKE {
            return Err(too_little(Amount::Alpha(given), tao));
        }
        let before = self.receiver.map_or(left, |receiver| receiver.free);
        let receiver = self.receiver.unwrap_or(self.payer);
        let credited = before.checked_add(tao)?;
        // What keeps the receiver's account open stays on it.
        let staked = tao.min(credited.saturating_sub(receiver.kept));
        let market = market(chain, to, at);
        let bought = match from.netuid.0 {
            0 => market.buy(staked).await,
            _ => market.buy_free_of_fee(staked).await,
        };
        let (purchase, bought) = bought?;
        forecast.trades.push(purchase);
        if staked < tao {
            let stays = tao.checked_sub(staked)?;
            forecast.warnings.push(Warning::StaysAsTao(stays));
        }
        if self.receiver.is_some() {
            forecast.free(self.payer, left);
        }
        forecast.free(receiver, credited.checked_sub(staked)?);
        Ok(bought.received)
    }
}

impl Forecast {
    fn free(&mut self, purse: Purse, after: Rao) {
        self.changes.push(Change {
            holding: purse.holding(),
            before: Amount::Tao(purse.free),
            after: Amount::Tao(after),
        });
    }

    fn staked(&mut self, position: Position, before: Alpha, after: Alpha) {
        self.changes.push(Change {
            holding: position.holding(),
            before: Amount::Alpha(before),
            after: Amount::Alpha(after),
        });
    }
}

fn market(chain: &dyn Ledger, position: Position, at: BlockHash) -> Market<'_> {
    Market::new(chain, position.netuid, at)
}

pub(super) const fn too_little(amount: Amount, value: Rao) -> StakeError {
    StakeError::TooLittle {
        amount,
        value,
        least: LEAST_STAKE,
    }
}
