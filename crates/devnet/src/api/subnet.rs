//! `SubnetInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/subnet_info.rs` and `metagraph.rs`.

use axonry_chain::{EpochClock, Hyperparameters};
use axonry_core::{BlockNumber, MechId, NetUid};

use super::{ApiError, Arguments, dynamic, hyperparameters as told, if_exists, metagraph, of_each};
use crate::presented::{Method, PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{self, of_subnet};
use crate::subtensor::neurons;

pub(super) fn call(
    storage: &Storage<'_>,
    number: u64,
    method: &str,
    arguments: Arguments<'_>,
    signature: &Method,
) -> Result<Option<Value>, ApiError> {
    let each = |value: &dyn Fn(NetUid) -> Result<Value, PresentedError>| {
        of_each(storage, |netuid| value(netuid).map(Value::some))
    };
    let value = match method {
        "get_subnets_info" | "get_subnets_info_v2" => {
            each(&|netuid| info(storage, netuid, number))?
        }
        "get_all_dynamic_info" => each(&|netuid| dynamic::info(storage, netuid, number))?,
        "get_all_metagraphs" => {
            each(&|netuid| metagraph::whole(storage, netuid, MechId(0), number))?
        }
        "get_all_mechagraphs" => metagraph::of_all_mechanisms(storage, number)?,
        _ => return of_one(storage, number, method, arguments, signature),
    };
    Ok(Some(value))
}

/// The methods that are about one subnet.
fn of_one(
    storage: &Storage<'_>,
    number: u64,
    method: &str,
    mut arguments: Arguments<'_>,
    signature: &Method,
) -> Result<Option<Value>, ApiError> {
    let presented = arguments.presented;
    let mut of_netuid = |value: &dyn Fn(NetUid) -> Result<Value, PresentedError>| {
        let netuid = arguments.netuid()?;
        if_exists(storage, netuid, || Ok(value(netuid)?))
    };
    let value = match method {
        "get_subnet_info" | "get_subnet_info_v2" => {
            of_netuid(&|netuid| info(storage, netuid, number))?
        }
        "get_subnet_hyperparams" | "get_subnet_hyperparams_v2" => {
            of_netuid(&|netuid| Ok(Value::Record(told::fields(storage, netuid, number)?)))?
        }
        "get_subnet_hyperparams_v3" => of_netuid(&|netuid| told::entries(storage, netuid, number))?,
        "get_dynamic_info" => of_netuid(&|netuid| dynamic::info(storage, netuid, number))?,
        "get_subnet_state" => of_netuid(&|netuid| metagraph::state(storage, netuid))?,
        "get_metagraph" => {
            of_netuid(&|netuid| metagraph::whole(storage, netuid, MechId(0), number))?
        }
        "get_mechagraph" => {
            let (netuid, mechanism) = (arguments.netuid()?, MechId(arguments.next()?));
            if_mechanism(storage, netuid, mechanism, || {
                metagraph::whole(storage, netuid, mechanism, number)
            })?
        }
        "get_selective_metagraph" | "get_selective_mechagraph" => {
            let netuid = arguments.netuid()?;
            let mechanism = match method {
                "get_selective_mechagraph" => MechId(arguments.next()?),
                _ => MechId(0),
            };
            let wanted: Vec<u16> = arguments.next()?;
            if_mechanism(storage, netuid, mechanism, || {
                let fields = metagraph::fields(storage, netuid, mechanism, number)?;
                let names = metagraph::names(presented, signature.output);
                Ok(metagraph::select(&fields, &names, &wanted))
            })?
        }
        "get_next_epoch_start_block" => next_epoch(storage, arguments.netuid()?, number)?,
        // Nobody can choose here where a subnet's payments are staked.
        "get_coldkey_auto_stake_hotkey" => Value::none(),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// A value of a mechanism that exists, `None` for one that does not.
fn if_mechanism(
    storage: &Storage<'_>,
    netuid: NetUid,
    mechanism: MechId,
    value: impl FnOnce() -> Result<Value, PresentedError>,
) -> Result<Value, ApiError> {
    if mechanism.0 >= mechanisms(storage, netuid)? {
        return Ok(Value::none());
    }
    if_exists(storage, netuid, || Ok(value()?))
}

/// How many mechanisms a subnet has.
pub(super) fn mechanisms(storage: &Storage<'_>, netuid: NetUid) -> Result<u8, PresentedError> {
    of_subnet(storage, "MechanismCountCurrent", netuid, 1)
}

/// Whose subnet it is, since when, and what its token is called.
pub(super) fn identity(
    storage: &Storage<'_>,
    netuid: NetUid,
) -> Result<Vec<(&'static str, Value)>, PresentedError> {
    let account = |item| -> Result<Value, PresentedError> {
        let account: [u8; 32] = of_subnet(storage, item, netuid, [0; 32])?;
        Ok(Value::Bytes(account.to_vec()))
    };
    let registered = of_subnet(storage, "NetworkRegisteredAt", netuid, 0_u64)?;
    // Every byte of the symbol is a compact number of its own.
    let symbol: Vec<u8> = of_subnet(storage, "TokenSymbol", netuid, Vec::new())?;
    Ok(vec![
        ("owner_hotkey", account("SubnetOwnerHotkey")?),
        ("owner_coldkey", account("SubnetOwner")?),
        ("network_registered_at", registered.into()),
        ("symbol", symbol.clone().into()),
        ("token_symbol", symbol.into()),
    ])
}

/// The block of the next epoch, where epochs are kept in state.
fn next_epoch(storage: &Storage<'_>, netuid: NetUid, number: u64) -> Result<Value, PresentedError> {
    if !hyperparameters::exists(storage, netuid)? {
        return Ok(Value::none());
    }
    Ok(match hyperparameters::epochs(storage, netuid, number)? {
        clock @ EpochClock::Stateful(_) => {
            let next = clock.next_epoch_after(BlockNumber(number));
            next.map(|block| block.0).into()
        }
        EpochClock::Formula(_) => Value::none(),
    })
}

/// The rules of a subnet that exists.
pub(super) fn rules(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Hyperparameters, PresentedError> {
    let rules = hyperparameters::read(storage, netuid, number)?;
    rules.ok_or_else(|| PresentedError::Missing {
        item: format!("subnet {netuid}"),
    })
}

fn info(storage: &Storage<'_>, netuid: NetUid, number: u64) -> Result<Value, PresentedError> {
    let rules = rules(storage, netuid, number)?;
    let owner: [u8; 32] = of_subnet(storage, "SubnetOwner", netuid, [0; 32])?;
    let since = of_subnet(storage, "BlocksSinceLastStep", netuid, 0_u64)?;
    Ok(Value::Record(vec![
        ("netuid", netuid.0.into()),
        ("rho", of_subnet(storage, "Rho", netuid, 10_u16)?.into()),
        (
            "kappa",
            of_subnet(storage, "Kappa", netuid, 32_767_u16)?.into(),
        ),
        ("immunity_period", rules.immunity_period.into()),
        (
            "max_allowed_validators",
            rules.max_allowed_validators.into(),
        ),
        ("min_allowed_weights", rules.min_allowed_weights.into()),
        ("max_weights_limit", rules.max_weights_limit.into()),
        ("subnetwork_n", neurons::count(storage, netuid)?.into()),
        ("max_allowed_uids", rules.max_allowed_uids.into()),
        ("blocks_since_last_step", since.into()),
        ("tempo", rules.tempo().into()),
        ("burn", of_subnet(storage, "Burn", netuid, 0_u64)?.into()),
        ("owner", Value::Bytes(owner.to_vec())),
    ]))
}
