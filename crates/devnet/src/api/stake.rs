//! `StakeInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/stake_info.rs`.
//!
//! All stake here is on hotkeys of neurons, and belongs to the coldkey that owns the hotkey.

use axonry_core::{AccountId, Coldkey, NetUid};

use super::{ApiError, Arguments, subnets};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::exists;
use crate::subtensor::neurons;

pub(super) fn call(
    storage: &Storage<'_>,
    method: &str,
    mut arguments: Arguments<'_>,
) -> Result<Option<Value>, ApiError> {
    Ok(Some(match method {
        "get_stake_info_for_coldkey" => {
            let coldkey = Coldkey::from_bytes(arguments.next()?);
            Value::List(of_coldkey(storage, coldkey)?)
        }
        "get_stake_info_for_coldkeys" => {
            let coldkeys: Vec<[u8; 32]> = arguments.next()?;
            let each = coldkeys.into_iter().map(|coldkey| {
                let coldkey = Coldkey::from_bytes(coldkey);
                let stake = Value::List(of_coldkey(storage, coldkey)?);
                Ok(Value::from((coldkey, stake)))
            });
            Value::List(each.collect::<Result<_, PresentedError>>()?)
        }
        "get_stake_info_for_hotkey_coldkey_netuid" => {
            let hotkey = AccountId::from_bytes(arguments.next()?);
            let coldkey = Coldkey::from_bytes(arguments.next()?);
            let netuid = arguments.netuid()?;
            if !exists(storage, netuid)? {
                return Ok(Some(Value::none()));
            }
            let is_it = |neuron: &axonry_chain::Neuron| neuron.hotkey.account() == hotkey;
            let stake = in_subnet(storage, netuid, coldkey, is_it)?.pop();
            Value::some(stake.unwrap_or_else(|| nothing(netuid, hotkey, coldkey)))
        }
        _ => return Ok(None),
    }))
}

fn of_coldkey(storage: &Storage<'_>, coldkey: Coldkey) -> Result<Vec<Value>, PresentedError> {
    let mut found = Vec::new();
    for netuid in subnets(storage)? {
        let has_stake = |neuron: &axonry_chain::Neuron| neuron.stake.base_units() > 0;
        found.extend(in_subnet(storage, netuid, coldkey, has_stake)?);
    }
    Ok(found)
}

/// The stake of a coldkey on those of its neurons in a subnet that are asked for.
fn in_subnet(
    storage: &Storage<'_>,
    netuid: NetUid,
    coldkey: Coldkey,
    wanted: impl Fn(&axonry_chain::Neuron) -> bool,
) -> Result<Vec<Value>, PresentedError> {
    let neurons = neurons::read(storage, netuid)?;
    let its = neurons
        .iter()
        .filter(|neuron| neuron.coldkey == coldkey && wanted(neuron));
    let info = its.map(|neuron| {
        Value::Record(vec![
            ("hotkey", neuron.hotkey.into()),
            ("coldkey", neuron.coldkey.into()),
            ("netuid", netuid.0.into()),
            ("stake", neuron.stake.base_units().into()),
            ("emission", neuron.emission.base_units().into()),
            ("is_registered", true.into()),
        ])
    });
    Ok(info.collect())
}

/// No stake, which a node tells as such when the subnet exists.
fn nothing(netuid: NetUid, hotkey: AccountId, coldkey: Coldkey) -> Value {
    Value::Record(vec![
        ("hotkey", hotkey.into()),
        ("coldkey", coldkey.into()),
        ("netuid", netuid.0.into()),
    ])
}
