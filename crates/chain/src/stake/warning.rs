use std::fmt;

use axonry_core::{Hotkey, NetUid, Rao};

use super::{Amount, Tolerance};

/// What somebody should know before he signs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Something is traded at whatever price there is when it comes to it.
    NoLimit,
    /// The trade itself moves the price by a percent or more.
    Slippage(Tolerance),
    /// The runtime has no simulation: the amounts are reckoned from the pool, without its fee.
    Reckoned(NetUid),
    /// Only a part will go through, because of the limit.
    OnlyAPart,
    /// What comes out of the sale is too little to be staked again, and stays as TAO.
    StaysAsTao(Rao),
    /// What is left is too little to be sold by itself.
    LeavesLittle(Amount),
    /// The hotkey is not registered where the stake goes to: it earns nothing there.
    NotRegistered(Hotkey, NetUid),
    /// There is less TAO than the call costs: the chain takes it in alpha where it can, or refuses.
    FeeNotCovered(Rao),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLimit => f.write_str("there is no limit to the price it is traded at"),
            Self::Slippage(part) => write!(f, "it moves the price and loses {part} by it"),
            Self::Reckoned(netuid) => write!(
                f,
                "this runtime simulates no trade: the amounts are reckoned from the pool of subnet \
                 {netuid}, without its fee"
            ),
            Self::OnlyAPart => f.write_str("the limit lets only a part of it through"),
            Self::StaysAsTao(amount) => {
                write!(
                    f,
                    "{amount} is too little to be staked again and stays as TAO"
                )
            }
            Self::LeavesLittle(amount) => {
                write!(
                    f,
                    "the {amount} that are left cannot be sold but all at once"
                )
            }
            Self::NotRegistered(hotkey, netuid) => {
                write!(
                    f,
                    "{hotkey} is not registered in subnet {netuid} and earns nothing there"
                )
            }
            Self::FeeNotCovered(fee) => write!(
                f,
                "there is less TAO than the {fee} that the call costs: the chain takes it in alpha \
                 where it can, and refuses otherwise"
            ),
        }
    }
}
