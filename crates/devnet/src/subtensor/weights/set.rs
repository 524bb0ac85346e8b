//! The call's own checks, in the pallet's order, and what it stores.

use std::collections::BTreeSet;

use axonry_core::AccountId;

use super::call::{Place, SetWeights};
use super::fixed;
use crate::presented::{PresentedError, Value};
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{exists, of_subnet};
use crate::subtensor::{PALLET, neurons, stake};

/// Sets a hotkey's weights in block `number` (`do_set_weights`).
///
/// Returns the event to deposit.
pub(super) fn set(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    call: &SetWeights,
    number: u64,
) -> Result<Value, Refusal> {
    let commits = of_subnet(storage, "CommitRevealWeightsEnabled", call.netuid, true)?;
    ensure(!commits, "CommitRevealEnabled")?;
    apply(storage, hotkey, call, number)
}

/// Checks and stores a vector, in the clear or revealed (`internal_set_weights`).
///
/// A revealed one is not held to the rate limit, and does not count as an update: its commit was.
pub(super) fn apply(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    call: &SetWeights,
    number: u64,
) -> Result<Value, Refusal> {
    let (netuid, index) = (call.netuid, call.index());
    let commits = of_subnet(storage, "CommitRevealWeightsEnabled", netuid, true)?;
    ensure(netuid.0 != 0, "CanNotSetRootNetworkWeights")?;
    let equal = call.uids.len() == call.values.len();
    ensure(equal, "WeightVecNotEqualSize")?;
    let mechanisms = of_subnet(storage, "MechanismCountCurrent", netuid, 1_u8)?;
    if !exists(storage, netuid)? || call.mechanism.0 >= mechanisms {
        return Err(Refusal::Pallet("MechanismDoesNotExist", "SubnetNotExists"));
    }
    let count = neurons::count(storage, netuid)?;
    let fit = call.uids.len() <= usize::from(count);
    ensure(fit, "UidsLengthExceedUidsInSubNet")?;
    let uid = neurons::uid_of(storage, netuid, hotkey)?;
    let uid = uid.ok_or(Refusal::Pallet(
        "HotKeyNotRegisteredInSubNet",
        "HotKeyNotRegisteredInSubNet",
    ))?;
    let staked = stake::suffices_for_weights(storage, hotkey, netuid)?;
    ensure(staked, "NotEnoughStakeToSetWeights")?;
    let required = of_subnet(storage, "WeightsVersionKey", netuid, 0_u64)?;
    let current = required == 0 || call.version_key >= required;
    ensure(current, "IncorrectWeightVersionKey")?;
    let soon = !commits && is_too_soon(storage, call.place(), uid, number)?;
    ensure(!soon, "SettingWeightsTooFast")?;

    let only_self = matches!(call.uids.as_slice(), [one] if *one == uid);
    let permits: Vec<bool> = neurons::by_uid(storage, "ValidatorPermit", netuid.0)?;
    let owner =
        storage.presented().has_stateful_epochs() && stake::is_owner(storage, hotkey, netuid)?;
    let permitted = permits.get(usize::from(uid)).copied().unwrap_or(false);
    ensure(only_self || owner || permitted, "NeuronNoValidatorPermit")?;

    let distinct: BTreeSet<_> = call.uids.iter().collect();
    ensure(distinct.len() == call.uids.len(), "DuplicateUids")?;
    let known = call.uids.iter().all(|uid| *uid < count);
    ensure(known, "UidVecContainInvalidOne")?;
    let least = of_subnet(storage, "MinAllowedWeights", netuid, 1_024_u16)?.min(count);
    let long = call.uids.len() >= usize::from(least);
    ensure(only_self || long, "WeightVecLengthIsLow")?;
    let values = fixed::max_upscale(&call.values);
    let limit = of_subnet(storage, "MaxWeightsLimit", netuid, u16::MAX)?;
    let limited = only_self || limit == u16::MAX || fixed::is_limited(&values, limit);
    ensure(limited, "MaxWeightExceeded")?;

    let pairs: Vec<(u16, u16)> = call.uids.iter().copied().zip(values).collect();
    storage.write(PALLET, "Weights", &[index.0.into(), uid.into()], pairs)?;
    if !commits {
        updated(storage, call.place(), uid, number)?;
    }
    let fields = Value::List(vec![index.0.into(), uid.into()]);
    Ok(Value::variant("WeightsSet", fields))
}

/// Notes that a uid has set or committed weights in block `number`.
pub(super) fn updated(
    storage: &mut Storage<'_>,
    place: Place,
    uid: u16,
    number: u64,
) -> Result<(), PresentedError> {
    let index = place.index();
    let mut updates: Vec<u64> = neurons::by_uid(storage, "LastUpdate", index.0)?;
    if let Some(update) = updates.get_mut(usize::from(uid)) {
        *update = number;
    }
    storage.write(PALLET, "LastUpdate", &[index.0.into()], updates)
}

/// Whether the last update of a uid lies too few blocks back (`check_rate_limit`).
///
/// Registration sets the last update as well, so a fresh validator waits its time out.
pub(super) fn is_too_soon(
    storage: &Storage<'_>,
    place: Place,
    uid: u16,
    number: u64,
) -> Result<bool, PresentedError> {
    let updates: Vec<u64> = neurons::by_uid(storage, "LastUpdate", place.index().0)?;
    let last = updates.get(usize::from(uid)).copied().unwrap_or(0);
    let limit = of_subnet(storage, "WeightsSetRateLimit", place.netuid, 100_u64)?;
    Ok(last != 0 && number.saturating_sub(last) < limit)
}
