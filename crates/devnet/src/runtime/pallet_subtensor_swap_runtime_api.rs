#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use super::subtensor_runtime_common::{AlphaBalance, NetUid, TaoBalance};

#[derive(TypeInfo)]
pub(crate) struct SubnetPrice {
    netuid: NetUid,
    price: u64,
}

#[derive(TypeInfo)]
pub(crate) struct SimSwapResult {
    tao_amount: TaoBalance,
    alpha_amount: AlphaBalance,
    tao_fee: TaoBalance,
    alpha_fee: AlphaBalance,
    tao_slippage: TaoBalance,
    alpha_slippage: AlphaBalance,
}
