#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::subtensor_runtime_common::{MechId, NetUid};

#[derive(TypeInfo)]
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
    #[codec(index = 119)]
    set_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    },
}
