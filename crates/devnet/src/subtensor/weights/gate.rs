//! What keeps hopeless weights out of the pool.

use super::call::SetWeights;
use super::set::is_too_soon;
use crate::extrinsic::Parts;
use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::hyperparameters::of_subnet;
use crate::subtensor::{neurons, stake};

const STAKE_TOO_LOW: u8 = 1;
const RATE_LIMIT: u8 = 6;

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
    let Some(call) = SetWeights::read(&parts.call, presented)? else {
        return Ok(None);
    };
    if !stake::suffices_for_weights(storage, parts.account, call.netuid)? {
        return Ok(Some(STAKE_TOO_LOW));
    }
    let commits = of_subnet(storage, "CommitRevealWeightsEnabled", call.netuid, true)?;
    if !presented.has_stateful_epochs() || commits {
        return Ok(None);
    }
    let uid = neurons::uid_of(storage, call.netuid, parts.account)?;
    let refused = match uid {
        Some(uid) => is_too_soon(storage, &call, uid, current)?,
        None => false,
    };
    Ok(refused.then_some(RATE_LIMIT))
}
