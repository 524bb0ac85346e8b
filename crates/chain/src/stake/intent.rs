use axonry_core::{Alpha, Coldkey, Hotkey, NetUid, Rao};

use super::Limit;

/// What somebody wants done with stake, by name rather than by call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Whose stake it is, and who signs.
    pub coldkey: Coldkey,
    /// What is to be done.
    pub operation: Operation,
    /// How far the price may move.
    pub limit: Limit,
    /// Whether to trade what the limit lets through; otherwise it is all or nothing.
    pub allow_partial: bool,
}

/// What can be done with stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// TAO becomes stake on a hotkey.
    Add {
        /// On whom.
        hotkey: Hotkey,
        /// In which subnet.
        netuid: NetUid,
        /// How much.
        amount: Portion<Rao>,
    },
    /// Stake on a hotkey becomes TAO.
    Remove {
        /// On whom it is.
        hotkey: Hotkey,
        /// In which subnet.
        netuid: NetUid,
        /// How much.
        amount: Portion<Alpha>,
    },
    /// Stake goes to another hotkey, and to another subnet if it is another.
    Move {
        /// On whom it is.
        origin: Hotkey,
        /// On whom it will be.
        destination: Hotkey,
        /// In which subnet it is.
        netuid: NetUid,
        /// How much.
        amount: Portion<Alpha>,
        /// In which subnet it will be.
        to: NetUid,
    },
    /// Stake on a hotkey goes to another subnet.
    Swap {
        /// On whom it is and stays.
        hotkey: Hotkey,
        /// In which subnet it is.
        netuid: NetUid,
        /// How much.
        amount: Portion<Alpha>,
        /// In which subnet it will be.
        to: NetUid,
    },
    /// Stake on a hotkey becomes another coldkey's, and goes to another subnet if it is another.
    Transfer {
        /// Whose it will be.
        destination: Coldkey,
        /// On whom it is and stays.
        hotkey: Hotkey,
        /// In which subnet it is.
        netuid: NetUid,
        /// How much.
        amount: Portion<Alpha>,
        /// In which subnet it will be.
        to: NetUid,
    },
}

/// How much of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion<T> {
    /// So much.
    Exactly(T),
    /// All of it, by the chain's own count.
    ///
    /// Of TAO it is what can leave the account once the call is paid for.
    All,
}
