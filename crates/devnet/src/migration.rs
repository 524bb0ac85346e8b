//! What a runtime upgrade does to the state: every value is re-encoded as the new runtime has it.

use axonry_chain::EpochClock;
use axonry_core::{BlockNumber, MechId, NetUid, NetUidStorageIndex};

use crate::presented::{Presented, PresentedError, Value};
use crate::state::{Changes, State};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{self, of_subnet};
use crate::subtensor::{PALLET, commits, neurons};

/// The changes that make the state after block `number` one of the runtime `new`.
///
/// What `new` has no item for is removed, as is what cannot be said in its types; what it has and
/// `old` had not reads as its default. Where epochs move from a formula into state they go on where
/// they are (`pallets/subtensor/src/migrations/migrate_dynamic_tempo.rs`).
pub(crate) fn migrate(
    state: &State,
    number: u64,
    old: &Presented,
    new: &Presented,
    netuid: NetUid,
) -> Result<Changes, PresentedError> {
    let mut changes = Changes::new();
    let mut moved = Changes::new();
    for item in old.items() {
        for key in state.keys(&item.prefix, None, number) {
            let value = state.value(key, number).unwrap_or_default();
            changes.insert(key.to_vec(), None);
            match old.moved(item, key, value, new) {
                Ok(Some((key, value))) => {
                    moved.insert(key, Some(value));
                }
                Ok(None) => {}
                Err(reason) => {
                    tracing::warn!(item = item.name, reason, "the new runtime cannot hold this");
                }
            }
        }
    }
    changes.extend(moved);
    let mut storage = Storage::with_changes(new, state, number, changes);
    upgraded(&mut storage)?;
    if !old.has_stateful_epochs() && new.has_stateful_epochs() {
        seed_epochs(&mut storage, state, old, netuid)?;
    }
    Ok(storage.into_changes())
}

/// Notes the version, as `frame_executive` does at a runtime's first block.
pub(crate) fn upgraded(storage: &mut Storage<'_>) -> Result<(), PresentedError> {
    let version = storage.presented().version().clone();
    let upgrade = Value::Record(vec![
        ("spec_version", version.spec_version.into()),
        ("spec_name", Value::Text(version.spec_name)),
    ]);
    storage.write("System", "LastRuntimeUpgrade", &[], upgrade)
}

/// The stateful clock fires next in the block in which the formula would have.
fn seed_epochs(
    storage: &mut Storage<'_>,
    state: &State,
    old: &Presented,
    netuid: NetUid,
) -> Result<(), PresentedError> {
    let number = storage.number();
    let before = Storage::new(old, state, number);
    let EpochClock::Formula(epochs) = hyperparameters::epochs(&before, netuid, number)? else {
        return Ok(());
    };
    // The block that is being made: it is the new runtime's first.
    let block = BlockNumber(number + 1);
    let (Some(until), Some(epoch)) = (
        epochs.blocks_until_next_epoch(block),
        epochs.epoch_of(block),
    ) else {
        return Ok(());
    };
    let last = (block.0 + until).saturating_sub(epochs.tempo.into());
    let key = [netuid.0.into()];
    storage.write(PALLET, "LastEpochBlock", &key, last)?;
    storage.write(PALLET, "SubnetEpochIndex", &key, epoch)?;
    storage.write(PALLET, "PendingEpochAt", &key, 0_u64)?;
    // A hash commit's first number was its block and becomes its epoch; the block comes second.
    for mechanism in (0..of_subnet(&before, "MechanismCountCurrent", netuid, 1_u8)?).map(MechId) {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        for neuron in neurons::read(&before, netuid)? {
            let hotkey = neuron.hotkey.account();
            let lines = commits::hashes(&before, index, hotkey)?.into_iter();
            let lines = lines.map(|(hash, block, _, _)| {
                let epoch = epochs.epoch_of(BlockNumber(block)).unwrap_or(0);
                (hash, epoch, block, 0)
            });
            commits::write_hashes(storage, index, hotkey, lines.collect())?;
        }
    }
    Ok(())
}
