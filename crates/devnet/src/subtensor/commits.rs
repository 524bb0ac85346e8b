//! Weights that wait to be revealed, as they stand in storage.
//!
//! `opentensor/subtensor` `pallets/subtensor`: `WeightCommits`, `TimelockedWeightCommits`.

use axonry_chain::{HashCommit, TimelockedCommit};
use axonry_core::{AccountId, BlockNumber, Hotkey, NetUidStorageIndex};

use super::PALLET;
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;

/// A line of `WeightCommits`: the hash and three numbers whose meaning depends on the runtime.
pub(crate) type StoredHash = ([u8; 32], u64, u64, u64);

/// A line of `TimelockedWeightCommits`: hotkey, block, ciphertext, round.
pub(crate) type StoredSealed = ([u8; 32], u64, Vec<u8>, u64);

/// The hash commits of a hotkey, as they are stored.
pub(crate) fn hashes(
    storage: &Storage<'_>,
    index: NetUidStorageIndex,
    hotkey: AccountId,
) -> Result<Vec<StoredHash>, PresentedError> {
    let keys = [index.0.into(), hotkey.into()];
    let stored = storage.read(PALLET, "WeightCommits", &keys)?;
    Ok(stored.unwrap_or_default())
}

/// Stores the hash commits of a hotkey; the last one gone, nothing is left.
pub(crate) fn write_hashes(
    storage: &mut Storage<'_>,
    index: NetUidStorageIndex,
    hotkey: AccountId,
    commits: Vec<StoredHash>,
) -> Result<(), PresentedError> {
    let keys = [index.0.into(), hotkey.into()];
    if commits.is_empty() {
        return storage.remove(PALLET, "WeightCommits", &keys);
    }
    let lines = commits.into_iter().map(|(hash, first, second, third)| {
        Value::List(vec![
            Value::Bytes(hash.to_vec()),
            first.into(),
            second.into(),
            third.into(),
        ])
    });
    storage.write(PALLET, "WeightCommits", &keys, Value::List(lines.collect()))
}

/// The timelocked commits of an epoch, as they are stored.
pub(crate) fn sealed(
    storage: &Storage<'_>,
    index: NetUidStorageIndex,
    epoch: u64,
) -> Result<Vec<StoredSealed>, PresentedError> {
    let keys = [index.0.into(), epoch.into()];
    let stored = storage.read(PALLET, "TimelockedWeightCommits", &keys)?;
    Ok(stored.unwrap_or_default())
}

/// Stores the timelocked commits of an epoch; the last one gone, nothing is left.
pub(crate) fn write_sealed(
    storage: &mut Storage<'_>,
    index: NetUidStorageIndex,
    epoch: u64,
    commits: Vec<StoredSealed>,
) -> Result<(), PresentedError> {
    let keys = [index.0.into(), epoch.into()];
    if commits.is_empty() {
        return storage.remove(PALLET, "TimelockedWeightCommits", &keys);
    }
    let lines = commits.into_iter().map(|(hotkey, block, sealed, round)| {
        Value::List(vec![
            Value::Bytes(hotkey.to_vec()),
            block.into(),
            Value::Bytes(sealed),
            round.into(),
        ])
    });
    let lines = Value::List(lines.collect());
    storage.write(PALLET, "TimelockedWeightCommits", &keys, lines)
}

/// The hash commits of a hotkey, in the meaning they have in the presented runtime.
pub(crate) fn of_hotkey(
    storage: &Storage<'_>,
    index: NetUidStorageIndex,
    hotkey: AccountId,
) -> Result<Vec<HashCommit>, PresentedError> {
    let by_epoch = storage.presented().has_stateful_epochs();
    let commits = hashes(storage, index, hotkey)?.into_iter();
    let commits = commits.map(|(hash, first, second, _)| HashCommit {
        hash,
        block: BlockNumber(if by_epoch { second } else { first }),
        epoch: by_epoch.then_some(first),
    });
    Ok(commits.collect())
}

/// The timelocked commits of an epoch.
pub(crate) fn of_epoch(
    storage: &Storage<'_>,
    index: NetUidStorageIndex,
    epoch: u64,
) -> Result<Vec<TimelockedCommit>, PresentedError> {
    let commits = sealed(storage, index, epoch)?.into_iter();
    let commits = commits.map(|(hotkey, block, sealed, reveal_round)| TimelockedCommit {
        hotkey: Hotkey::from_bytes(hotkey),
        block: BlockNumber(block),
        sealed,
        reveal_round,
    });
    Ok(commits.collect())
}
