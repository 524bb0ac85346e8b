use axonry_core::{Alpha, Block, BlockHash, Coldkey, Rao};

use super::bound::Bound;
use super::forecast::{Forecast, Holdings, too_little};
use super::route::{Crossing, Route, Step};
use super::{
    Amount, Change, Holding, Intent, LEAST_STAKE, Operation, Policy, Portion, Pricing, StakeError,
    Tolerance, Trade, Warning,
};
use crate::{Call, Ledger, PriceLimit, RateLimit};

/// Slippage that is worth a word: one percent.
const NOTABLE: Tolerance = Tolerance::from_basis_points(100).expect("less than all of it");

/// What a call about stake will do, from the state after one block.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The block whose state it was made from.
    pub at: Block,
    /// What was wanted.
    pub intent: Intent,
    /// What is given away.
    pub given: Amount,
    /// What to sign with the coldkey.
    pub call: Call,
    /// What the call costs, apart from any pool's fee.
    pub fee: Rao,
    /// What goes through pools, in order; nothing where nothing is bought or sold.
    pub trades: Vec<Trade>,
    /// Every holding concerned, before and after; the payer's free balance among them.
    pub changes: Vec<Change>,
    /// What somebody should know before he signs.
    pub warnings: Vec<Warning>,
    pub(super) step: Step,
}

impl Plan {
    /// Makes a plan from the state after `at`.
    ///
    /// # Errors
    /// [`StakeError`], for what the chain would refuse and for what the policy does not allow.
    pub async fn make(
        chain: &dyn Ledger,
        intent: Intent,
        policy: &Policy,
        at: Block,
    ) -> Result<Self, StakeError> {
        let (coldkey, route) = (intent.coldkey, intent.route());
        policy.allows(route.positions().map(|position| position.netuid))?;
        check(chain, route, at.hash).await?;
        let bound = Bound::of(chain, intent.limit, route, at.hash).await?;
        let holdings = Holdings::read(chain, (coldkey, route), at.hash).await?;
        // An amount takes as many bytes as any other: the fee does not depend on it.
        let probe = call(
            &intent,
            route.with(Rao::from_rao(1), holdings.origin),
            bound,
        );
        let fee = chain.fee(&probe, coldkey.account(), at).await?;
        let step = resolve(&intent, &holdings, fee)?;
        let forecast = holdings.after(chain, step, fee, at.hash).await?;
        let Forecast {
            trades,
            changes,
            mut warnings,
        } = forecast;
        match bound.lets_through(&trades) {
            Err(StakeError::LimitNotMet { .. }) if intent.allow_partial => {
                warnings.push(Warning::OnlyAPart);
            }
            outcome => outcome?,
        }
        let slippage = trades.iter().map(Trade::slippage).max();
        let slippage = slippage.unwrap_or_default();
        policy.affords(worth(chain, step.given(), at.hash).await?, slippage)?;
        if bound == Bound::None && route.trades() {
            warnings.push(Warning::NoLimit);
        }
        if slippage >= NOTABLE {
            warnings.push(Warning::Slippage(slippage));
        }
        let reckoned = trades.iter().filter(|it| it.pricing == Pricing::Reckoned);
        warnings.extend(reckoned.map(|trade| Warning::Reckoned(trade.netuid)));
        if holdings.payer.free < fee {
            warnings.push(Warning::FeeNotCovered(fee));
        }
        warnings.extend(left_behind(chain, step, &holdings, at.hash).await?);
        warnings.extend(unregistered(chain, route, at.hash).await?);
        Ok(Self {
            at,
            given: step.given(),
            call: call(&intent, step, bound),
            intent,
            fee,
            trades,
            changes,
            warnings,
            step,
        })
    }
}

/// Whether there is such a place to come from and to go to.
async fn check(chain: &dyn Ledger, route: Route, at: BlockHash) -> Result<(), StakeError> {
    if let Route::Across { from, to, .. } = route
        && from == to
    {
        return Err(StakeError::SamePlace(from.holding()));
    }
    for position in route.positions() {
        // A subnet that does not exist has no price, and the error says so.
        chain.price(position.netuid, at).await?;
        let owner = chain.owner_of(position.hotkey, at).await?;
        owner.ok_or(StakeError::NoHotkey(position.hotkey))?;
    }
    Ok(())
}

