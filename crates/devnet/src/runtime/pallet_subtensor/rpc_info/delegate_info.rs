#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use parity_scale_codec::Compact;
use scale_info::TypeInfo;

use crate::runtime::subtensor_runtime_common::NetUid;

/// What a delegate's nominators have staked, by subnet.
type Nominators<AccountId> = Vec<(AccountId, Vec<(Compact<NetUid>, Compact<u64>)>)>;

#[derive(TypeInfo)]
pub(crate) struct DelegateInfo<AccountId> {
    delegate_ss58: AccountId,
    take: Compact<u16>,
    nominators: Nominators<AccountId>,
    owner_ss58: AccountId,
    registrations: Vec<Compact<NetUid>>,
    validator_permits: Vec<Compact<NetUid>>,
    return_per_1000: Compact<u64>,
    total_daily_return: Compact<u64>,
}
