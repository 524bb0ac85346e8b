use std::fmt;

use crate::{Dispatch, DispatchFailure, InvalidReason, PoolRejection};

/// Why the chain did not do it, whether the pool said so or the block.
///
/// Runtimes since spec 425 check calls about stake in the pool already, where errors are numbers;
/// before, and inside batches, they fail in the block, where errors have names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is less TAO than that.
    NotEnoughBalance,
    /// There is less stake than that.
    NotEnoughStake,
    /// There is no such subnet.
    NoSubnet,
    /// Nobody has ever registered the hotkey.
    NoHotkey,
    /// It is worth too little.
    TooLittle,
    /// The limit would not be kept.
    LimitNotMet,
    /// The pool holds too little.
    NoLiquidity,
    /// It would end up where it is.
    SamePlace,
    /// The subnet lets nobody give its stake away.
    NoTransfers,
    /// The subnet's alpha cannot be traded yet.
    NotTradable,
    /// It was bought in this block.
    TooSoon,
    /// The coldkey is about to be replaced.
    ColdkeySwap,
    /// Anything else, in the chain's words.
    Other(String),
}

impl Refusal {
    /// What a pool's rejection means for stake; `None` where it is about something else, such as a
    /// nonce.
    pub fn of_pool(rejection: &PoolRejection) -> Option<Self> {
        let PoolRejection::Invalid(InvalidReason::Custom(number)) = rejection else {
            return None;
        };
        Some(match number {
            0 | 21 => Self::ColdkeySwap,
            1 => Self::TooLittle,
            2 => Self::NotEnoughBalance,
            3 => Self::NoSubnet,
            4 => Self::NoHotkey,
            5 => Self::NotEnoughStake,
            6 => Self::TooSoon,
            7 => Self::NoLiquidity,
            8 | 14 => Self::LimitNotMet,
            9 => Self::NoTransfers,
            _ => Self::Other(rejection.to_string()),
        })
    }

    /// What a failure in a block means.
    pub fn of_dispatch(failure: &DispatchFailure) -> Self {
        match failure.name.as_str() {
            "NotEnoughBalanceToStake"
            | "InsufficientBalance"
            | "FundsUnavailable"
            | "NotExpendable"
            | "BalanceWithdrawalError" => Self::NotEnoughBalance,
            "NotEnoughStake" | "NotEnoughStakeToWithdraw" => Self::NotEnoughStake,
            "SubnetNotExists" | "MechanismDoesNotExist" => Self::NoSubnet,
            "HotKeyAccountNotExists" => Self::NoHotkey,
            "AmountTooLow" => Self::TooLittle,
            "SlippageTooHigh" | "PriceLimitExceeded" | "ZeroMaxStakeAmount" => Self::LimitNotMet,
            "InsufficientLiquidity" | "ReservesTooLow" => Self::NoLiquidity,
            "SameNetuid" => Self::SamePlace,
            "TransferDisallowed" => Self::NoTransfers,
            "SubtokenDisabled" => Self::NotTradable,
            "StakingOperationRateLimitExceeded"
            | "StakingRateLimitExceeded"
            | "TxRateLimitExceeded" => Self::TooSoon,
            "ColdkeySwapAnnounced" | "ColdkeySwapDisputed" => Self::ColdkeySwap,
            _ => Self::Other(failure.to_string()),
        }
    }

    /// Why a call is in a block and has not done what it was to do; `None` where it has.
    pub fn of_outcome(dispatch: &Dispatch) -> Option<Self> {
        match dispatch {
            Dispatch::Succeeded => None,
            Dispatch::Failed(failure) => Some(Self::of_dispatch(failure)),
            Dispatch::Partly(inner) => {
                let failure = inner.first().map(|inner| &inner.failure);
                failure.map(Self::of_dispatch)
            }
            Dispatch::NotInBlock => Some(Self::Other("it is not in that block".to_owned())),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotEnoughBalance => "there is not enough TAO on the account",
            Self::NotEnoughStake => "there is not enough stake",
            Self::NoSubnet => "the subnet does not exist",
            Self::NoHotkey => "the chain does not know the hotkey",
            Self::TooLittle => "the amount is worth too little",
            Self::LimitNotMet => "the limit would not be kept",
            Self::NoLiquidity => "the pool holds too little",
            Self::SamePlace => "it would end up where it is",
            Self::NoTransfers => "the subnet does not let its stake be given away",
            Self::NotTradable => "the subnet's alpha cannot be traded yet",
            Self::TooSoon => "it is too soon after the last operation on this stake",
            Self::ColdkeySwap => "the coldkey is about to be replaced",
            Self::Other(words) => words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_and_block_say_the_same() {
        let rows = [
            (2, "NotEnoughBalanceToStake"),
            (3, "SubnetNotExists"),
            (4, "HotKeyAccountNotExists"),
            (5, "NotEnoughStakeToWithdraw"),
            (6, "StakingOperationRateLimitExceeded"),
            (7, "InsufficientLiquidity"),
            (8, "SlippageTooHigh"),
            (9, "TransferDisallowed"),
        ];
        for (number, name) in rows {
            let failure = DispatchFailure {
                pallet: "SubtensorModule".to_owned(),
                name: name.to_owned(),
                description: String::new(),
            };
            let rejection = PoolRejection::Invalid(InvalidReason::Custom(number));
            let told = Refusal::of_pool(&rejection);
            assert_eq!(told, Some(Refusal::of_dispatch(&failure)), "{name}");
            assert!(!matches!(told, Some(Refusal::Other(_))), "{name}");
        }
        assert_eq!(Refusal::of_pool(&PoolRejection::PriorityTooLow), None);
    }
}
