//! Subnets as markets: `pallets/subtensor/src/rpc_info/dynamic_info.rs` and `SwapRuntimeApi`.

use axonry_core::NetUid;

use super::{ApiError, Arguments, of_each, subnet};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{exists, of_subnet};
use crate::subtensor::pools::{self, Side};

pub(super) fn price(
    storage: &Storage<'_>,
    method: &str,
    mut arguments: Arguments<'_>,
) -> Result<Option<Value>, ApiError> {
    Ok(Some(match method {
        "current_alpha_price" => pools::read(storage, arguments.netuid()?)?.price().into(),
        "current_alpha_price_all" => of_each(storage, |netuid| {
            let price = pools::read(storage, netuid)?.price();
            let netuid = ("netuid", netuid.0.into());
            Ok(Value::Record(vec![netuid, ("price", price.into())]))
        })?,
        "sim_swap_tao_for_alpha" => simulated(storage, Side::Buy, arguments)?,
        "sim_swap_alpha_for_tao" => simulated(storage, Side::Sell, arguments)?,
        _ => return Ok(None),
    }))
}

/// What a swap would come to; all zero when it would fail.
fn simulated(
    storage: &Storage<'_>,
    side: Side,
    mut arguments: Arguments<'_>,
) -> Result<Value, ApiError> {
    let (netuid, amount): (NetUid, u64) = (arguments.netuid()?, arguments.next()?);
    let simulated = match exists(storage, netuid)? {
        true => pools::read(storage, netuid)?.simulate(side, amount),
        false => None,
    };
    let (swap, slippage) = simulated.unwrap_or_default();
    let fields: [(&'static str, u64); 6] = match side {
        Side::Buy => [
            ("tao_amount", swap.paid_in),
            ("alpha_amount", swap.paid_out),
            ("tao_fee", swap.fee),
            ("alpha_fee", 0),
            ("tao_slippage", 0),
            ("alpha_slippage", slippage),
        ],
        Side::Sell => [
            ("tao_amount", swap.paid_out),
            ("alpha_amount", swap.paid_in),
            ("tao_fee", 0),
            ("alpha_fee", swap.fee),
            ("tao_slippage", slippage),
            ("alpha_slippage", 0),
        ],
    };
    let fields = fields.map(|(name, value)| (name, value.into()));
    Ok(Value::Record(fields.to_vec()))
}

/// What a pool holds, and what has gone through it.
pub(super) fn amounts(
    storage: &Storage<'_>,
    netuid: NetUid,
) -> Result<Vec<(&'static str, Value)>, PresentedError> {
    let pool = pools::read(storage, netuid)?;
    let out: u64 = of_subnet(storage, "SubnetAlphaOut", netuid, 0)?;
    let volume: u128 = of_subnet(storage, "SubnetVolume", netuid, 0)?;
    Ok(vec![
        ("alpha_in", pool.alpha.into()),
        ("alpha_out", out.into()),
        ("tao_in", pool.tao.into()),
        ("subnet_volume", volume.into()),
        ("moving_price", pool.moving_price().into()),
    ])
}

/// What a `DynamicInfo` says.
pub(super) fn info(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Value, PresentedError> {
    let last: u64 = of_subnet(storage, "LastMechansimStepBlock", netuid, 0)?;
    let mut fields = subnet::identity(storage, netuid)?;
    fields.extend(amounts(storage, netuid)?);
    fields.extend([
        ("netuid", netuid.0.into()),
        (
            "tempo",
            of_subnet(storage, "Tempo", netuid, 360_u16)?.into(),
        ),
        ("last_step", last.into()),
        ("blocks_since_last_step", number.saturating_sub(last).into()),
    ]);
    Ok(Value::Record(fields))
}
