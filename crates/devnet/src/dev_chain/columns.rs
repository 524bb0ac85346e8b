//! The metagraph a column at a time.

use axonry_chain::{Column, Columns, Neuron};
use axonry_core::{Alpha, BlockNumber, Rao};

use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::{neurons, stake};

/// Reads one column of the metagraph.
pub(super) fn fill(
    storage: &Storage<'_>,
    neurons: &[Neuron],
    column: Column,
    columns: &mut Columns,
) -> Result<(), PresentedError> {
    fn each<T>(neurons: &[Neuron], value: impl Fn(&Neuron) -> T) -> Option<Vec<T>> {
        Some(neurons.iter().map(value).collect())
    }
    let netuid = columns.netuid;
    let shares = |item| neurons::by_uid::<u16>(storage, item, netuid.0).map(Some);
    let weight = |neuron: &Neuron| stake::weight(storage, neuron.hotkey.account(), netuid);
    match column {
        Column::Hotkeys => columns.hotkeys = each(neurons, |one| one.hotkey),
        Column::Coldkeys => columns.coldkeys = each(neurons, |one| one.coldkey),
        Column::Axons => columns.axons = each(neurons, |one| one.axon),
        Column::Active => columns.active = each(neurons, |one| one.active),
        Column::ValidatorPermit => {
            columns.validator_permit = each(neurons, |one| one.validator_permit);
        }
        Column::PruningScore => columns.pruning_score = shares("PruningScores")?,
        Column::LastUpdate => columns.last_update = each(neurons, |one| one.last_update),
        Column::Emission => columns.emission = each(neurons, |one| one.emission),
        Column::Dividends => columns.dividends = each(neurons, |one| one.dividends),
        Column::Incentives => columns.incentives = each(neurons, |one| one.incentive),
        Column::Consensus => columns.consensus = each(neurons, |one| one.consensus),
        Column::Trust => columns.trust = shares("Trust")?,
        Column::Rank => columns.rank = shares("Rank")?,
        Column::BlockAtRegistration => {
            let block = |one: &Neuron| {
                let keys = [netuid.0.into(), one.uid.0.into()];
                let block = storage.read("SubtensorModule", "BlockAtRegistration", &keys)?;
                Ok(BlockNumber(block.unwrap_or(0)))
            };
            let blocks: Result<Vec<_>, PresentedError> = neurons.iter().map(block).collect();
            columns.block_at_registration = Some(blocks?);
        }
        Column::AlphaStake => columns.alpha_stake = each(neurons, |one| one.stake),
        Column::TaoStake => {
            let tao = |one: &Neuron| {
                let from_root = weight(one)?.saturating_sub(one.stake.base_units());
                Ok(Rao::from_rao(from_root))
            };
            let tao: Result<Vec<_>, PresentedError> = neurons.iter().map(tao).collect();
            columns.tao_stake = Some(tao?);
        }
        Column::TotalStake => {
            let total = |one: &Neuron| Ok(Alpha::from_base_units(netuid, weight(one)?));
            let total: Result<Vec<_>, PresentedError> = neurons.iter().map(total).collect();
            columns.total_stake = Some(total?);
        }
        // A column this chain does not know of is not read.
        _ => {}
    }
    Ok(())
}
