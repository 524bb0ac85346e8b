//! Subnets as markets: `pallets/subtensor/src/rpc_info/dynamic_info.rs` and `SwapRuntimeApi`.
//!
//! The subnets of this chain are of the stable kind: they have no pools, and an alpha costs a TAO.

use axonry_core::NetUid;

use super::{ApiError, Arguments, of_each, subnet};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::of_subnet;

/// The price of an alpha, in rao.
const PRICE: u64 = 1_000_000_000;

pub(super) fn price(
    storage: &Storage<'_>,
    method: &str,
    mut arguments: Arguments<'_>,
) -> Result<Option<Value>, ApiError> {
    Ok(Some(match method {
        "current_alpha_price" => {
            arguments.netuid()?;
            PRICE.into()
        }
        "current_alpha_price_all" => of_each(storage, |netuid| {
            let netuid = ("netuid", netuid.0.into());
            Ok(Value::Record(vec![netuid, ("price", PRICE.into())]))
        })?,
        _ => return Ok(None),
    }))
}

/// What a `DynamicInfo` says; amounts in pools are left at zero.
pub(super) fn info(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Value, PresentedError> {
    let last: u64 = of_subnet(storage, "LastMechansimStepBlock", netuid, 0)?;
    let mut fields = subnet::identity(storage, netuid)?;
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
