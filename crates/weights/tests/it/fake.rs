//! A chain that behaves by a script, in virtual time, and a journal in memory.

use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters, Neuron};
use axonry_core::{
    AccountId, Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, NetUid, Signature, Signer,
    SignerError, Uid,
};

mod chain;
mod client;
mod journal;
mod pallet;

pub(crate) use chain::{FakeChain, State, Submission, Waiting, coin};
pub(crate) use journal::{MemoryJournal, Told};

pub(crate) const NETUID: NetUid = NetUid(74);
pub(crate) const FIRST: u64 = 1000;
pub(crate) const BLOCK: Duration = Duration::from_secs(12);

/// The hotkey in the slot `uid`; the validator is in slot 0.
pub(crate) fn hotkey(uid: u16) -> Hotkey {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&uid.to_le_bytes());
    Hotkey::from_bytes(bytes)
}

pub(crate) fn neuron(uid: u16) -> Neuron {
    Neuron {
        uid: Uid(uid),
        hotkey: hotkey(uid),
        coldkey: Coldkey::from_bytes([9; 32]),
        stake: Alpha::from_base_units(NETUID, 1_000),
        validator_permit: uid == 0,
        active: true,
        last_update: BlockNumber(900),
        axon: None,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(NETUID, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

pub(crate) fn rules() -> Hyperparameters {
    Hyperparameters {
        netuid: NETUID,
        epochs: EpochClock::Formula(FormulaEpochs {
            netuid: NETUID,
            tempo: 360,
        }),
        min_allowed_weights: 1,
        max_weights_limit: u16::MAX,
        weights_version_key: 7,
        weights_rate_limit: 100,
        commit_reveal_enabled: false,
        commit_reveal_version: None,
        reveal_period_epochs: 1,
        activity_cutoff: 5000,
        immunity_period: 4096,
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        stake_threshold: 0,
        mechanism_count: 1,
    }
}

pub(crate) fn block(number: u64) -> Block {
    let mut hash = [0xb1; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    Block {
        number: BlockNumber(number),
        hash: BlockHash(hash),
    }
}

pub(crate) fn number_of(hash: BlockHash) -> u64 {
    u64::from_le_bytes(hash.0[..8].try_into().expect("eight bytes"))
}

#[derive(Debug)]
pub(crate) struct FakeSigner;

#[async_trait]
impl Signer for FakeSigner {
    fn account(&self) -> AccountId {
        hotkey(0).account()
    }

    async fn sign(&self, _: &[u8]) -> Result<Signature, SignerError> {
        Ok(Signature([0; 64]))
    }
}
