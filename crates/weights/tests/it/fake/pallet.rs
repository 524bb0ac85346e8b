//! What calls do to the state, by the rules a script can change.

use std::cmp::Ordering;

use axonry_chain::{
    Call, Dispatch, DispatchFailure, HashCommit, SignedExtrinsic, TimelockedCommit,
};
use axonry_core::{BlockNumber, NetUidStorageIndex, Uid};
use axonry_weights::CommitPreimage;

use super::chain::Waiting;
use super::{NETUID, State, hotkey};

impl State {
    pub(super) fn set(&mut self, number: u64, weights: Vec<(Uid, u16)>) {
        self.history.push((number, weights));
        self.updates.push(number);
    }

    /// A block has the extrinsic.
    pub(super) fn include(&mut self, extrinsic: &SignedExtrinsic, number: u64, how: Dispatch) {
        self.nonce = extrinsic.nonce + 1;
        self.dispatches.insert(extrinsic.hash, (number, how));
    }

    /// A block has the extrinsic and does what it says, as far as the rules allow.
    pub(super) fn land(&mut self, extrinsic: &SignedExtrinsic, number: u64) {
        let call = self.calls[&extrinsic.hash].clone();
        let how = match self.apply(&call, number) {
            Ok(()) => Dispatch::Succeeded,
            Err(name) => failed(name),
        };
        self.include(extrinsic, number, how);
    }

    /// As `land`, with one weight of many.
    pub(super) fn mangle(&mut self, extrinsic: &SignedExtrinsic, number: u64) {
        let Call::SetWeights { weights, .. } = self.calls[&extrinsic.hash].clone() else {
            panic!("only weights in the clear can be mangled");
        };
        self.set(number, weights.as_slice()[..1].to_vec());
        self.include(extrinsic, number, Dispatch::Succeeded);
    }

    /// The pallet's checks in the order it makes them, as far as a script can change them.
    fn apply(&mut self, call: &Call, number: u64) -> Result<(), &'static str> {
        let hidden = self.rules.commit_reveal_enabled;
        let last = self.updates.last().copied().unwrap_or_default();
        let too_fast = number < last + self.rules.weights_rate_limit;
        let epoch = self.rules.epochs.epoch_of(BlockNumber(number));
        match call {
            Call::SetWeights { .. } if hidden => Err("CommitRevealEnabled"),
            Call::SetWeights { version_key, .. }
                if *version_key < self.rules.weights_version_key =>
            {
                Err("IncorrectWeightVersionKey")
            }
            Call::SetWeights { .. } if too_fast => Err("SettingWeightsTooFast"),
            Call::SetWeights { weights, .. } => {
                self.set(number, weights.as_slice().to_vec());
                Ok(())
            }
            Call::CommitWeights { .. } | Call::CommitTimelockedWeights { .. } if !hidden => {
                Err("CommitRevealDisabled")
            }
            Call::CommitWeights { .. } | Call::CommitTimelockedWeights { .. } if too_fast => {
                Err("CommittingWeightsTooFast")
            }
            Call::CommitTimelockedWeights { version, .. }
                if Some(*version) != self.rules.commit_reveal_version =>
            {
                Err("IncorrectCommitRevealVersion")
            }
            Call::CommitWeights { hash, .. } => {
                self.updates.push(number);
                self.hashes.push(Waiting {
                    commit: HashCommit {
                        hash: *hash,
                        block: BlockNumber(number),
                        epoch,
                    },
                    since: number,
                    until: None,
                });
                Ok(())
            }
            Call::CommitTimelockedWeights {
                sealed,
                reveal_round,
                ..
            } => {
                self.updates.push(number);
                self.sealed.push(Waiting {
                    commit: TimelockedCommit {
                        hotkey: hotkey(0),
                        block: BlockNumber(number),
                        sealed: sealed.clone(),
                        reveal_round: *reveal_round,
                    },
                    since: number,
                    until: None,
                });
                Ok(())
            }
            Call::RevealWeights {
                weights,
                salt,
                version_key,
                mechanism,
                ..
            } => {
                let committed = CommitPreimage {
                    hotkey: hotkey(0),
                    index: NetUidStorageIndex::new(NETUID, *mechanism),
                    weights: weights.as_slice().to_vec(),
                    salt: salt.clone(),
                    version_key: *version_key,
                };
                let hash = committed.hash();
                let mut waiting = self.hashes.iter_mut();
                let Some(waiting) =
                    waiting.find(|one| one.commit.hash == hash && one.is_there(number))
                else {
                    return Err("NoWeightsCommitFound");
                };
                let due =
                    waiting.commit.epoch.unwrap_or_default() + self.rules.reveal_period_epochs;
                match epoch.unwrap_or_default().cmp(&due) {
                    Ordering::Less => return Err("RevealTooEarly"),
                    Ordering::Greater => return Err("ExpiredWeightCommit"),
                    Ordering::Equal => waiting.until = Some(number),
                }
                // A reveal does not count as an update.
                self.history.push((number, weights.as_slice().to_vec()));
                Ok(())
            }
            other => panic!("no call with weights: {other:?}"),
        }
    }
}

pub(super) fn failed(name: &str) -> Dispatch {
    Dispatch::Failed(DispatchFailure {
        pallet: "SubtensorModule".into(),
        name: name.into(),
        description: String::new(),
    })
}
