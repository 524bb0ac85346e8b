//! What keeps hopeless weights out of the pool.

use super::call::{Place, WeightsCall};
use super::commit::{due, live};
use super::set::is_too_soon;
use crate::drand;
use crate::extrinsic::Parts;
use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::hyperparameters::of_subnet;
use crate::subtensor::{neurons, stake};

const STAKE_TOO_LOW: u8 = 1;
const RATE_LIMIT: u8 = 6;
const INVALID_REVEAL_ROUND: u8 = 15;
const NO_COMMIT: u8 = 16;
const OUT_OF_WINDOW: u8 = 17;

/// The custom error number a weights call is refused with; `None` lets it in.
///
/// Stake is asked for by every runtime; the rate limit since spec 425, together with epochs in state.
/// Hotkeys without a uid pass: the call itself tells them.
pub(crate) fn gate(
    parts: &Parts<'_>,
    storage: &Storage<'_>,
    current: u64,
) -> Result<Option<u8>, PresentedError> {
    let presented = storage.presented();
    let Some(call) = WeightsCall::read(&parts.call, presented)? else {
        return Ok(None);
    };
    let place = call.place();
    if !stake::suffices_for_weights(storage, parts.account, place.netuid)? {
        return Ok(Some(STAKE_TOO_LOW));
    }
    let commits = of_subnet(storage, "CommitRevealWeightsEnabled", place.netuid, true)?;
    let limited = match &call {
        WeightsCall::Set(_) => presented.has_stateful_epochs() && !commits,
        WeightsCall::Commit { .. } => presented.has_stateful_epochs(),
        WeightsCall::CommitTimelocked(call) => {
            let past = call.reveal_round < drand::last_round(storage)?;
            return Ok(past.then_some(INVALID_REVEAL_ROUND));
        }
        WeightsCall::Reveal { .. } => return revealable(parts, storage, place, current),
    };
    let uid = neurons::uid_of(storage, place.netuid, parts.account)?;
    let refused = match uid {
        Some(uid) if limited => is_too_soon(storage, place, uid, current)?,
        _ => false,
    };
    Ok(refused.then_some(RATE_LIMIT))
}

/// A reveal without a commit, or too early or too late for all there are.
fn revealable(
    parts: &Parts<'_>,
    storage: &Storage<'_>,
    place: Place,
    current: u64,
) -> Result<Option<u8>, PresentedError> {
    let (live, _) = live(storage, place, parts.account, current)?;
    let Some(first) = live.first() else {
        return Ok(Some(NO_COMMIT));
    };
    let open = due(storage, place, first, current)?.is_eq();
    Ok((!open).then_some(OUT_OF_WINDOW))
}
