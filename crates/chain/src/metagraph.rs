use std::collections::BTreeMap;
use std::net::SocketAddr;

use axonry_core::{Alpha, Block, BlockNumber, Coldkey, Hotkey, NetUid, Uid};
use serde::{Deserialize, Serialize};

/// All neurons of a subnet, read at one block. It does not change; read a new one instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metagraph {
    netuid: NetUid,
    block: Block,
    neurons: Vec<Neuron>,
    by_hotkey: BTreeMap<Hotkey, Uid>,
}

/// One neuron of a subnet at one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neuron {
    /// Its slot.
    pub uid: Uid,
    /// The key it is known by.
    pub hotkey: Hotkey,
    /// The key that owns it.
    pub coldkey: Coldkey,
    /// The stake on its hotkey in this subnet.
    pub stake: Alpha,
    /// Whether it may set weights.
    pub validator_permit: bool,
    /// Whether its last weights are recent enough to count.
    pub active: bool,
    /// When it last set or committed weights for mechanism 0; block 0 is never.
    pub last_update: BlockNumber,
    /// Where it serves, if it does.
    pub axon: Option<AxonInfo>,
    /// Its share of what miners earn, in 65 535ths of the whole subnet.
    pub incentive: u16,
    /// Its share of what validators earn, in 65 535ths of the whole subnet.
    pub dividends: u16,
    /// What it earned in the last epoch.
    pub emission: Alpha,
    /// How far validators agree on it, in 65 535ths.
    pub consensus: u16,
    /// How far it agrees with other validators, in 65 535ths.
    pub validator_trust: u16,
}

/// The address a neuron serves at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxonInfo {
    /// Address and port.
    pub address: SocketAddr,
    /// The version of the software behind it, as it says.
    pub version: u32,
    /// The protocol number, as it says.
    pub protocol: u8,
    /// When it was announced.
    pub announced: BlockNumber,
}

/// A list of neurons that is no metagraph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetagraphError {
    /// Uids must be 0, 1, 2, … in order.
    #[error("the neuron at place {place} has uid {found}: uids must run from 0 without gaps")]
    Uids {
        /// The place in the list.
        place: usize,
        /// The uid found there.
        found: Uid,
    },
    /// One hotkey holds two slots.
    #[error("hotkey {hotkey} holds uid {first} and uid {second}")]
    Duplicate {
        /// The hotkey.
        hotkey: Hotkey,
        /// The lower uid.
        first: Uid,
        /// The higher uid.
        second: Uid,
    },
}

impl Metagraph {
    /// Takes the neurons of a subnet in the order of their uids.
    ///
    /// # Errors
    /// [`MetagraphError`] when uids have gaps or a hotkey stands twice.
    pub fn new(netuid: NetUid, block: Block, neurons: Vec<Neuron>) -> Result<Self, MetagraphError> {
        let mut by_hotkey = BTreeMap::new();
        for (place, neuron) in neurons.iter().enumerate() {
            if usize::from(neuron.uid.0) != place {
                return Err(MetagraphError::Uids {
                    place,
                    found: neuron.uid,
                });
            }
            if let Some(first) = by_hotkey.insert(neuron.hotkey, neuron.uid) {
                let (hotkey, second) = (neuron.hotkey, neuron.uid);
                return Err(MetagraphError::Duplicate {
                    hotkey,
                    first,
                    second,
                });
            }
        }
        Ok(Self {
            netuid,
            block,
            neurons,
            by_hotkey,
        })
    }

    /// The subnet.
    pub const fn netuid(&self) -> NetUid {
        self.netuid
    }

    /// The block it was read at.
    pub const fn block(&self) -> Block {
        self.block
    }

    /// The neurons, by uid.
    pub fn neurons(&self) -> &[Neuron] {
        &self.neurons
    }

    /// How many neurons there are.
    pub fn len(&self) -> usize {
        self.neurons.len()
    }

    /// Whether the subnet has no neuron.
    pub fn is_empty(&self) -> bool {
        self.neurons.is_empty()
    }

    /// The neuron in a slot.
    pub fn neuron(&self, uid: Uid) -> Option<&Neuron> {
        self.neurons.get(usize::from(uid.0))
    }

    /// The slot of a hotkey.
    pub fn uid_of(&self, hotkey: &Hotkey) -> Option<Uid> {
        self.by_hotkey.get(hotkey).copied()
    }

    /// The neuron of a hotkey.
    pub fn of(&self, hotkey: &Hotkey) -> Option<&Neuron> {
        self.uid_of(hotkey).and_then(|uid| self.neuron(uid))
    }
}
