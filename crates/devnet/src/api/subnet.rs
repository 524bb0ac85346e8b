//! `SubnetInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/subnet_info.rs` and `metagraph.rs`.

use axonry_chain::{EpochClock, Hyperparameters};
use axonry_core::{BlockNumber, NetUid};

use super::{ApiError, Arguments, if_exists, metagraph};
use crate::presented::{Method, PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{self, of_subnet};
use crate::subtensor::neurons;

pub(super) fn call(
    storage: &Storage<'_>,
    number: u64,
    method: &str,
    mut arguments: Arguments<'_>,
    signature: &Method,
) -> Result<Option<Value>, ApiError> {
    let netuid = arguments.netuid()?;
    let value = match method {
        "get_subnet_info" | "get_subnet_info_v2" => {
            if_exists(storage, netuid, || Ok(info(storage, netuid, number)?))?
        }
        "get_subnet_hyperparams" | "get_subnet_hyperparams_v2" => {
            if_exists(storage, netuid, || {
                Ok(hyperparams(storage, netuid, number)?)
            })?
        }
        "get_metagraph" => if_exists(storage, netuid, || {
            Ok(Value::Record(metagraph::fields(storage, netuid, number)?))
        })?,
        "get_selective_metagraph" => {
            let wanted: Vec<u16> = arguments.next()?;
            if_exists(storage, netuid, || {
                let fields = metagraph::fields(storage, netuid, number)?;
                let names = metagraph::names(storage.presented(), signature.output);
                Ok(metagraph::select(fields, &names, &wanted))
            })?
        }
        "get_next_epoch_start_block" => next_epoch(storage, netuid, number)?,
        _ => return Ok(None),
    };
    Ok(Some(value))
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

fn hyperparams(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Value, PresentedError> {
    let rules = rules(storage, netuid, number)?;
    let serving = of_subnet(storage, "ServingRateLimit", netuid, 50_u64)?;
    Ok(Value::Record(vec![
        ("rho", of_subnet(storage, "Rho", netuid, 10_u16)?.into()),
        (
            "kappa",
            of_subnet(storage, "Kappa", netuid, 32_767_u16)?.into(),
        ),
        ("immunity_period", rules.immunity_period.into()),
        ("min_allowed_weights", rules.min_allowed_weights.into()),
        ("max_weights_limit", rules.max_weights_limit.into()),
        ("tempo", rules.tempo().into()),
        ("weights_version", rules.weights_version_key.into()),
        ("weights_rate_limit", rules.weights_rate_limit.into()),
        ("activity_cutoff", rules.activity_cutoff.into()),
        ("serving_rate_limit", serving.into()),
        ("max_validators", rules.max_allowed_validators.into()),
        ("commit_reveal_period", rules.reveal_period_epochs.into()),
        (
            "commit_reveal_weights_enabled",
            rules.commit_reveal_enabled.into(),
        ),
        ("subnet_is_active", true.into()),
    ]))
}
