//! Where stake comes from and where it goes, with the amounts and without.

use axonry_core::{Alpha, Coldkey, Hotkey, NetUid, Rao};

use super::{Amount, Holding, Intent, Operation, Portion};

/// Stake of one coldkey on one hotkey in one subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) hotkey: Hotkey,
    pub(super) coldkey: Coldkey,
    pub(super) netuid: NetUid,
}

/// The way, before it is known how much goes along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// From the account.
    In { to: Position },
    /// To the account.
    Out {
        from: Position,
        /// Whether it is whatever is there when it comes to it.
        all: bool,
    },
    /// From one position to another.
    Across {
        how: Crossing,
        from: Position,
        to: Position,
    },
}

/// By which call stake goes from one position to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crossing {
    Move,
    Swap,
    Transfer,
}

/// So much, along a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    In {
        paid: Rao,
        to: Position,
    },
    Out {
        given: Alpha,
        from: Position,
        all: bool,
    },
    Across {
        given: Alpha,
        how: Crossing,
        from: Position,
        to: Position,
    },
}

impl Intent {
    pub(super) const fn route(&self) -> Route {
        let coldkey = self.coldkey;
        match self.operation {
            Operation::Add { hotkey, netuid, .. } => Route::In {
                to: Position::new(hotkey, coldkey, netuid),
            },
            Operation::Remove {
                hotkey,
                netuid,
                amount,
            } => Route::Out {
                from: Position::new(hotkey, coldkey, netuid),
                // What the chain counts when it comes to it cannot be one rao too many; but that call
                // takes all or nothing.
                all: matches!(amount, Portion::All) && !self.allow_partial,
            },
            Operation::Move {
                origin,
                destination,
                netuid,
                to,
                ..
            } => Route::Across {
                how: Crossing::Move,
                from: Position::new(origin, coldkey, netuid),
                to: Position::new(destination, coldkey, to),
            },
            Operation::Swap {
                hotkey, netuid, to, ..
            } => Route::Across {
                how: Crossing::Swap,
                from: Position::new(hotkey, coldkey, netuid),
                to: Position::new(hotkey, coldkey, to),
            },
            Operation::Transfer {
                destination,
                hotkey,
                netuid,
                to,
                ..
            } => Route::Across {
                how: Crossing::Transfer,
                from: Position::new(hotkey, coldkey, netuid),
                to: Position::new(hotkey, destination, to),
            },
        }
    }
}

impl Position {
    const fn new(hotkey: Hotkey, coldkey: Coldkey, netuid: NetUid) -> Self {
        Self {
            hotkey,
            coldkey,
            netuid,
        }
    }

    pub(super) const fn holding(self) -> Holding {
        Holding::Stake {
            hotkey: self.hotkey,
            coldkey: self.coldkey,
            netuid: self.netuid,
        }
    }
}

impl Route {
    pub(super) const fn from(self) -> Option<Position> {
        match self {
            Self::In { .. } => None,
            Self::Out { from, .. } | Self::Across { from, .. } => Some(from),
        }
    }

    pub(super) const fn to(self) -> Option<Position> {
        match self {
            Self::In { to } | Self::Across { to, .. } => Some(to),
            Self::Out { .. } => None,
        }
    }

    /// Both ends, as far as they are stake.
    pub(super) fn positions(self) -> impl Iterator<Item = Position> {
        [self.from(), self.to()].into_iter().flatten()
    }

    /// Whether anything is bought or sold.
    pub(super) fn trades(self) -> bool {
        match self {
            Self::Across { from, to, .. } => from.netuid != to.netuid,
            Self::In { .. } | Self::Out { .. } => true,
        }
    }
}

impl Step {
    /// What is given away.
    pub(super) const fn given(&self) -> Amount {
        match self {
            Self::In { paid, .. } => Amount::Tao(*paid),
            Self::Out { given, .. } | Self::Across { given, .. } => Amount::Alpha(*given),
        }
    }
}
