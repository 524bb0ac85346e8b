use axonry_core::{Alpha, Coldkey, Hotkey, Rao};

/// What an account holds of TAO (`System.Account`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What it can spend, the frozen part included.
    pub free: Rao,
    /// What is set aside for deposits and the like; not part of `free`.
    pub reserved: Rao,
    /// How much of `free` may not leave the account.
    pub frozen: Rao,
}

impl Balance {
    /// What can leave the account without closing it: free, less what is frozen or what keeps the
    /// account open, whichever is more.
    ///
    /// `existential_deposit` is the chain's [`Ledger::existential_deposit`]; fees come on top.
    ///
    /// [`Ledger::existential_deposit`]: crate::Ledger::existential_deposit
    pub fn transferable(&self, existential_deposit: Rao) -> Rao {
        let kept = self.frozen.max(existential_deposit);
        self.free.checked_sub(kept).unwrap_or(Rao::ZERO)
    }
}

/// What one coldkey has staked on one hotkey in one subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// On whom.
    pub hotkey: Hotkey,
    /// By whom.
    pub coldkey: Coldkey,
    /// How much, and in which subnet.
    pub amount: Alpha,
    /// Whether the hotkey is registered in that subnet.
    pub is_registered: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_the_account_open_or_is_frozen_stays() {
        let rao = Rao::from_rao;
        let balance = |free, frozen| Balance {
            free: rao(free),
            reserved: rao(9_000),
            frozen: rao(frozen),
        };
        assert_eq!(balance(1_000, 0).transferable(rao(500)), rao(500));
        assert_eq!(balance(1_000, 700).transferable(rao(500)), rao(300));
        assert_eq!(balance(400, 0).transferable(rao(500)), Rao::ZERO);
    }
}
