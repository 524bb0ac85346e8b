//! Extrinsics on their way into the pool.

use axonry_chain::ExtrinsicHash;
use axonry_core::{AccountId, BlockHash};

use super::{Core, Node};
use crate::account;
use crate::block::blake2_256;
use crate::config::Sealing;
use crate::extrinsic::{self, ChainFacts, Undecodable, Unknown, Valid, ValidityError};
use crate::faults::ChainFault;
use crate::pool::{PoolRefusal, Watcher, Watchers};
use crate::presented::Presented;
use crate::storage::Storage;

/// How many watches of lost extrinsics are kept open.
const MOST_LOST: usize = 1_024;

/// How many block hashes the runtime remembers (`System.BlockHashCount`).
pub(super) const BLOCK_HASHES: u64 = 2_400;

impl Node {
    /// Hands an extrinsic to the pool.
    pub(crate) fn submit(
        &self,
        bytes: Vec<u8>,
        watcher: Option<Watcher>,
    ) -> Result<ExtrinsicHash, PoolRefusal> {
        let hash = ExtrinsicHash(blake2_256(&bytes));
        if let Some(rejection) = self.faults.rejection() {
            return Err(PoolRefusal::Ordered(rejection));
        }
        {
            let mut core = self.core_mut();
            core.pool.admits(hash)?;
            let number = core.best().header.number;
            let runtime = core.runtime_of(number + 1);
            let storage = Storage::new(&runtime, &core.state, number);
            let valid = core.validate(&runtime, &storage, self, &bytes);
            match valid {
                // Taken, and lost without a word: whoever watches hears no more.
                Ok(_) if self.faults.strikes(&ChainFault::LoseSubmissions) => {
                    if let Some(watcher) = watcher {
                        core.lost.push_back(watcher);
                        if core.lost.len() > MOST_LOST {
                            core.lost.pop_front();
                        }
                    }
                }
                Ok(valid) => core
                    .pool
                    .insert(hash, bytes, &valid, Watchers::new(watcher))?,
                Err(refusal) => {
                    if matches!(refusal, PoolRefusal::Validity(ValidityError::Invalid(_))) {
                        core.pool.ban(hash);
                    }
                    return Err(refusal);
                }
            }
        }
        if self.sealing == Sealing::Instant
            && let Err(error) = self.seal()
        {
            tracing::error!(%error, "no block could be made");
        }
        Ok(hash)
    }

    /// What the runtime says about an extrinsic in the block after `at`.
    ///
    /// The number is that of the block it would be in.
    pub(crate) fn validate(
        &self,
        bytes: &[u8],
        at: Option<BlockHash>,
    ) -> Result<(Result<Valid, PoolRefusal>, u64), super::ReadError> {
        let core = self.core();
        let number = core.pinned(at)?;
        // After an upgrade the new runtime meets a state that is not migrated yet, as on any chain.
        let runtime = core.runtime_of(number + 1);
        let storage = Storage::new(&runtime, &core.state, number);
        let valid = core.validate(&runtime, &storage, self, bytes);
        Ok((valid, number + 1))
    }

    /// The bytes of all extrinsics that are ready for a block.
    pub(crate) fn pending(&self) -> Vec<Vec<u8>> {
        self.core().pool.pending()
    }

    /// The nonce of the account's next extrinsic, pending ones counted.
    pub(crate) fn next_nonce(
        &self,
        id: AccountId,
    ) -> Result<u64, crate::presented::PresentedError> {
        let core = self.core();
        let number = core.best().header.number;
        let runtime = core.runtime_of(number);
        let storage = Storage::new(&runtime, &core.state, number);
        let nonce = account::read(&storage, id)?.nonce;
        Ok(core.pool.next_nonce(id, u64::from(nonce)))
    }
}

impl Core {
    /// Checks an extrinsic for the block after the state in `storage`, which may be a draft of it.
    pub(super) fn validate(
        &self,
        presented: &Presented,
        storage: &Storage<'_>,
        node: &Node,
        bytes: &[u8],
    ) -> Result<Valid, PoolRefusal> {
        let genesis = node.genesis;
        let parts = extrinsic::parts(presented, bytes).map_err(refusal)?;
        let current = storage.number() + 1;
        let hash_of = |number: u64| {
            let remembered = number == 0 || current.saturating_sub(number) <= BLOCK_HASHES;
            match number {
                0 => Some(genesis),
                _ if remembered && number < current => self.block(number).map(|block| block.hash),
                _ => None,
            }
        };
        let facts = ChainFacts {
            genesis,
            current,
            hash_of: &hash_of,
            bytes: bytes.len(),
            strictness: node.strictness,
        };
        extrinsic::check(&parts, storage, &facts)
            .map_err(|error| PoolRefusal::Verification(error.to_string()))?
            .map_err(PoolRefusal::Validity)
    }
}

fn refusal(reason: Undecodable) -> PoolRefusal {
    match reason {
        Undecodable::Format(reason) => PoolRefusal::Format(reason),
        Undecodable::Content(reason) => PoolRefusal::Verification(reason),
        Undecodable::Unsigned => Unknown::NoUnsignedValidator.into(),
        Undecodable::Lookup => Unknown::CannotLookup.into(),
    }
}
