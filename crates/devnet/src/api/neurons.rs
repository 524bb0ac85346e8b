//! `NeuronInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/neuron_info.rs`.

use axonry_chain::Neuron;
use axonry_core::{MechId, NetUid, NetUidStorageIndex};

use super::{ApiError, Arguments};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::neurons::{axon, by_uid, read, weights};

pub(super) fn call(
    storage: &Storage<'_>,
    method: &str,
    mut arguments: Arguments<'_>,
) -> Result<Option<Value>, ApiError> {
    let with_weights = match method {
        "get_neurons" | "get_neuron" => true,
        "get_neurons_lite" | "get_neuron_lite" => false,
        _ => return Ok(None),
    };
    let netuid = arguments.netuid()?;
    let neurons = infos(storage, netuid, with_weights)?;
    if method.starts_with("get_neurons") {
        return Ok(Some(Value::List(neurons)));
    }
    let uid: u16 = arguments.next()?;
    let neuron = neurons.into_iter().nth(usize::from(uid));
    Ok(Some(neuron.into()))
}

fn infos(
    storage: &Storage<'_>,
    netuid: NetUid,
    with_weights: bool,
) -> Result<Vec<Value>, PresentedError> {
    let lists = Lists::read(storage, netuid)?;
    let neurons = read(storage, netuid)?;
    let info = |neuron: &Neuron| info(storage, netuid, neuron, &lists, with_weights);
    neurons.iter().map(info).collect()
}

/// What the snapshot of a neuron leaves out.
struct Lists {
    rank: Vec<u16>,
    trust: Vec<u16>,
    pruning: Vec<u16>,
}

impl Lists {
    fn read(storage: &Storage<'_>, netuid: NetUid) -> Result<Self, PresentedError> {
        Ok(Self {
            rank: by_uid(storage, "Rank", netuid.0)?,
            trust: by_uid(storage, "Trust", netuid.0)?,
            pruning: by_uid(storage, "PruningScores", netuid.0)?,
        })
    }
}

fn info(
    storage: &Storage<'_>,
    netuid: NetUid,
    neuron: &Neuron,
    lists: &Lists,
    with_weights: bool,
) -> Result<Value, PresentedError> {
    let uid = neuron.uid.0;
    let at = |list: &[u16]| list.get(usize::from(uid)).copied().unwrap_or(0);
    let axon = axon(storage, netuid, neuron.hotkey.account())?;
    let stake = (neuron.coldkey, neuron.stake.base_units());
    let mut fields = vec![
        ("hotkey", neuron.hotkey.into()),
        ("coldkey", neuron.coldkey.into()),
        ("uid", uid.into()),
        ("netuid", netuid.0.into()),
        ("active", neuron.active.into()),
        (
            "axon_info",
            axon.map_or(Value::Default, |axon| axon.value()),
        ),
        ("stake", vec![stake].into()),
        ("rank", at(&lists.rank).into()),
        ("emission", neuron.emission.base_units().into()),
        ("incentive", neuron.incentive.into()),
        ("consensus", neuron.consensus.into()),
        ("trust", at(&lists.trust).into()),
        ("validator_trust", neuron.validator_trust.into()),
        ("dividends", neuron.dividends.into()),
        ("last_update", neuron.last_update.0.into()),
        ("validator_permit", neuron.validator_permit.into()),
        ("pruning_score", at(&lists.pruning).into()),
    ];
    if with_weights {
        let index = NetUidStorageIndex::new(netuid, MechId(0));
        // Only weights that are not zero are told.
        let weights = weights(storage, index, uid)?;
        let weights: Vec<_> = weights
            .into_iter()
            .filter(|(_, value)| *value > 0)
            .collect();
        fields.push(("weights", weights.into()));
    }
    Ok(Value::Record(fields))
}
