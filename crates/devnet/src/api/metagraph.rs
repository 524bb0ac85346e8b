//! The metagraph, whole or in part.

use axonry_core::NetUid;
use scale_info::TypeDef;

use super::subnet::rules;
use crate::presented::{Presented, PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::of_subnet;
use crate::subtensor::neurons::{axon, by_uid, read};

/// A field of the metagraph with its value.
type Field = (&'static str, Value);

/// Every field this chain knows something about.
pub(super) fn fields(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Vec<Field>, PresentedError> {
    let mut fields = of_the_subnet(storage, netuid, number)?;
    fields.extend(of_the_neurons(storage, netuid)?);
    Ok(fields)
}

fn of_the_subnet(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Vec<Field>, PresentedError> {
    let rules = rules(storage, netuid, number)?;
    let account = |item| -> Result<Value, PresentedError> {
        let account: [u8; 32] = of_subnet(storage, item, netuid, [0; 32])?;
        Ok(Value::Bytes(account.to_vec()))
    };
    let since = of_subnet(storage, "BlocksSinceLastStep", netuid, 0_u64)?;
    let last = of_subnet(storage, "LastMechansimStepBlock", netuid, 0_u64)?;
    let serving = of_subnet(storage, "ServingRateLimit", netuid, 50_u64)?;
    let count = crate::subtensor::neurons::count(storage, netuid)?;
    Ok(vec![
        ("netuid", netuid.0.into()),
        ("owner_hotkey", account("SubnetOwnerHotkey")?),
        ("owner_coldkey", account("SubnetOwner")?),
        ("block", number.into()),
        ("tempo", rules.tempo().into()),
        ("last_step", last.into()),
        ("blocks_since_last_step", since.into()),
        ("rho", of_subnet(storage, "Rho", netuid, 10_u16)?.into()),
        (
            "kappa",
            of_subnet(storage, "Kappa", netuid, 32_767_u16)?.into(),
        ),
        ("min_allowed_weights", rules.min_allowed_weights.into()),
        ("max_weights_limit", rules.max_weights_limit.into()),
        ("weights_version", rules.weights_version_key.into()),
        ("weights_rate_limit", rules.weights_rate_limit.into()),
        ("activity_cutoff", rules.activity_cutoff.into()),
        ("max_validators", rules.max_allowed_validators.into()),
        ("num_uids", count.into()),
        ("max_uids", rules.max_allowed_uids.into()),
        ("immunity_period", rules.immunity_period.into()),
        ("serving_rate_limit", serving.into()),
        (
            "commit_reveal_weights_enabled",
            rules.commit_reveal_enabled.into(),
        ),
        ("commit_reveal_period", rules.reveal_period_epochs.into()),
    ])
}

fn of_the_neurons(storage: &Storage<'_>, netuid: NetUid) -> Result<Vec<Field>, PresentedError> {
    let neurons = read(storage, netuid)?;
    let list = |value: &dyn Fn(&axonry_chain::Neuron) -> Value| {
        Value::List(neurons.iter().map(value).collect())
    };
    let axons = neurons.iter().map(|neuron| {
        let axon = axon(storage, netuid, neuron.hotkey.account())?;
        Ok(axon.map_or(Value::Default, |axon| axon.value()))
    });
    let shares = |item| -> Result<Value, PresentedError> {
        Ok(by_uid::<u16>(storage, item, netuid.0)?.into())
    };
    let registered = neurons.iter().map(|neuron| {
        let keys = [netuid.0.into(), neuron.uid.0.into()];
        let block = storage.read("SubtensorModule", "BlockAtRegistration", &keys)?;
        Ok(Value::from(block.unwrap_or(0_u64)))
    });
    Ok(vec![
        ("hotkeys", list(&|neuron| neuron.hotkey.into())),
        ("coldkeys", list(&|neuron| neuron.coldkey.into())),
        ("identities", list(&|_| Value::none())),
        ("axons", Value::List(axons.collect::<Result<_, _>>()?)),
        ("active", list(&|neuron| neuron.active.into())),
        (
            "validator_permit",
            list(&|neuron| neuron.validator_permit.into()),
        ),
        ("pruning_score", shares("PruningScores")?),
        ("last_update", list(&|neuron| neuron.last_update.0.into())),
        (
            "emission",
            list(&|neuron| neuron.emission.base_units().into()),
        ),
        ("dividends", list(&|neuron| neuron.dividends.into())),
        ("incentives", list(&|neuron| neuron.incentive.into())),
        ("consensus", list(&|neuron| neuron.consensus.into())),
        ("trust", shares("Trust")?),
        ("rank", shares("Rank")?),
        (
            "block_at_registration",
            Value::List(registered.collect::<Result<_, _>>()?),
        ),
        (
            "alpha_stake",
            list(&|neuron| neuron.stake.base_units().into()),
        ),
        ("tao_stake", list(&|_| 0_u64.into())),
        (
            "total_stake",
            list(&|neuron| neuron.stake.base_units().into()),
        ),
        (
            "validators",
            neurons
                .iter()
                .filter(|neuron| neuron.validator_permit)
                .map(|neuron| neuron.uid.0)
                .collect::<Vec<_>>()
                .into(),
        ),
    ])
}

/// The fields' names in the order of the struct inside the `Option` that is the output: clients ask
/// for fields by their place in it.
pub(super) fn names(presented: &Presented, output: u32) -> Vec<String> {
    let types = presented.types();
    let inner = match types.resolve(output).map(|ty| &ty.type_def) {
        Some(TypeDef::Variant(option)) => option
            .variants
            .iter()
            .find_map(|variant| variant.fields.first())
            .map(|field| field.ty.id),
        _ => None,
    };
    match inner
        .and_then(|id| types.resolve(id))
        .map(|ty| &ty.type_def)
    {
        Some(TypeDef::Composite(composite)) => composite
            .fields
            .iter()
            .map(|field| field.name.clone().unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    }
}

/// Keeps the netuid and the wanted fields; what is not wanted is `None`.
pub(super) fn select(fields: Vec<Field>, names: &[String], wanted: &[u16]) -> Value {
    let is_wanted = |name: &str| {
        let place = names.iter().position(|one| one == name);
        place.is_some_and(|place| wanted.iter().any(|one| usize::from(*one) == place))
    };
    let chosen = fields.into_iter().filter_map(|(name, value)| match name {
        "netuid" => Some((name, value)),
        _ => is_wanted(name).then(|| (name, Value::some(value))),
    });
    Value::Record(chosen.collect())
}
