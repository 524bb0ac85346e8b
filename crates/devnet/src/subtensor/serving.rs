//! Announcing where a neuron serves: `pallets/subtensor/src/subnets/serving.rs`.

use axonry_core::{AccountId, NetUid};
use scale_decode::DecodeAsType;

use super::PALLET;
use super::hyperparameters::of_subnet;
use super::neurons::{self, StoredAxon};
use crate::execution::Execution;
use crate::presented::{CallData, PresentedError};
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;

#[derive(DecodeAsType)]
struct ServeAxon {
    netuid: u16,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
    placeholder1: u8,
    placeholder2: u8,
}

/// Runs `serve_axon`.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    let call: ServeAxon = execution.arguments(call)?;
    let (netuid, hotkey) = (NetUid(call.netuid), execution.origin);
    let (number, strict) = (execution.number, execution.strictness.axons);
    check(execution.storage, hotkey, &call, number, strict)?;
    let axon = StoredAxon {
        block: number,
        version: call.version,
        ip: call.ip,
        port: call.port,
        ip_type: call.ip_type,
        protocol: call.protocol,
        placeholder1: call.placeholder1,
        placeholder2: call.placeholder2,
    };
    let keys = [netuid.0.into(), hotkey.into()];
    execution
        .storage
        .write(PALLET, "Axons", &keys, axon.value())?;
    execution.deposit(PALLET, "AxonServed", keys.to_vec());
    Ok(())
}

/// The custom error number an announcement is kept out of the pool with; `None` lets it in.
///
/// `pallets/subtensor/src/guards/check_serving_endpoints.rs`.
pub(crate) fn gate(
    storage: &Storage<'_>,
    hotkey: AccountId,
    call: &CallData<'_>,
    number: u64,
    strict: bool,
) -> Result<Option<u8>, PresentedError> {
    if (call.pallet, call.name) != (PALLET, "serve_axon") {
        return Ok(None);
    }
    let Ok(call) = call.arguments::<ServeAxon>(storage.presented()) else {
        return Ok(None);
    };
    match check(storage, hotkey, &call, number, strict) {
        Ok(()) => Ok(None),
        Err(Refusal::Broken(error)) => Err(error),
        Err(Refusal::Pallet(error, _)) => Ok(Some(match error {
            "HotKeyNotRegisteredInNetwork" => 10,
            "InvalidIpType" | "InvalidIpAddress" => 11,
            "ServingRateLimitExceeded" => 12,
            "InvalidPort" => 13,
            _ => 255,
        })),
        Err(_) => Ok(Some(255)),
    }
}

/// `validate_serve_axon`. The loopback address passes unless `strict`: on a dev chain the miners are
/// on the same machine.
fn check(
    storage: &Storage<'_>,
    hotkey: AccountId,
    call: &ServeAxon,
    number: u64,
    strict: bool,
) -> Result<(), Refusal> {
    let netuid = NetUid(call.netuid);
    let registered = neurons::uid_of(storage, netuid, hotkey)?.is_some();
    ensure(registered, "HotKeyNotRegisteredInNetwork")?;
    ensure(matches!(call.ip_type, 4 | 6), "InvalidIpType")?;
    let loopback = match call.ip_type {
        4 => call.ip == u128::from(u32::from_be_bytes([127, 0, 0, 1])),
        _ => call.ip == 1,
    };
    let beyond = match call.ip_type {
        4 => call.ip >= u128::from(u32::MAX),
        _ => call.ip == u128::MAX,
    };
    let nowhere = beyond || (loopback && strict);
    ensure(!nowhere, "InvalidIpAddress")?;
    let before = neurons::axon(storage, netuid, hotkey)?;
    let last = before.map_or(0, |axon| axon.block);
    let limit = of_subnet(storage, "ServingRateLimit", netuid, 50_u64)?;
    let soon = limit > 0 && last > 0 && number.saturating_sub(last) < limit;
    ensure(!soon, "ServingRateLimitExceeded")?;
    ensure(call.port != 0, "InvalidPort")
}
