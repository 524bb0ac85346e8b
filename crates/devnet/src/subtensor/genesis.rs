//! The first state: one subnet with its neurons, and what else there is to trade.

use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::Hyperparameters;
use axonry_core::{AccountId, MechId, NetUid, NetUidStorageIndex};

use super::neurons::StoredAxon;
use super::{PALLET, hyperparameters, stake};
use crate::account::{self, Account};
use crate::config::{DevnetConfig, NeuronConfig, StakeConfig};
use crate::migration;
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;

/// What every account starts with, in rao.
const FREE: u64 = 1_000_000_000_000;

/// What the subnet's pool starts with on either side: a million TAO and as much alpha.
const RESERVE: u64 = 1_000_000_000_000_000;

/// Writes the state of block 0.
pub(crate) fn write(
    storage: &mut Storage<'_>,
    config: &DevnetConfig,
) -> Result<(), PresentedError> {
    migration::upgraded(storage)?;
    storage.write(PALLET, "NetworksAdded", &[0_u16.into()], true)?;
    storage.write(PALLET, "SubtokenEnabled", &[0_u16.into()], true)?;
    let accounts: BTreeSet<AccountId> = config
        .neurons
        .iter()
        .flat_map(|neuron| [neuron.hotkey.account(), neuron.coldkey.account()])
        .chain(config.stakes.iter().map(|stake| stake.coldkey.account()))
        .collect();
    for id in accounts {
        account::write(storage, id, &Account::with_free(FREE))?;
    }
    write_markets(storage, config)?;
    for neuron in &config.neurons {
        write_neuron(storage, config, neuron)?;
    }
    for stake in &config.stakes {
        write_stake(storage, stake)?;
    }
    write_lists(storage, config)
}

/// The subnets and their pools. One in balance, where an alpha costs a TAO until somebody trades, is
/// the subnet's own unless it is told otherwise.
fn write_markets(storage: &mut Storage<'_>, config: &DevnetConfig) -> Result<(), PresentedError> {
    let mut markets: BTreeMap<NetUid, (u64, u64)> = config
        .markets
        .iter()
        .map(|it| (it.alpha.netuid(), (it.tao.rao(), it.alpha.base_units())))
        .collect();
    markets.entry(config.netuid).or_insert((RESERVE, RESERVE));
    for (netuid, (tao, alpha)) in &markets {
        let key = [netuid.0.into()];
        let rules = Hyperparameters {
            netuid: *netuid,
            ..config.rules()
        };
        hyperparameters::write(storage, &rules)?;
        storage.write(PALLET, "SubnetMechanism", &key, 1_u16)?;
        storage.write(PALLET, "SubtokenEnabled", &key, true)?;
        let open = *netuid == config.netuid;
        storage.write(PALLET, "NetworkRegistrationAllowed", &key, open)?;
        storage.write(PALLET, "SubnetTAO", &key, *tao)?;
        storage.write(PALLET, "SubnetAlphaIn", &key, *alpha)?;
    }
    let staked = config.neurons.iter().map(|neuron| neuron.stake.rao());
    storage.write(
        PALLET,
        "SubnetAlphaOut",
        &[config.netuid.0.into()],
        staked.sum::<u64>(),
    )?;
    let tao = markets.values().map(|(tao, _)| *tao);
    let tao = tao.fold(0_u64, u64::saturating_add);
    storage.write(PALLET, "TotalStake", &[], tao)?;
    // Root is one more.
    let count = u16::try_from(markets.len() + 1).expect("checked: their numbers are below 4096");
    storage.write(PALLET, "TotalNetworks", &[], count)
}

/// Stake out of a pool that nobody has paid for.
fn write_stake(storage: &mut Storage<'_>, config: &StakeConfig) -> Result<(), PresentedError> {
    let (hotkey, coldkey) = (config.hotkey.account(), config.coldkey.account());
    let (netuid, units) = (config.amount.netuid(), config.amount.base_units());
    stake::adopt(storage, hotkey, coldkey)?;
    let held = stake::of_coldkey(storage, hotkey, coldkey, netuid)?;
    stake::set(storage, hotkey, coldkey, netuid, held.saturating_add(units))?;
    let out: u64 = hyperparameters::of_subnet(storage, "SubnetAlphaOut", netuid, 0)?;
    let out = out.saturating_add(units);
    storage.write(PALLET, "SubnetAlphaOut", &[netuid.0.into()], out)
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
    storage.write(PALLET, "IsNetworkMember", &of_hotkey, true)?;
    let (hotkey, coldkey) = (neuron.hotkey.account(), neuron.coldkey.account());
    stake::adopt(storage, hotkey, coldkey)?;
    stake::set(storage, hotkey, coldkey, config.netuid, neuron.stake.rao())?;
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
