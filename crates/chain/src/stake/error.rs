use axonry_core::{Hotkey, MoneyError, NetUid, Price, Rao};

use super::{Amount, Holding, PolicyError};
use crate::ChainError;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StakeError {
    /// The chain gave no answer, or has no such subnet.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// More is wanted than there is.
    #[error("{needed} are needed of the {holding}, which is {has}")]
    NotEnough {
        /// Of what.
        holding: Holding,
        /// How much is wanted, with what the call costs where that comes from it too.
        needed: Amount,
        /// How much there is, without what must stay.
        has: Amount,
    },
    /// There is nothing to take.
    #[error("there is no {0}")]
    Nothing(Holding),
    /// It is worth too little to be staked or sold by itself.
    #[error(
        "{amount} is worth {value}, and the chain takes no less than {least}: take more, or all"
    )]
    TooLittle {
        /// What was wanted.
        amount: Amount,
        /// What it is worth after the pool's fee.
        value: Rao,
        /// The least.
        least: Rao,
    },
    /// It would end up where it is.
    #[error("it would come from where it goes to, the {0}")]
    SamePlace(Holding),
    /// Nobody has ever registered the hotkey.
    #[error("the chain does not know the hotkey {0}: check the address and the network")]
    NoHotkey(Hotkey),
    /// The pool takes no such trade.
    #[error("the pool of subnet {netuid} does not trade {amount}: it holds too little")]
    NoTrade {
        /// Whose pool.
        netuid: NetUid,
        /// What was to be paid in.
        amount: Amount,
    },
    /// The limit lets through nothing, or not all of it.
    #[error("it would come to {average} on average, beyond the limit of {limit}")]
    LimitNotMet {
        /// The average price, or rate, that the trade would have.
        average: String,
        /// The limit, in the same unit.
        limit: String,
    },
    /// The chain has no limit of this kind for this operation.
    #[error("the chain knows no limit {kind} {operation}: {advice}")]
    NoSuchLimit {
        /// What kind of limit.
        kind: &'static str,
        /// For what.
        operation: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// A price of nothing, by which nothing can be reckoned.
    #[error("an alpha costs {0}, by which nothing can be reckoned")]
    NoPrice(Price),
    /// The policy does not allow it.
    #[error("the policy does not allow it")]
    Policy(#[from] PolicyError),
    /// An amount left its range.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl StakeError {
    /// Whether the same plan may be possible later, for no other reason than that the chain did not
    /// answer now.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_transient(),
            _ => false,
        }
    }
}
