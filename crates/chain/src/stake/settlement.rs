use axonry_core::{Block, BlockNumber, Rao};

use super::forecast::Holdings;
use super::route::{Route, Step};
use super::{Amount, Change, Difference, Holding, Plan, Refusal, StakeError};
use crate::{Dispatch, Ledger};

/// What a call has done, read from the states before and after its block.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The block it is in.
    pub block: Block,
    /// What the call cost.
    pub fee: Rao,
    /// Why nothing but that was done, if nothing was.
    pub refusal: Option<Refusal>,
    /// Every holding concerned.
    pub holdings: Vec<Settled>,
}

/// A holding before and after a block, and what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What is held.
    pub holding: Holding,
    /// In the state before the block.
    pub before: Amount,
    /// What the call alone makes of that, worked out anew from the state before the block.
    pub expected: Amount,
    /// In the state after the block.
    pub after: Amount,
}

impl Settlement {
    /// Whether every holding is what it should be, to the rao.
    ///
    /// It need not be: other trades in the same block, made before this one, move the price, and
    /// stake earns.
    pub fn is_exact(&self) -> bool {
        self.holdings.iter().all(|it| it.after == it.expected)
    }
}

impl Settled {
    /// What the block has done to it.
    pub fn difference(&self) -> Difference {
        of_one_kind(self.after, self.before)
    }

    /// What the call alone does not explain.
    pub fn unexplained(&self) -> Difference {
        of_one_kind(self.after, self.expected)
    }
}

fn of_one_kind(after: Amount, before: Amount) -> Difference {
    let difference = after.difference(before);
    difference.expect("one holding is of one kind")
}

impl Plan {
    /// Compares the states before and after the block that the call is in.
    ///
    /// The plan's amounts were those of another block. What is expected is worked out again from the
    /// state right before the call's own, so that what differs then is not this call's doing.
    ///
    /// # Errors
    /// [`StakeError::Chain`]; no other, where the chain did what the plan says.
    pub async fn settle(
        &self,
        chain: &dyn Ledger,
        block: Block,
        dispatch: &Dispatch,
    ) -> Result<Settlement, StakeError> {
        let before = BlockNumber(block.number.0.saturating_sub(1));
        let before = chain.block_hash(before).await?;
        let refusal = Refusal::of_outcome(dispatch);
        let (coldkey, route) = (self.intent.coldkey, self.intent.route());
        let was = Holdings::read(chain, (coldkey, route), before).await?;
        let is = Holdings::read(chain, (coldkey, route), block.hash).await?;
        let expected = match refusal {
            Some(_) => was.charged(self.fee, route),
            None => {
                let step = self.gone_through(&was, &is)?;
                was.after(chain, step, self.fee, before).await?.changes
            }
        };
        let holdings = expected.into_iter().map(|change| {
            let Change {
                holding,
                before,
                after: expected,
            } = change;
            let after = is.of(holding, route).unwrap_or(before);
            Settled {
                holding,
                before,
                expected,
                after,
            }
        });
        Ok(Settlement {
            block,
            fee: self.fee,
            refusal,
            holdings: holdings.collect(),
        })
    }

    /// How much went through: what was meant, or, where a part would do and where it is all that
    /// there is, what state says.
    fn gone_through(&self, was: &Holdings, is: &Holdings) -> Result<Step, StakeError> {
        Ok(match self.step {
            Step::In { to, .. } if self.intent.allow_partial => {
                let spent = was.payer.free.checked_sub(is.payer.free)?;
                let paid = spent.checked_sub(self.fee)?;
                Step::In { paid, to }
            }
            Step::Out { from, all, .. } if all || self.intent.allow_partial => Step::Out {
                given: was.origin.checked_sub(is.origin)?,
                from,
                all,
            },
            Step::Across { how, from, to, .. } if self.intent.allow_partial => Step::Across {
                given: was.origin.checked_sub(is.origin)?,
                how,
                from,
                to,
            },
            step => step,
        })
    }
}

impl Holdings {
    /// What a failed call leaves: all but its fee.
    fn charged(&self, fee: Rao, route: Route) -> Vec<Change> {
        let payer = self.payer.holding();
        let all = self.all(route).into_iter().map(|(holding, before)| {
            let after = match before {
                Amount::Tao(free) if holding == payer => Amount::Tao(free.saturating_sub(fee)),
                _ => before,
            };
            Change {
                holding,
                before,
                after,
            }
        });
        all.collect()
    }

    /// How much there is of a holding on a route.
    fn of(&self, holding: Holding, route: Route) -> Option<Amount> {
        let mut all = self.all(route).into_iter();
        all.find_map(|(held, amount)| (held == holding).then_some(amount))
    }
}
