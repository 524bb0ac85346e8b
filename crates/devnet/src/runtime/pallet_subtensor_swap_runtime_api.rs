#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use super::subtensor_runtime_common::NetUid;

#[derive(TypeInfo)]
pub(crate) struct SubnetPrice {
    netuid: NetUid,
    price: u64,
}
