#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::primitive_types::H256;
use crate::runtime::sp_core::crypto::AccountId32;
use crate::runtime::subtensor_runtime_common::NetUidStorageIndex;

#[derive(TypeInfo)]
#[scale_info(replace_segment("event", "pallet"))]
pub(crate) enum Event {
    #[codec(index = 5)]
    WeightsSet(NetUidStorageIndex, u16),
    #[codec(index = 83)]
    WeightsCommitted(AccountId32, NetUidStorageIndex, H256),
    #[codec(index = 84)]
    WeightsRevealed(AccountId32, NetUidStorageIndex, H256),
    #[codec(index = 105)]
    TimelockedWeightsCommitted(AccountId32, NetUidStorageIndex, H256, u64),
    #[codec(index = 106)]
    TimelockedWeightsRevealed(NetUidStorageIndex, AccountId32),
}
