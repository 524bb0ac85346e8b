use axonry_core::{MechId, NetUid, NetUidStorageIndex};
use scale_decode::DecodeAsType;

use crate::presented::{CallData, Presented, PresentedError};
use crate::subtensor::PALLET;

/// `set_weights` and `set_mechanism_weights`, which are one call but for the mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetWeights {
    pub(crate) netuid: NetUid,
    pub(crate) mechanism: MechId,
    pub(crate) uids: Vec<u16>,
    pub(crate) values: Vec<u16>,
    pub(crate) version_key: u64,
}

#[derive(DecodeAsType)]
struct Plain {
    netuid: u16,
    dests: Vec<u16>,
    weights: Vec<u16>,
    version_key: u64,
}

#[derive(DecodeAsType)]
struct OfMechanism {
    mecid: u8,
}

impl SetWeights {
    /// Reads the call, if it is one of the two.
    pub(crate) fn read(
        call: &CallData<'_>,
        presented: &Presented,
    ) -> Result<Option<Self>, PresentedError> {
        let mechanism = match (call.pallet, call.name) {
            (PALLET, "set_weights") => 0,
            (PALLET, "set_mechanism_weights") => call.arguments::<OfMechanism>(presented)?.mecid,
            _ => return Ok(None),
        };
        let plain: Plain = call.arguments(presented)?;
        Ok(Some(Self {
            netuid: NetUid(plain.netuid),
            mechanism: MechId(mechanism),
            uids: plain.dests,
            values: plain.weights,
            version_key: plain.version_key,
        }))
    }

    /// Where the chain keeps the weights of this subnet and mechanism.
    pub(crate) const fn index(&self) -> NetUidStorageIndex {
        NetUidStorageIndex::new(self.netuid, self.mechanism)
    }
}
