//! The slot of a new neuron: the next one, or that of the neuron worth least.

use axonry_core::{AccountId, MechId, NetUid, NetUidStorageIndex};

use crate::presented::{Decoded, PresentedError, Value};
use crate::refusal::Refusal;
use crate::storage::Storage;
use crate::subtensor::hyperparameters::of_subnet;
use crate::subtensor::neurons::{by_uid, count};
use crate::subtensor::{PALLET, stake};

/// Lists with one number per uid, by subnet and by mechanism.
const OF_SUBNET: [&str; 7] = [
    "Rank",
    "Trust",
    "Consensus",
    "Dividends",
    "ValidatorTrust",
    "PruningScores",
    "StakeWeight",
];

/// Gives a hotkey a slot (`register_neuron`).
pub(super) fn take(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    hotkey: AccountId,
    number: u64,
) -> Result<u16, Refusal> {
    let neurons = count(storage, netuid)?;
    let none = "NoNeuronIdAvailable";
    let uid = if neurons < of_subnet(storage, "MaxAllowedUids", netuid, 256_u16)? {
        storage.write(PALLET, "SubnetworkN", &[netuid.0.into()], neurons + 1)?;
        neurons
    } else {
        let uid = worth_least(storage, netuid, neurons, number)?;
        let uid = uid.ok_or(Refusal::Pallet(none, none))?;
        leave(storage, netuid, uid, neurons)?;
        uid
    };
    reset(storage, netuid, uid, number)?;
    let (subnet, slot): (Value, Value) = (netuid.0.into(), uid.into());
    let by_uid = [subnet.clone(), slot.clone()];
    storage.write(PALLET, "Uids", &[subnet.clone(), hotkey.into()], slot)?;
    storage.write(PALLET, "Keys", &by_uid, hotkey)?;
    storage.write(PALLET, "BlockAtRegistration", &by_uid, number)?;
    storage.write(PALLET, "IsNetworkMember", &[hotkey.into(), subnet], true)?;
    Ok(uid)
}

/// The neuron that goes: of those that are no longer immune the one that earns least, then the one
/// that came first; an immune one while too few are not (`get_neuron_to_prune`).
fn worth_least(
    storage: &Storage<'_>,
    netuid: NetUid,
    neurons: u16,
    number: u64,
) -> Result<Option<u16>, PresentedError> {
    let emission: Vec<u64> = by_uid(storage, "Emission", netuid.0)?;
    let immunity = u64::from(of_subnet(storage, "ImmunityPeriod", netuid, 4_096_u16)?);
    let (mut mature, mut immune) = (Vec::new(), Vec::new());
    for uid in 0..neurons {
        let keys = [netuid.0.into(), uid.into()];
        if stake::is_owner(storage, hotkey_of(storage, netuid, uid)?, netuid)? {
            continue;
        }
        let since = storage.read(PALLET, "BlockAtRegistration", &keys)?;
        let since: u64 = since.unwrap_or(0);
        let earned = emission.get(usize::from(uid)).copied().unwrap_or(0);
        let list = match number.saturating_sub(since) < immunity {
            true => &mut immune,
            false => &mut mature,
        };
        list.push((earned, since, uid));
    }
    let least_mature = of_subnet(storage, "MinNonImmuneUids", netuid, 10_u16)?;
    let may_prune = mature.len() > usize::from(least_mature);
    let candidates = if may_prune { mature } else { immune };
    Ok(candidates.into_iter().min().map(|(_, _, uid)| uid))
}

fn hotkey_of(storage: &Storage<'_>, netuid: NetUid, uid: u16) -> Result<AccountId, PresentedError> {
    let hotkey = storage.read(PALLET, "Keys", &[netuid.0.into(), uid.into()])?;
    Ok(AccountId::from_bytes(hotkey.unwrap_or_default()))
}

/// Takes away what the neuron in a slot had (`replace_neuron`, `clear_neuron`).
fn leave(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    uid: u16,
    neurons: u16,
) -> Result<(), PresentedError> {
    let old = hotkey_of(storage, netuid, uid)?;
    let in_subnet = [netuid.0.into(), old.into()];
    storage.remove(PALLET, "Uids", &in_subnet)?;
    storage.remove(PALLET, "Axons", &in_subnet)?;
    storage.remove(PALLET, "IsNetworkMember", &[old.into(), netuid.0.into()])?;
    for index in mechanisms(storage, netuid)? {
        storage.remove(PALLET, "Weights", &[index.into(), uid.into()])?;
        for other in 0..neurons {
            let keys = [index.into(), other.into()];
            let row: Option<Vec<(u16, u16)>> = storage.read(PALLET, "Weights", &keys)?;
            let mut row = row.unwrap_or_default();
            if let Some((_, weight)) = row
                .iter_mut()
                .find(|(to, weight)| *to == uid && *weight > 0)
            {
                *weight = 0;
                storage.write(PALLET, "Weights", &keys, row)?;
            }
        }
    }
    Ok(())
}

/// Starts the lists of a slot anew: registration counts as an update.
fn reset(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    uid: u16,
    number: u64,
) -> Result<(), PresentedError> {
    put(storage, "Active", netuid.0, uid, true)?;
    put(storage, "ValidatorPermit", netuid.0, uid, false)?;
    put(storage, "Emission", netuid.0, uid, 0_u64)?;
    for item in OF_SUBNET {
        put(storage, item, netuid.0, uid, 0_u16)?;
    }
    for index in mechanisms(storage, netuid)? {
        put(storage, "LastUpdate", index, uid, number)?;
        put(storage, "Incentive", index, uid, 0_u16)?;
    }
    Ok(())
}

fn mechanisms(storage: &Storage<'_>, netuid: NetUid) -> Result<Vec<u16>, PresentedError> {
    let count = of_subnet(storage, "MechanismCountCurrent", netuid, 1_u8)?;
    let index = |mechanism| NetUidStorageIndex::new(netuid, MechId(mechanism)).0;
    Ok((0..count).map(index).collect())
}

/// Sets the value of a uid in a list that may be too short for it.
fn put<T: Decoded + Clone + Default + Into<Value>>(
    storage: &mut Storage<'_>,
    item: &str,
    index: u16,
    uid: u16,
    value: T,
) -> Result<(), PresentedError> {
    let mut list: Vec<T> = by_uid(storage, item, index)?;
    let place = usize::from(uid);
    if list.len() <= place {
        list.resize(place + 1, T::default());
    }
    list[place] = value;
    storage.write(PALLET, item, &[index.into()], list)
}
