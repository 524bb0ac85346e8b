//! Committing to weights, by hash or sealed.
//!
//! `do_commit_weights` and `do_commit_timelocked_weights` in the pallet's `weights.rs`.

#[cfg(test)]
mod tests;

use axonry_core::AccountId;

use super::call::{CommitTimelocked, Place};
use super::set::{is_too_soon, updated};
use crate::block::blake2_256;
use crate::presented::{PresentedError, Value};
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{self, epoch_at, of_subnet};
use crate::subtensor::{PALLET, commits, neurons};

/// How many commits of a hotkey may wait for their reveal.
const MOST_COMMITS: usize = 10;

/// Commits a hotkey to the hash of its weights.
pub(super) fn commit(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    place: Place,
    hash: [u8; 32],
    number: u64,
) -> Result<Value, Refusal> {
    let uid = may_commit(storage, hotkey, place, number)?;
    let (mut pending, _) = live(storage, place, hotkey, number)?;
    let room = pending.len() < MOST_COMMITS;
    ensure(room, "TooManyUnrevealedCommits")?;
    pending.push(line(storage, place, hash, number)?);
    commits::write_hashes(storage, place.index(), hotkey, pending)?;
    updated(storage, place, uid, number)?;
    let fields = vec![
        hotkey.into(),
        place.index().0.into(),
        Value::Bytes(hash.to_vec()),
    ];
    Ok(Value::variant("WeightsCommitted", Value::List(fields)))
}

/// Commits a hotkey to sealed weights.
pub(super) fn commit_timelocked(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    call: &CommitTimelocked,
    number: u64,
) -> Result<Value, Refusal> {
    let version = storage.read(PALLET, "CommitRevealWeightsVersion", &[])?;
    let known = version.unwrap_or(4_u16) == call.version;
    ensure(known, "IncorrectCommitRevealVersion")?;
    let (place, index) = (call.place, call.place.index());
    let uid = may_commit(storage, hotkey, place, number)?;
    let epoch = epoch_at(storage, place.netuid, number)?;
    let mut pending = commits::sealed(storage, index, epoch)?;
    let own = pending.iter().filter(|(who, ..)| *who == hotkey.to_bytes());
    let room = own.count() < MOST_COMMITS;
    ensure(room, "TooManyUnrevealedCommits")?;
    let line = (
        hotkey.to_bytes(),
        number,
        call.sealed.clone(),
        call.reveal_round,
    );
    pending.push(line);
    commits::write_sealed(storage, index, epoch, pending)?;
    updated(storage, place, uid, number)?;
    let fields = vec![
        hotkey.into(),
        index.0.into(),
        Value::Bytes(blake2_256(&call.sealed).to_vec()),
        call.reveal_round.into(),
    ];
    let event = "TimelockedWeightsCommitted";
    Ok(Value::variant(event, Value::List(fields)))
}

/// What both forms ask for first; the uid of who may commit.
fn may_commit(
    storage: &Storage<'_>,
    hotkey: AccountId,
    place: Place,
    number: u64,
) -> Result<u16, Refusal> {
    let mechanisms = of_subnet(storage, "MechanismCountCurrent", place.netuid, 1_u8)?;
    let exists = hyperparameters::exists(storage, place.netuid)?;
    if !exists || place.mechanism.0 >= mechanisms {
        return Err(Refusal::Pallet("MechanismDoesNotExist", "SubnetNotExists"));
    }
    let enabled = of_subnet(storage, "CommitRevealWeightsEnabled", place.netuid, true)?;
    ensure(enabled, "CommitRevealDisabled")?;
    let uid = neurons::uid_of(storage, place.netuid, hotkey)?;
    let unknown = "HotKeyNotRegisteredInSubNet";
    let uid = uid.ok_or(Refusal::Pallet(unknown, unknown))?;
    let soon = is_too_soon(storage, place, uid, number)?;
    ensure(!soon, "CommittingWeightsTooFast")?;
    Ok(uid)
}

/// A line for a commit in block `number`, as the presented runtime stores it.
fn line(
    storage: &Storage<'_>,
    place: Place,
    hash: [u8; 32],
    number: u64,
) -> Result<commits::StoredHash, PresentedError> {
    let epoch = epoch_at(storage, place.netuid, number)?;
    if storage.presented().has_stateful_epochs() {
        return Ok((hash, epoch, number, 0));
    }
    let tempo = u64::from(of_subnet(storage, "Tempo", place.netuid, 360_u16)?);
    let period = of_subnet(storage, "RevealPeriodEpochs", place.netuid, 1_u64)?;
    let shift = u64::from(place.netuid.0) + 1;
    let start = |epoch: u64| (epoch * (tempo + 1)).saturating_sub(shift);
    let due = epoch + period;
    Ok((hash, number, start(due), start(due + 1).saturating_sub(1)))
}

/// The commits of a hotkey whose epoch has not passed, and the hashes of those whose epoch has.
pub(super) fn live(
    storage: &Storage<'_>,
    place: Place,
    hotkey: AccountId,
    number: u64,
) -> Result<(Vec<commits::StoredHash>, Vec<[u8; 32]>), PresentedError> {
    let lines = commits::hashes(storage, place.index(), hotkey)?;
    let mut live = Vec::new();
    let mut expired = Vec::new();
    for line in lines {
        match due(storage, place, &line, number)? {
            std::cmp::Ordering::Less => expired.push(line.0),
            _ => live.push(line),
        }
    }
    Ok((live, expired))
}

/// How the epoch in which a commit is revealed compares with that of block `number`.
pub(super) fn due(
    storage: &Storage<'_>,
    place: Place,
    line: &commits::StoredHash,
    number: u64,
) -> Result<std::cmp::Ordering, PresentedError> {
    let committed = match storage.presented().has_stateful_epochs() {
        true => line.1,
        false => epoch_at(storage, place.netuid, line.1)?,
    };
    let period = of_subnet(storage, "RevealPeriodEpochs", place.netuid, 1_u64)?;
    Ok((committed + period).cmp(&epoch_at(storage, place.netuid, number)?))
}
