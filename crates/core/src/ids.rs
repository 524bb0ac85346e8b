use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A subnet's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetUid(pub u16);

/// A neuron's slot in one subnet.
///
/// A slot changes hands when its neuron is replaced: key what outlives a block by
/// [`Hotkey`](crate::Hotkey), and use the uid only at the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(pub u16);

/// A mechanism of a subnet: 0 for the only one most subnets have, at most 15.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MechId(pub u8);

/// The key under which the chain stores what it keeps per mechanism: weights, bonds, last updates.
///
/// `mechanism · 4096 + netuid`, saturating
/// (`opentensor/subtensor`, `pallets/subtensor/src/subnets/mechanism.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetUidStorageIndex(pub u16);

impl NetUidStorageIndex {
    /// The index of `mechanism` in the subnet `netuid`.
    pub const fn new(netuid: NetUid, mechanism: MechId) -> Self {
        Self(
            (mechanism.0 as u16)
                .saturating_mul(4096)
                .saturating_add(netuid.0),
        )
    }
}

macro_rules! number {
    ($name:ident, $number:ty) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse::<$number>().map(Self)
            }
        }

        impl From<$number> for $name {
            fn from(number: $number) -> Self {
                Self(number)
            }
        }
    };
}

number!(NetUid, u16);
number!(Uid, u16);
number!(MechId, u8);
number!(NetUidStorageIndex, u16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_storage_index_of_mechanism_zero_is_the_netuid() {
        assert_eq!(NetUidStorageIndex::new(NetUid(74), MechId(0)).0, 74);
        assert_eq!(NetUidStorageIndex::new(NetUid(74), MechId(1)).0, 4170);
        assert_eq!(
            NetUidStorageIndex::new(NetUid(74), MechId(16)).0,
            u16::MAX,
            "saturates rather than wrapping into another subnet"
        );
    }
}
