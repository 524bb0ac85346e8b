//! The rules of a subnet, as they stand in storage.

use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters, StatefulEpochs};
use axonry_core::{BlockNumber, NetUid};

use super::PALLET;
use crate::presented::{Decoded, PresentedError, Value};
use crate::storage::Storage;

/// Whether the subnet exists.
pub(crate) fn exists(storage: &Storage<'_>, netuid: NetUid) -> Result<bool, PresentedError> {
    let added = storage.read(PALLET, "NetworksAdded", &[netuid.0.into()])?;
    Ok(added.unwrap_or(false))
}

/// Every subnet there is, ascending: asked for one by one until all that are counted are found.
pub(crate) fn subnets(storage: &Storage<'_>) -> Result<Vec<NetUid>, PresentedError> {
    let count: Option<u16> = storage.read(PALLET, "TotalNetworks", &[])?;
    let mut left = count.unwrap_or(0);
    let mut found = Vec::new();
    for netuid in (0..u16::MAX).map(NetUid) {
        if left == 0 {
            break;
        }
        if exists(storage, netuid)? {
            found.push(netuid);
            left -= 1;
        }
    }
    Ok(found)
}

/// One value of a subnet, or what stands in for it where the runtime lacks the item.
pub(crate) fn of_subnet<T: Decoded>(
    storage: &Storage<'_>,
    item: &str,
    netuid: NetUid,
    otherwise: T,
) -> Result<T, PresentedError> {
    let value = storage.read(PALLET, item, &[netuid.0.into()])?;
    Ok(value.unwrap_or(otherwise))
}

/// Where the subnet's epochs stand after block `at`.
pub(crate) fn epochs(
    storage: &Storage<'_>,
    netuid: NetUid,
    at: u64,
) -> Result<EpochClock, PresentedError> {
    let tempo = of_subnet(storage, "Tempo", netuid, 360)?;
    if !storage.presented().has_stateful_epochs() {
        return Ok(EpochClock::Formula(FormulaEpochs { netuid, tempo }));
    }
    let number = |item| of_subnet(storage, item, netuid, 0_u64);
    Ok(EpochClock::Stateful(StatefulEpochs {
        at: BlockNumber(at),
        tempo,
        last_epoch_block: BlockNumber(number("LastEpochBlock")?),
        pending_epoch_at: BlockNumber(number("PendingEpochAt")?),
        epoch_index: number("SubnetEpochIndex")?,
        blocks_since_last_step: number("BlocksSinceLastStep")?,
    }))
}

/// The epoch a call in block `number` belongs to. The block's own epoch has run already.
pub(crate) fn epoch_at(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<u64, PresentedError> {
    Ok(match epochs(storage, netuid, number)? {
        EpochClock::Formula(epochs) => epochs.epoch_of(BlockNumber(number)).unwrap_or(0),
        EpochClock::Stateful(epochs) => epochs.epoch_index,
    })
}

/// All of a subnet's rules after block `at`; `None` when it does not exist.
pub(crate) fn read(
    storage: &Storage<'_>,
    netuid: NetUid,
    at: u64,
) -> Result<Option<Hyperparameters>, PresentedError> {
    if !exists(storage, netuid)? {
        return Ok(None);
    }
    let short = |item, otherwise| of_subnet::<u16>(storage, item, netuid, otherwise);
    let long = |item, otherwise| of_subnet::<u64>(storage, item, netuid, otherwise);
    let threshold = storage.read(PALLET, "StakeThreshold", &[])?;
    Ok(Some(Hyperparameters {
        netuid,
        epochs: epochs(storage, netuid, at)?,
        min_allowed_weights: short("MinAllowedWeights", 1_024)?,
        max_weights_limit: short("MaxWeightsLimit", u16::MAX)?,
        weights_version_key: long("WeightsVersionKey", 0)?,
        weights_rate_limit: long("WeightsSetRateLimit", 100)?,
        commit_reveal_enabled: of_subnet(storage, "CommitRevealWeightsEnabled", netuid, true)?,
        commit_reveal_version: storage.read(PALLET, "CommitRevealWeightsVersion", &[])?,
        reveal_period_epochs: long("RevealPeriodEpochs", 1)?,
        activity_cutoff: short("ActivityCutoff", 5_000)?,
        immunity_period: short("ImmunityPeriod", 4_096)?,
        max_allowed_uids: short("MaxAllowedUids", 256)?,
        max_allowed_validators: short("MaxAllowedValidators", 128)?,
        stake_threshold: threshold.unwrap_or(0),
        mechanism_count: of_subnet(storage, "MechanismCountCurrent", netuid, 1)?,
    }))
}

/// Writes rules back: what tests and the genesis block change.
///
/// The epochs' own state is not touched, except for the tempo.
pub(crate) fn write(
    storage: &mut Storage<'_>,
    rules: &Hyperparameters,
) -> Result<(), PresentedError> {
    let netuid = rules.netuid;
    let items: [(&str, Value); 13] = [
        ("Tempo", rules.tempo().into()),
        ("MinAllowedWeights", rules.min_allowed_weights.into()),
        ("MaxWeightsLimit", rules.max_weights_limit.into()),
        ("WeightsVersionKey", rules.weights_version_key.into()),
        ("WeightsSetRateLimit", rules.weights_rate_limit.into()),
        (
            "CommitRevealWeightsEnabled",
            rules.commit_reveal_enabled.into(),
        ),
        ("RevealPeriodEpochs", rules.reveal_period_epochs.into()),
        ("ActivityCutoff", rules.activity_cutoff.into()),
        ("ImmunityPeriod", rules.immunity_period.into()),
        ("MaxAllowedUids", rules.max_allowed_uids.into()),
        ("MaxAllowedValidators", rules.max_allowed_validators.into()),
        ("MechanismCountCurrent", rules.mechanism_count.into()),
        ("NetworksAdded", true.into()),
    ];
    for (item, value) in items {
        storage.write(PALLET, item, &[netuid.0.into()], value)?;
    }
    storage.write(PALLET, "StakeThreshold", &[], rules.stake_threshold)?;
    if let Some(version) = rules.commit_reveal_version {
        storage.write(PALLET, "CommitRevealWeightsVersion", &[], version)?;
    }
    Ok(())
}
