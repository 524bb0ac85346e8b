//! Revealing weights: a hash by who committed it, a sealed vector by the chain.
//!
//! `do_reveal_weights` in the pallet's `weights.rs`, and `coinbase/reveal_commits.rs`.

use axonry_core::{AccountId, MechId, NetUid};
use axonry_weights::timelock;
use parity_scale_codec::{Decode, DecodeAll, Encode};

use super::call::{Place, SetWeights};
use super::commit::{due, live};
use super::set::apply;
use crate::block::blake2_256;
use crate::drand;
use crate::presented::{PresentedError, Value};
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;
use crate::subtensor::commits;
use crate::subtensor::hyperparameters::{epoch_at, of_subnet};

/// Reveals what a hotkey has committed to by its hash.
pub(super) fn reveal(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    vector: &SetWeights,
    salt: &[u16],
    number: u64,
) -> Result<Value, Refusal> {
    let (place, index) = (vector.place(), vector.index());
    let enabled = of_subnet(storage, "CommitRevealWeightsEnabled", place.netuid, true)?;
    ensure(enabled, "CommitRevealDisabled")?;
    let (mut pending, expired) = live(storage, place, hotkey, number)?;
    let any = !pending.is_empty() || !expired.is_empty();
    ensure(any, "NoWeightsCommitFound")?;
    let SetWeights {
        uids,
        values,
        version_key,
        ..
    } = vector;
    let hash = blake2_256(&(hotkey.to_bytes(), index.0, uids, values, salt, version_key).encode());
    ensure(!expired.contains(&hash), "ExpiredWeightCommit")?;
    let found = pending.iter().position(|line| line.0 == hash);
    let found = found.ok_or(Refusal::Pallet(
        "InvalidRevealCommitHashNotMatch",
        "InvalidRevealCommitHashNotMatch",
    ))?;
    let due = due(storage, place, &pending[found], number)?;
    ensure(due.is_eq(), "RevealTooEarly")?;
    apply(storage, hotkey, vector, number)?;
    // Older commits go with it: they would set older weights.
    pending.drain(..=found);
    commits::write_hashes(storage, index, hotkey, pending)?;
    let fields = vec![hotkey.into(), index.0.into(), Value::Bytes(hash.to_vec())];
    Ok(Value::variant("WeightsRevealed", Value::List(fields)))
}

/// What a timelocked commit seals.
#[derive(Decode)]
struct Payload {
    hotkey: Vec<u8>,
    uids: Vec<u16>,
    values: Vec<u16>,
    version_key: u64,
}

/// Opens every sealed vector that is due and whose pulse is there, and drops those that are overdue.
///
/// The block's own epoch must have run, so that its number is in force. Whatever is wrong with an
/// opened vector, it is dropped without a word.
pub(crate) fn reveal_matured(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<(), PresentedError> {
    let mechanisms = of_subnet(storage, "MechanismCountCurrent", netuid, 1_u8)?;
    let period = of_subnet(storage, "RevealPeriodEpochs", netuid, 1_u64)?;
    for mechanism in 0..mechanisms {
        let place = Place {
            netuid,
            mechanism: MechId(mechanism),
        };
        let Some(due) = epoch_at(storage, netuid, number)?.checked_sub(period) else {
            continue;
        };
        if let Some(overdue) = due.checked_sub(1) {
            commits::write_sealed(storage, place.index(), overdue, Vec::new())?;
        }
        let mut waiting = Vec::new();
        for (hotkey, block, sealed, round) in commits::sealed(storage, place.index(), due)? {
            match drand::signature(storage, round)? {
                None => waiting.push((hotkey, block, sealed, round)),
                Some(signature) => open(storage, place, hotkey, &sealed, &signature, number)?,
            }
        }
        commits::write_sealed(storage, place.index(), due, waiting)?;
    }
    Ok(())
}

fn open(
    storage: &mut Storage<'_>,
    place: Place,
    hotkey: [u8; 32],
    sealed: &[u8],
    signature: &[u8],
    number: u64,
) -> Result<(), PresentedError> {
    let opened = <&[u8; 48]>::try_from(signature)
        .ok()
        .and_then(|signature| timelock::open(sealed, signature).ok());
    let Some(payload) = opened.and_then(|bytes| Payload::decode_all(&mut &bytes[..]).ok()) else {
        tracing::debug!("a sealed vector does not open, and is dropped");
        return Ok(());
    };
    if payload.hotkey != hotkey {
        return Ok(());
    }
    let before = storage.moment();
    let vector = place.vector(payload.uids, payload.values, payload.version_key);
    match apply(storage, AccountId::from_bytes(hotkey), &vector, number) {
        Ok(_) => Ok(()),
        Err(Refusal::Broken(error)) => Err(error),
        Err(refusal) => {
            tracing::debug!(?refusal, "a sealed vector breaks a rule, and is dropped");
            storage.restore(before);
            Ok(())
        }
    }
}
