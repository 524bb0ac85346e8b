//! The pallet of the randomness beacon, as far as weights need it: which pulses there are.
//!
//! `opentensor/subtensor` `pallets/drand`. A pulse is put here by hand or by the chain's own beacon,
//! and not verified again.

use std::sync::atomic::{AtomicBool, Ordering};

use axonry_chain::EpochClock;
use axonry_core::{MechId, NetUid, NetUidStorageIndex, UnixMillis};
use axonry_weights::DrandNetwork;
use axonry_weights::timelock::BeaconKey;
use scale_decode::DecodeAsType;

use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::{commits, hyperparameters};

const PALLET: &str = "Drand";

#[derive(DecodeAsType)]
struct Pulse {
    signature: Vec<u8>,
}

/// The newest round there is a pulse of, 0 for none.
pub(crate) fn last_round(storage: &Storage<'_>) -> Result<u64, PresentedError> {
    let last = storage.read(PALLET, "LastStoredRound", &[])?;
    Ok(last.unwrap_or(0))
}

/// The signature of a round, once it is there.
pub(crate) fn signature(
    storage: &Storage<'_>,
    round: u64,
) -> Result<Option<Vec<u8>>, PresentedError> {
    let pulse: Option<Pulse> = storage.read(PALLET, "Pulses", &[round.into()])?;
    Ok(pulse.map(|pulse| pulse.signature))
}

/// Stores a pulse.
pub(crate) fn store(
    storage: &mut Storage<'_>,
    round: u64,
    signature: &[u8; 48],
) -> Result<(), PresentedError> {
    let pulse = Value::Record(vec![
        ("round", round.into()),
        ("randomness", Value::Bytes(vec![0; 32])),
        ("signature", Value::Bytes(signature.to_vec())),
    ]);
    storage.write(PALLET, "Pulses", &[round.into()], pulse)?;
    let last = last_round(storage)?.max(round);
    storage.write(PALLET, "LastStoredRound", &[], last)
}

/// The chain's own drand: it signs what a commit waits for, when its time has come.
#[derive(Debug)]
pub(crate) struct Beacon {
    key: BeaconKey,
    network: DrandNetwork,
    held: AtomicBool,
}

impl Beacon {
    pub(crate) fn new(seed: u64) -> Self {
        let key = BeaconKey::from_seed(&seed.to_le_bytes());
        let network = DrandNetwork {
            public_key: key.public_key(),
            ..DrandNetwork::QUICKNET
        };
        Self {
            key,
            network,
            held: AtomicBool::new(false),
        }
    }

    pub(crate) const fn network(&self) -> DrandNetwork {
        self.network
    }

    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Stores the pulses that commits which are due wait for and that are published by `now`.
    ///
    /// A real chain stores every round; nobody here asks for the others.
    pub(crate) fn publish(
        &self,
        storage: &mut Storage<'_>,
        netuid: NetUid,
        now: u64,
    ) -> Result<(), PresentedError> {
        if self.held.load(Ordering::Relaxed) {
            return Ok(());
        }
        let number = storage.number() + 1;
        let epoch = match hyperparameters::epochs(storage, netuid, number)? {
            EpochClock::Formula(epochs) => epochs.epoch_of(axonry_core::BlockNumber(number)),
            EpochClock::Stateful(epochs) => Some(epochs.epoch_index),
        };
        let period = hyperparameters::of_subnet(storage, "RevealPeriodEpochs", netuid, 1_u64)?;
        let Some(due) = epoch.and_then(|epoch| epoch.checked_sub(period)) else {
            return Ok(());
        };
        let count = hyperparameters::of_subnet(storage, "MechanismCountCurrent", netuid, 1_u8)?;
        for mechanism in (0..count).map(MechId) {
            let index = NetUidStorageIndex::new(netuid, mechanism);
            for (_, _, _, round) in commits::sealed(storage, index, due)? {
                let published = self.network.published(round) <= UnixMillis(now);
                if published && signature(storage, round)?.is_none() {
                    store(storage, round, &self.key.sign(round))?;
                }
            }
        }
        Ok(())
    }
}
