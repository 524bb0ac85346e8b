use std::collections::HashMap;
use std::net::IpAddr;

use axonry_core::{Alpha, BlockNumber, Hotkey, Uid};

/// Who sent a request, as far as the signature and the metagraph tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who signed.
    pub hotkey: Hotkey,
    /// Where the connection comes from.
    pub address: IpAddr,
    /// Its place in the subnet, if it has one in the snapshot.
    pub standing: Option<Standing>,
}

/// A neuron's place in the subnet at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its slot.
    pub uid: Uid,
    /// The stake on its hotkey in this subnet.
    pub stake: Alpha,
    /// Whether it may set weights.
    pub permit: bool,
    /// The block at which this was so.
    pub block: BlockNumber,
}

/// Everybody's standing at one block: what an axon tells callers by.
///
/// It does not change; an axon is given a new one whenever there is one.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    standings: HashMap<Hotkey, Standing>,
}

impl Roster {
    /// The standing of a hotkey.
    pub fn standing(&self, hotkey: &Hotkey) -> Option<&Standing> {
        self.standings.get(hotkey)
    }
}

impl FromIterator<(Hotkey, Standing)> for Roster {
    fn from_iter<I: IntoIterator<Item = (Hotkey, Standing)>>(standings: I) -> Self {
        Self {
            standings: standings.into_iter().collect(),
        }
    }
}