/// How much it is.
fn resolve(intent: &Intent, holdings: &Holdings, fee: Rao) -> Result<Step, StakeError> {
    let amount = match intent.operation {
        Operation::Add { amount, .. } => {
            let paid = spent(intent.coldkey, holdings, amount, fee)?;
            return Ok(intent.route().with(paid, holdings.origin));
        }
        Operation::Remove { amount, .. }
        | Operation::Move { amount, .. }
        | Operation::Swap { amount, .. }
        | Operation::Transfer { amount, .. } => amount,
    };
    let (route, has) = (intent.route(), holdings.origin);
    let holding = route
        .from()
        .map_or(Holding::Free(intent.coldkey), |from| from.holding());
    let given = match amount {
        Portion::All if has.is_zero() => return Err(StakeError::Nothing(holding)),
        Portion::All => has,
        Portion::Exactly(given) if given.is_zero() => {
            return Err(too_little(Amount::Alpha(given), Rao::ZERO));
        }
        Portion::Exactly(given) => given,
    };
    if given.checked_cmp(has)?.is_gt() {
        return Err(StakeError::NotEnough {
            holding,
            needed: Amount::Alpha(given),
            has: Amount::Alpha(has),
        });
    }
    Ok(route.with(Rao::ZERO, given))
}

fn spent(
    coldkey: Coldkey,
    holdings: &Holdings,
    amount: Portion<Rao>,
    fee: Rao,
) -> Result<Rao, StakeError> {
    let payer = holdings.payer;
    let most = payer.free.saturating_sub(payer.kept);
    let paid = match amount {
        Portion::All => most.saturating_sub(fee),
        Portion::Exactly(paid) => paid,
    };
    let needed = paid.checked_add(fee)?;
    if needed > most {
        return Err(StakeError::NotEnough {
            holding: Holding::Free(coldkey),
            needed: Amount::Tao(needed),
            has: Amount::Tao(most),
        });
    }
    if paid < LEAST_STAKE {
        return Err(too_little(Amount::Tao(paid), paid));
    }
    Ok(paid)
}

impl Route {
    /// The way with an amount on it: TAO where it begins on the account, alpha otherwise.
    const fn with(self, paid: Rao, given: Alpha) -> Step {
        match self {
            Self::In { to } => Step::In { paid, to },
            Self::Out { from, all } => Step::Out { given, from, all },
            Self::Across { how, from, to } => Step::Across {
                given,
                how,
                from,
                to,
            },
        }
    }
}

fn call(intent: &Intent, step: Step, bound: Bound) -> Call {
    let allow_partial = intent.allow_partial;
    let price = match bound {
        Bound::Highest(price) | Bound::Lowest(price) => Some(price),
        Bound::None | Bound::LowestRate(_) => None,
    };
    let limit = price.map(|price| PriceLimit {
        price,
        allow_partial,
    });
    match step {
        Step::In { paid, to } => Call::AddStake {
            hotkey: to.hotkey,
            netuid: to.netuid,
            amount: paid,
            limit,
        },
        Step::Out {
            from, all: true, ..
        } => Call::RemoveStakeFull {
            hotkey: from.hotkey,
            netuid: from.netuid,
            limit: price,
        },
        Step::Out { given, from, .. } => Call::RemoveStake {
            hotkey: from.hotkey,
            amount: given,
            limit,
        },
        Step::Across {
            given: amount,
            how,
            from,
            to,
        } => match how {
            Crossing::Move => Call::MoveStake {
                origin: from.hotkey,
                destination: to.hotkey,
                amount,
                to: to.netuid,
            },
            Crossing::Swap => Call::SwapStake {
                hotkey: from.hotkey,
                amount,
                to: to.netuid,
                limit: match bound {
                    Bound::LowestRate(rate) => Some(RateLimit {
                        rate,
                        allow_partial,
                    }),
                    _ => None,
                },
            },
            Crossing::Transfer => Call::TransferStake {
                destination: to.coldkey,
                hotkey: from.hotkey,
                amount,
                to: to.netuid,
            },
        },
    }
}

/// What an amount is worth in TAO.
async fn worth(chain: &dyn Ledger, amount: Amount, at: BlockHash) -> Result<Rao, StakeError> {
    Ok(match amount {
        Amount::Tao(tao) => tao,
        Amount::Alpha(alpha) => chain.price(alpha.netuid(), at).await?.value(alpha)?,
    })
}

async fn left_behind(
    chain: &dyn Ledger,
    step: Step,
    holdings: &Holdings,
    at: BlockHash,
) -> Result<Option<Warning>, StakeError> {
    let Amount::Alpha(given) = step.given() else {
        return Ok(None);
    };
    let left = holdings.origin.checked_sub(given)?;
    let is_little = worth(chain, Amount::Alpha(left), at).await? < LEAST_STAKE;
    let warned = is_little && !left.is_zero();
    Ok(warned.then_some(Warning::LeavesLittle(Amount::Alpha(left))))
}

/// Whether a hotkey goes without a place where the stake goes to; root has none for most.
async fn unregistered(
    chain: &dyn Ledger,
    route: Route,
    at: BlockHash,
) -> Result<Option<Warning>, StakeError> {
    let Some(to) = route.to().filter(|to| to.netuid.0 != 0) else {
        return Ok(None);
    };
    let uid = chain.uid_of(to.netuid, to.hotkey, at).await?;
    Ok(uid
        .is_none()
        .then_some(Warning::NotRegistered(to.hotkey, to.netuid)))
}
