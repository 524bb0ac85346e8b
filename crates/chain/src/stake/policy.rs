use std::collections::BTreeSet;

use axonry_core::{NetUid, Rao};

use super::Tolerance;

/// What a plan may do at most: whoever signs by a program says so beforehand.
///
/// The default allows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The most that one operation may give away; alpha counts at its price, and the fee of the call
    /// does not.
    pub most_spent: Option<Rao>,
    /// The subnets that may be touched, where there is a list.
    pub netuids: Option<BTreeSet<NetUid>>,
    /// The most that may be lost by moving the price.
    pub most_slippage: Option<Tolerance>,
}

/// What a policy does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It gives away too much.
    #[error("it would give away {spent}, and the policy allows {most} at a time")]
    Spends {
        /// What it gives away.
        spent: Rao,
        /// What is allowed.
        most: Rao,
    },
    /// It touches a subnet that is not listed.
    #[error("subnet {0} is not among those that the policy allows")]
    NetUid(NetUid),
    /// It moves the price too far.
    #[error("it would lose {slippage} by moving the price, and the policy allows {most}")]
    Slips {
        /// What is lost.
        slippage: Tolerance,
        /// What is allowed.
        most: Tolerance,
    },
}

impl Policy {
    /// Checks what is known from the intent alone.
    pub(super) fn allows(&self, netuids: impl Iterator<Item = NetUid>) -> Result<(), PolicyError> {
        let Some(allowed) = &self.netuids else {
            return Ok(());
        };
        let stranger = netuids.into_iter().find(|netuid| !allowed.contains(netuid));
        stranger.map_or(Ok(()), |netuid| Err(PolicyError::NetUid(netuid)))
    }

    /// Checks what it costs.
    pub(super) fn affords(&self, spent: Rao, slippage: Tolerance) -> Result<(), PolicyError> {
        if let Some(most) = self.most_spent.filter(|most| spent > *most) {
            return Err(PolicyError::Spends { spent, most });
        }
        if let Some(most) = self.most_slippage.filter(|most| slippage > *most) {
            return Err(PolicyError::Slips { slippage, most });
        }
        Ok(())
    }
}
