//! The metagraph, whole or in part.

use axonry_core::{MechId, NetUid, NetUidStorageIndex};
use scale_info::TypeDef;

use super::{dynamic, hyperparameters as told, subnet};
use crate::commitments;
use crate::presented::{Presented, PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{of_subnet, subnets};
use crate::subtensor::neurons::{axon, by_uid, count, read};
use crate::subtensor::stake;

/// A field of the metagraph with its value.
type Field = (&'static str, Value);

/// A mechanism's metagraph in full; it goes by its storage index where a netuid stands.
pub(super) fn whole(
    storage: &Storage<'_>,
    netuid: NetUid,
    mechanism: MechId,
    number: u64,
) -> Result<Value, PresentedError> {
    let mut fields = fields(storage, netuid, mechanism, number)?;
    let index = NetUidStorageIndex::new(netuid, mechanism);
    // The first of a name counts.
    fields.insert(0, ("netuid", index.0.into()));
    Ok(Value::Record(fields))
}

/// The metagraphs of all mechanisms of all subnets.
pub(super) fn of_all_mechanisms(
    storage: &Storage<'_>,
    number: u64,
) -> Result<Value, PresentedError> {
    let mut all = Vec::new();
    for netuid in subnets(storage)? {
        for mechanism in (0..subnet::mechanisms(storage, netuid)?).map(MechId) {
            all.push(Value::some(whole(storage, netuid, mechanism, number)?));
        }
    }
    Ok(Value::List(all))
}

/// What a `SubnetState` says: the neurons, without the subnet's rules.
pub(super) fn state(storage: &Storage<'_>, netuid: NetUid) -> Result<Value, PresentedError> {
    let mut fields = of_the_neurons(storage, netuid, MechId(0))?;
    // Nobody has been paid yet, in none of the subnets.
    let neurons = usize::from(count(storage, netuid)?);
    let history = vec![vec![0_u64; neurons]; subnets(storage)?.len()];
    fields.push(("netuid", netuid.0.into()));
    fields.push(("emission_history", history.into()));
    Ok(Value::Record(fields))
}

/// Every field this chain knows something about.
pub(super) fn fields(
    storage: &Storage<'_>,
    netuid: NetUid,
    mechanism: MechId,
    number: u64,
) -> Result<Vec<Field>, PresentedError> {
    let mut fields = of_the_subnet(storage, netuid, number)?;
    fields.extend(of_the_neurons(storage, netuid, mechanism)?);
    Ok(fields)
}

fn of_the_subnet(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Vec<Field>, PresentedError> {
    let since = of_subnet(storage, "BlocksSinceLastStep", netuid, 0_u64)?;
    let last = of_subnet(storage, "LastMechansimStepBlock", netuid, 0_u64)?;
    let room = of_subnet(storage, "MaxAllowedUids", netuid, 256_u16)?;
    let mut fields = subnet::identity(storage, netuid)?;
    fields.extend(told::fields(storage, netuid, number)?);
    fields.extend(dynamic::amounts(storage, netuid)?);
    fields.extend([
        ("netuid", netuid.0.into()),
        ("name", Value::List(Vec::new())),
        ("block", number.into()),
        ("last_step", last.into()),
        ("blocks_since_last_step", since.into()),
        ("num_uids", count(storage, netuid)?.into()),
        ("max_uids", room.into()),
        ("burn", of_subnet(storage, "Burn", netuid, 0_u64)?.into()),
        ("commitments", commitments::stored(storage, netuid)?.into()),
    ]);
    Ok(fields)
}

fn of_the_neurons(
    storage: &Storage<'_>,
    netuid: NetUid,
    mechanism: MechId,
) -> Result<Vec<Field>, PresentedError> {
    let neurons = read(storage, netuid)?;
    // All that a mechanism has of its own; the rest is the subnet's.
    let index = NetUidStorageIndex::new(netuid, mechanism).0;
    let updates: Vec<u64> = by_uid(storage, "LastUpdate", index)?;
    let incentives: Vec<u16> = by_uid(storage, "Incentive", index)?;
    let mut weights = Vec::with_capacity(neurons.len());
    for neuron in &neurons {
        weights.push(stake::weight(storage, neuron.hotkey.account(), netuid)?);
    }
    let from_root: Vec<u64> = neurons
        .iter()
        .zip(&weights)
        .map(|(neuron, weight)| weight.saturating_sub(neuron.stake.base_units()))
        .collect();
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
    // Nobody has been paid yet.
    let unpaid = list(&|neuron| (neuron.hotkey, 0_u64).into());
    Ok(vec![
        ("tao_dividends_per_hotkey", unpaid.clone()),
        ("alpha_dividends_per_hotkey", unpaid),
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
        ("last_update", updates.into()),
        (
            "emission",
            list(&|neuron| neuron.emission.base_units().into()),
        ),
        ("dividends", list(&|neuron| neuron.dividends.into())),
        ("incentives", incentives.into()),
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
        ("tao_stake", from_root.into()),
        ("total_stake", weights.into()),
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

/// The netuid and the wanted fields; what is not wanted is `None`.
///
/// A field that is wanted is there, even when this chain knows nothing to put into it: clients take
/// its absence for a bug of theirs.
pub(super) fn select(fields: &[Field], names: &[String], wanted: &[u16]) -> Value {
    let of_place = |(place, name): (usize, &String)| {
        let value = fields.iter().find(|(known, _)| known == name);
        let value = value.map_or(Value::Default, |(_, value)| value.clone());
        if name == "netuid" {
            value
        } else if wanted.iter().any(|one| usize::from(*one) == place) {
            Value::some(value)
        } else {
            Value::none()
        }
    };
    Value::List(names.iter().enumerate().map(of_place).collect())
}
