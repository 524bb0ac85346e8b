//! When epochs run. What they compute (consensus, incentives, emission) is not reproduced here.

use axonry_chain::EpochClock;
use axonry_core::{BlockNumber, NetUid};

use super::{PALLET, hyperparameters};
use crate::presented::PresentedError;
use crate::storage::Storage;

/// Moves the subnet's epoch state on to block `number`, before the block's extrinsics.
///
/// `pallets/subtensor/src/coinbase/run_coinbase.rs`: by formula up to spec 398, by state since 425.
/// Returns whether an epoch ran.
pub(crate) fn advance(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<bool, PresentedError> {
    let clock = hyperparameters::epochs(storage, netuid, number.saturating_sub(1))?;
    let block = BlockNumber(number);
    let runs = match &clock {
        EpochClock::Formula(epochs) => epochs.blocks_until_next_epoch(block) == Some(0),
        EpochClock::Stateful(epochs) => epochs.runs_in(block),
    };
    let key = [netuid.0.into()];
    if !runs {
        let since = hyperparameters::of_subnet(storage, "BlocksSinceLastStep", netuid, 0_u64)?;
        storage.write(PALLET, "BlocksSinceLastStep", &key, since + 1)?;
        return Ok(false);
    }
    storage.write(PALLET, "BlocksSinceLastStep", &key, 0_u64)?;
    storage.write(PALLET, "LastMechansimStepBlock", &key, number)?;
    if let EpochClock::Stateful(epochs) = clock {
        storage.write(PALLET, "LastEpochBlock", &key, number)?;
        storage.write(PALLET, "PendingEpochAt", &key, 0_u64)?;
        storage.write(PALLET, "SubnetEpochIndex", &key, epochs.epoch_index + 1)?;
    }
    Ok(true)
}
