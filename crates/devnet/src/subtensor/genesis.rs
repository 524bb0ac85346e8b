//! The first state: one subnet with its neurons.

use std::collections::BTreeSet;

use axonry_core::{AccountId, MechId, NetUidStorageIndex};

use super::neurons::StoredAxon;
use super::{PALLET, hyperparameters};
use crate::account::{self, Account};
use crate::config::{DevnetConfig, NeuronConfig};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;

/// What every account starts with, in rao.
const FREE: u64 = 1_000_000_000_000;

/// Writes the state of block 0.
pub(crate) fn write(
    storage: &mut Storage<'_>,
    config: &DevnetConfig,
) -> Result<(), PresentedError> {
    let version = storage.presented().version().clone();
    let upgrade = Value::Record(vec![
        ("spec_version", version.spec_version.into()),
        ("spec_name", Value::Text(version.spec_name)),
    ]);
    storage.write("System", "LastRuntimeUpgrade", &[], upgrade)?;
    storage.write(PALLET, "NetworksAdded", &[0_u16.into()], true)?;
    storage.write(PALLET, "TotalNetworks", &[], 2_u16)?;
    hyperparameters::write(storage, &config.rules())?;
    let accounts: BTreeSet<AccountId> = config
        .neurons
        .iter()
        .flat_map(|neuron| [neuron.hotkey.account(), neuron.coldkey.account()])
        .collect();
    for id in accounts {
        account::write(storage, id, &Account::with_free(FREE))?;
    }
    for neuron in &config.neurons {
        write_neuron(storage, config, neuron)?;
    }
    write_lists(storage, config)
}

fn write_neuron(
    storage: &mut Storage<'_>,
    config: &DevnetConfig,
    neuron: &NeuronConfig,
) -> Result<(), PresentedError> {
    let (netuid, uid): (Value, Value) = (config.netuid.0.into(), neuron.uid.0.into());
    let hotkey: Value = neuron.hotkey.into();
    let in_subnet = [netuid.clone(), hotkey.clone()];
    let of_hotkey = [hotkey.clone(), netuid.clone()];
    let by_uid = [netuid, uid.clone()];
    storage.write(PALLET, "Uids", &in_subnet, uid)?;
    storage.write(PALLET, "Keys", &by_uid, hotkey.clone())?;
    storage.write(PALLET, "BlockAtRegistration", &by_uid, 0_u64)?;
    storage.write(PALLET, "Owner", &[hotkey], neuron.coldkey)?;
    storage.write(PALLET, "IsNetworkMember", &of_hotkey, true)?;
    storage.write(PALLET, "TotalHotkeyAlpha", &of_hotkey, neuron.stake.rao())?;
    match neuron.axon {
        None => Ok(()),
        Some(address) => {
            let axon = StoredAxon::new(address, 0).value();
            storage.write(PALLET, "Axons", &in_subnet, axon)
        }
    }
}

/// One value per uid, as registration appends them.
///
/// `append_neuron` in `pallets/subtensor/src/subnets/uids.rs`; registration sets `LastUpdate` to its
/// block, which is 0 here and reads as never.
fn write_lists(storage: &mut Storage<'_>, config: &DevnetConfig) -> Result<(), PresentedError> {
    let (netuid, count) = (config.netuid, config.neurons.len());
    let each = u16::try_from(count).expect("checked: no more neurons than uids");
    let key = [netuid.0.into()];
    storage.write(PALLET, "SubnetworkN", &key, each)?;
    let permits: Vec<bool> = config
        .neurons
        .iter()
        .map(|one| one.validator_permit)
        .collect();
    storage.write(PALLET, "ValidatorPermit", &key, permits)?;
    storage.write(PALLET, "Active", &key, vec![true; count])?;
    storage.write(PALLET, "Emission", &key, vec![0_u64; count])?;
    let shares = [
        "Rank",
        "Trust",
        "Consensus",
        "Dividends",
        "ValidatorTrust",
        "PruningScores",
    ];
    for item in shares {
        storage.write(PALLET, item, &key, vec![0_u16; count])?;
    }
    for mechanism in 0..config.hyperparameters.mechanism_count {
        let index = NetUidStorageIndex::new(netuid, MechId(mechanism));
        let key = [index.0.into()];
        storage.write(PALLET, "LastUpdate", &key, vec![0_u64; count])?;
        storage.write(PALLET, "Incentive", &key, vec![0_u16; count])?;
    }
    Ok(())
}
