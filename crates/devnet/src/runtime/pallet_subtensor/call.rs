#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::bounded_collections::bounded_vec::BoundedVec;
use crate::runtime::primitive_types::H256;
use crate::runtime::subtensor_runtime_common::{MechId, NetUid};

#[derive(TypeInfo)]
#[scale_info(replace_segment("call", "pallet"))]
#[expect(
    non_camel_case_types,
    reason = "calls are named as the runtime names them"
)]
pub(crate) enum Call {
    #[codec(index = 0)]
    set_weights {
        netuid: NetUid,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 96)]
    commit_weights { netuid: NetUid, commit_hash: H256 },
    #[codec(index = 97)]
    reveal_weights {
        netuid: NetUid,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 113)]
    commit_timelocked_weights {
        netuid: NetUid,
        commit: BoundedVec<u8>,
        reveal_round: u64,
        commit_reveal_version: u16,
    },
    #[codec(index = 115)]
    commit_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        commit_hash: H256,
    },
    #[codec(index = 116)]
    reveal_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 118)]
    commit_timelocked_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        commit: BoundedVec<u8>,
        reveal_round: u64,
        commit_reveal_version: u16,
    },
    #[codec(index = 119)]
    set_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    },
}
