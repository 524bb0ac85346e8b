//! Weights that wait to be revealed, and what they wait for.

use axonry_chain::{ChainError, HashCommit, TimelockedCommit};
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, NetUidStorageIndex};

use super::{Runtime, SUBTENSOR};

const DRAND: &str = "Drand";

impl Runtime {
    /// Where the hash commits of a hotkey are.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item.
    pub fn hash_commits_key(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
    ) -> Result<Vec<u8>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        self.needed(SUBTENSOR, "WeightCommits")?;
        self.encode_key(SUBTENSOR, "WeightCommits", (index.0, *hotkey.as_bytes()))
    }

    /// Reads what lies at [`Self::hash_commits_key`].
    ///
    /// Runtimes that keep their epochs in state put the epoch first and the block second, older ones
    /// the block first.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`], [`ChainError::Decode`].
    pub fn hash_commits(&self, stored: Option<&[u8]>) -> Result<Vec<HashCommit>, ChainError> {
        let item = self.needed(SUBTENSOR, "WeightCommits")?;
        let by_epoch = self.item(SUBTENSOR, "LastEpochBlock").is_some();
        let commits: Vec<([u8; 32], u64, u64, u64)> = item.value(stored)?.unwrap_or_default();
        let commits = commits.into_iter().map(|(hash, first, second, _)| {
            let (block, epoch) = match by_epoch {
                true => (second, Some(first)),
                false => (first, None),
            };
            HashCommit {
                hash,
                block: BlockNumber(block),
                epoch,
            }
        });
        Ok(commits.collect())
    }

    /// Where the timelocked commits of an epoch are.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item.
    pub fn timelocked_commits_key(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
    ) -> Result<Vec<u8>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        self.needed(SUBTENSOR, "TimelockedWeightCommits")?;
        self.encode_key(SUBTENSOR, "TimelockedWeightCommits", (index.0, epoch))
    }

    /// Reads what lies at [`Self::timelocked_commits_key`].
    ///
    /// # Errors
    /// [`ChainError::Incompatible`], [`ChainError::Decode`].
    pub fn timelocked_commits(
        &self,
        stored: Option<&[u8]>,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        let item = self.needed(SUBTENSOR, "TimelockedWeightCommits")?;
        let commits: Vec<([u8; 32], u64, Vec<u8>, u64)> = item.value(stored)?.unwrap_or_default();
        let commits = commits
            .into_iter()
            .map(|(hotkey, block, sealed, reveal_round)| TimelockedCommit {
                hotkey: Hotkey::from_bytes(hotkey),
                block: BlockNumber(block),
                sealed,
                reveal_round,
            });
        Ok(commits.collect())
    }

    pub(crate) fn last_drand_round_key(&self) -> Result<Vec<u8>, ChainError> {
        self.needed(DRAND, "LastStoredRound")?;
        self.encode_key(DRAND, "LastStoredRound", ())
    }

    pub(crate) fn last_drand_round(&self, stored: Option<&[u8]>) -> Result<u64, ChainError> {
        let item = self.needed(DRAND, "LastStoredRound")?;
        Ok(item.value(stored)?.unwrap_or(0))
    }

    pub(crate) fn timestamp_key(&self) -> Result<Vec<u8>, ChainError> {
        self.needed("Timestamp", "Now")?;
        self.encode_key("Timestamp", "Now", ())
    }

    pub(crate) fn timestamp(&self, stored: Option<&[u8]>) -> Result<u64, ChainError> {
        let item = self.needed("Timestamp", "Now")?;
        Ok(item.value(stored)?.unwrap_or(0))
    }
}
