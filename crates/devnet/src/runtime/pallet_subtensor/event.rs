#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::primitive_types::H256;
use crate::runtime::sp_core::crypto::AccountId32;
use crate::runtime::subtensor_runtime_common::{
    AlphaBalance, NetUid, NetUidStorageIndex, TaoBalance,
};

#[derive(TypeInfo)]
#[scale_info(replace_segment("event", "pallet"))]
pub(crate) enum Event {
    #[codec(index = 2)]
    StakeAdded(
        AccountId32,
        AccountId32,
        TaoBalance,
        AlphaBalance,
        NetUid,
        u64,
    ),
    #[codec(index = 3)]
    StakeRemoved(
        AccountId32,
        AccountId32,
        TaoBalance,
        AlphaBalance,
        NetUid,
        u64,
    ),
    #[codec(index = 4)]
    StakeMoved(
        AccountId32,
        AccountId32,
        NetUid,
        AccountId32,
        NetUid,
        TaoBalance,
    ),
    #[codec(index = 5)]
    WeightsSet(NetUidStorageIndex, u16),
    #[codec(index = 6)]
    NeuronRegistered(NetUid, u16, AccountId32),
    #[codec(index = 28)]
    AxonServed(NetUid, AccountId32),
    #[codec(index = 83)]
    WeightsCommitted(AccountId32, NetUidStorageIndex, H256),
    #[codec(index = 84)]
    WeightsRevealed(AccountId32, NetUidStorageIndex, H256),
    #[codec(index = 89)]
    StakeTransferred(
        AccountId32,
        AccountId32,
        AccountId32,
        NetUid,
        NetUid,
        TaoBalance,
    ),
    #[codec(index = 90)]
    StakeSwapped(AccountId32, AccountId32, NetUid, NetUid, TaoBalance),
    #[codec(index = 105)]
    TimelockedWeightsCommitted(AccountId32, NetUidStorageIndex, H256, u64),
    #[codec(index = 106)]
    TimelockedWeightsRevealed(NetUidStorageIndex, AccountId32),
}
