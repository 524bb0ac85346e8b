#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use parity_scale_codec::Compact;
use scale_info::TypeInfo;

use crate::runtime::subtensor_runtime_common::{AlphaBalance, NetUid, TaoBalance};

#[derive(TypeInfo)]
pub(crate) struct StakeInfo<AccountId> {
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: Compact<NetUid>,
    stake: Compact<AlphaBalance>,
    locked: Compact<u64>,
    emission: Compact<AlphaBalance>,
    tao_emission: Compact<TaoBalance>,
    drain: Compact<u64>,
    is_registered: bool,
}
