#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::subtensor_runtime_common::NetUidStorageIndex;

#[derive(TypeInfo)]
pub(crate) enum Event {
    #[codec(index = 5)]
    WeightsSet(NetUidStorageIndex, u16),
}
