use std::fmt;

use axonry_core::{Alpha, Coldkey, Hotkey, MoneyError, NetUid, Rao};

/// Something that somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// TAO on an account that is not staked.
    Free(Coldkey),
    /// Stake.
    Stake {
        /// On whom.
        hotkey: Hotkey,
        /// By whom.
        coldkey: Coldkey,
        /// In which subnet.
        netuid: NetUid,
    },
}

/// An amount of either kind of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// TAO.
    Tao(Rao),
    /// A subnet's alpha.
    Alpha(Alpha),
}

/// A holding at two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is held.
    pub holding: Holding,
    /// How much it is.
    pub before: Amount,
    /// How much it will be.
    pub after: Amount,
}

/// How one amount differs from another of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Not at all.
    None,
    /// It is more by so much.
    More(Amount),
    /// It is less by so much.
    Less(Amount),
}

impl Amount {
    /// The count of rao, or of the alpha's base units.
    pub const fn base_units(self) -> u64 {
        match self {
            Self::Tao(rao) => rao.rao(),
            Self::Alpha(alpha) => alpha.base_units(),
        }
    }

    /// How it differs from another.
    ///
    /// # Errors
    /// [`MoneyError`] when they are of different kinds.
    pub fn difference(self, from: Self) -> Result<Difference, MoneyError> {
        if self == from {
            return Ok(Difference::None);
        }
        match self.checked_sub(from) {
            Ok(more) => Ok(Difference::More(more)),
            Err(MoneyError::Overflow) => from.checked_sub(self).map(Difference::Less),
            Err(mixed) => Err(mixed),
        }
    }

    pub(super) fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        match (self, other) {
            (Self::Tao(left), Self::Tao(right)) => left.checked_sub(right).map(Self::Tao),
            (Self::Alpha(left), Self::Alpha(right)) => left.checked_sub(right).map(Self::Alpha),
            _ => Err(mixed(self)),
        }
    }
}

fn mixed(amount: Amount) -> MoneyError {
    MoneyError::WrongUnit {
        text: amount.to_string(),
        unit: match amount {
            Amount::Tao(_) => "alpha",
            Amount::Alpha(_) => "TAO",
        },
    }
}

impl Change {
    /// How much more or less it will be.
    pub fn difference(&self) -> Difference {
        let difference = self.after.difference(self.before);
        difference.expect("one holding is of one kind")
    }
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free(coldkey) => write!(f, "free balance of {coldkey}"),
            Self::Stake {
                hotkey,
                coldkey,
                netuid,
            } => write!(f, "stake of {coldkey} on {hotkey} in subnet {netuid}"),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tao(rao) => rao.fmt(f),
            Self::Alpha(alpha) => alpha.fmt(f),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.pad("0"),
            Self::More(amount) => f.pad(&format!("+{amount}")),
            Self::Less(amount) => f.pad(&format!("-{amount}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_a_sign_and_a_unit() {
        let tao = |rao| Amount::Tao(Rao::from_rao(rao));
        let alpha = |netuid, units| Amount::Alpha(Alpha::from_base_units(NetUid(netuid), units));
        let told =
            |after: Amount, before: Amount| after.difference(before).map(|found| found.to_string());
        assert_eq!(told(tao(7), tao(5)), Ok("+0.000000002 τ".to_owned()));
        assert_eq!(told(tao(5), tao(7)), Ok("-0.000000002 τ".to_owned()));
        assert_eq!(told(alpha(4, 0), alpha(4, 0)), Ok("0".to_owned()));
        assert!(told(alpha(4, 1), alpha(5, 1)).is_err());
        assert!(told(tao(1), alpha(5, 1)).is_err());
    }
}
