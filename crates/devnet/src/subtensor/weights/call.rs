use axonry_core::{MechId, NetUid, NetUidStorageIndex};
use scale_decode::DecodeAsType;

use crate::presented::{CallData, Presented, PresentedError};
use crate::subtensor::PALLET;

/// The calls about weights; each has a form of its own for mechanisms other than 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WeightsCall {
    Set(SetWeights),
    Commit { index: Place, hash: [u8; 32] },
    Reveal { vector: SetWeights, salt: Vec<u16> },
    CommitTimelocked(CommitTimelocked),
}

/// A subnet and a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) netuid: NetUid,
    pub(crate) mechanism: MechId,
}

/// A vector in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetWeights {
    pub(crate) netuid: NetUid,
    pub(crate) mechanism: MechId,
    pub(crate) uids: Vec<u16>,
    pub(crate) values: Vec<u16>,
    pub(crate) version_key: u64,
}

/// A sealed vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommitTimelocked {
    pub(crate) place: Place,
    pub(crate) sealed: Vec<u8>,
    pub(crate) reveal_round: u64,
    pub(crate) version: u16,
}

#[derive(DecodeAsType)]
struct Set {
    netuid: u16,
    dests: Vec<u16>,
    weights: Vec<u16>,
    version_key: u64,
}

#[derive(DecodeAsType)]
struct Commit {
    netuid: u16,
    commit_hash: [u8; 32],
}

#[derive(DecodeAsType)]
struct Reveal {
    netuid: u16,
    uids: Vec<u16>,
    values: Vec<u16>,
    salt: Vec<u16>,
    version_key: u64,
}

#[derive(DecodeAsType)]
struct Timelocked {
    netuid: u16,
    commit: Vec<u8>,
    reveal_round: u64,
    commit_reveal_version: u16,
}

#[derive(DecodeAsType)]
struct OfMechanism {
    mecid: u8,
}

impl WeightsCall {
    /// Reads the call, if it is one of these.
    pub(crate) fn read(
        call: &CallData<'_>,
        presented: &Presented,
    ) -> Result<Option<Self>, PresentedError> {
        if call.pallet != PALLET {
            return Ok(None);
        }
        let of_mechanism = call.name.contains("_mechanism_");
        let place = |netuid| {
            let mechanism = match of_mechanism {
                true => call.arguments::<OfMechanism>(presented)?.mecid,
                false => 0,
            };
            Ok::<_, PresentedError>(Place {
                netuid: NetUid(netuid),
                mechanism: MechId(mechanism),
            })
        };
        Ok(Some(match call.name {
            "set_weights" | "set_mechanism_weights" => {
                let set: Set = call.arguments(presented)?;
                let place = place(set.netuid)?;
                Self::Set(place.vector(set.dests, set.weights, set.version_key))
            }
            "commit_weights" | "commit_mechanism_weights" => {
                let commit: Commit = call.arguments(presented)?;
                Self::Commit {
                    index: place(commit.netuid)?,
                    hash: commit.commit_hash,
                }
            }
            "reveal_weights" | "reveal_mechanism_weights" => {
                let reveal: Reveal = call.arguments(presented)?;
                let place = place(reveal.netuid)?;
                Self::Reveal {
                    vector: place.vector(reveal.uids, reveal.values, reveal.version_key),
                    salt: reveal.salt,
                }
            }
            "commit_timelocked_weights" | "commit_timelocked_mechanism_weights" => {
                let commit: Timelocked = call.arguments(presented)?;
                Self::CommitTimelocked(CommitTimelocked {
                    place: place(commit.netuid)?,
                    sealed: commit.commit,
                    reveal_round: commit.reveal_round,
                    version: commit.commit_reveal_version,
                })
            }
            _ => return Ok(None),
        }))
    }

    /// The subnet and mechanism it is about.
    pub(crate) const fn place(&self) -> Place {
        match self {
            Self::Set(vector) | Self::Reveal { vector, .. } => vector.place(),
            Self::Commit { index, .. } => *index,
            Self::CommitTimelocked(call) => call.place,
        }
    }
}

impl Place {
    /// Where the chain keeps the weights of this subnet and mechanism.
    pub(crate) const fn index(&self) -> NetUidStorageIndex {
        NetUidStorageIndex::new(self.netuid, self.mechanism)
    }

    pub(crate) const fn vector(
        self,
        uids: Vec<u16>,
        values: Vec<u16>,
        version_key: u64,
    ) -> SetWeights {
        SetWeights {
            netuid: self.netuid,
            mechanism: self.mechanism,
            uids,
            values,
            version_key,
        }
    }
}

impl SetWeights {
    /// The subnet and mechanism it is about.
    pub(crate) const fn place(&self) -> Place {
        Place {
            netuid: self.netuid,
            mechanism: self.mechanism,
        }
    }

    /// Where the chain keeps the weights of this subnet and mechanism.
    pub(crate) const fn index(&self) -> NetUidStorageIndex {
        self.place().index()
    }
}
