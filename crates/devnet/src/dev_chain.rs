//! The chain in this process, as a [`Chain`] and with controls a real one has not.

mod arguments;
mod chain;
mod columns;
mod ledger;
mod upgrade;

use std::sync::Arc;

use axonry_chain::{Call, ChainError, Hyperparameters};
use axonry_core::{Block, BlockHash};
use axonry_weights::DrandNetwork;

use crate::drand;
use crate::faults::ChainFaults;
use crate::node::{Node, ReadError, ReorgError};
use crate::presented::{Presented, PresentedError};
use crate::storage::Storage;
use crate::subtensor::hyperparameters;
pub use upgrade::UpgradeError;

/// A handle on the dev chain. Clones are cheap and are the same chain.
#[derive(Clone, Debug)]
pub struct DevChain {
    node: Arc<Node>,
}

impl DevChain {
    pub(crate) const fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// Makes a block now, of whatever is ready in the pool.
    ///
    /// # Errors
    /// [`PresentedError`] when the chain's state does not fit the presented runtime.
    pub fn seal(&self) -> Result<Block, PresentedError> {
        self.node.seal()
    }

    /// Makes `count` blocks now and returns the last one, or the best one there is for none.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn seal_many(&self, count: u64) -> Result<Block, PresentedError> {
        let mut last = self.best();
        for _ in 0..count {
            last = self.seal()?;
        }
        Ok(last)
    }

    /// The newest block, which need not be final.
    pub fn best(&self) -> Block {
        self.node.heads().best
    }

    /// Changes the subnet's rules, and makes the block from which on they hold.
    ///
    /// Of [`Hyperparameters::epochs`] only the tempo is taken over; where the epochs stand is the
    /// chain's own business.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn edit(&self, change: impl FnOnce(&mut Hyperparameters)) -> Result<Block, PresentedError> {
        let netuid = self.node.netuid();
        self.node.seal_with(|storage| {
            let rules = hyperparameters::read(storage, netuid, storage.number())?;
            let mut rules = rules.ok_or_else(|| PresentedError::Missing {
                item: format!("subnet {netuid}"),
            })?;
            change(&mut rules);
            hyperparameters::write(storage, &rules)
        })
    }

    /// The beacon that opens timelocked weights on this chain: quicknet's pace with a key of its own,
    /// which follows from the configuration's seed.
    pub fn drand(&self) -> DrandNetwork {
        self.node.beacon().network()
    }

    /// Keeps the chain's own beacon silent, or lets it speak again.
    ///
    /// It then catches up with the next block.
    pub fn hold_drand(&self, held: bool) {
        self.node.beacon().hold(held);
    }

    /// Makes a block in which the pulse of a round is stored, whoever signed it.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn store_pulse(&self, round: u64, signature: &[u8; 48]) -> Result<Block, PresentedError> {
        self.node
            .seal_with(|storage| drand::store(storage, round, signature))
    }

    /// Makes a block that puts another runtime in force: the one that a metadata blob describes, bare
    /// or as a node answers it.
    ///
    /// The block itself is still the old runtime's; its header says that the runtime changed, and the
    /// code in its state is the new one's. The next block begins by re-encoding the whole state as
    /// the new metadata has it: items are matched by name, and what the new runtime has no place for
    /// is dropped. Older blocks are read with the runtime that made them. Extrinsics signed for the
    /// old version are refused as badly signed from then on, those in the pool included.
    ///
    /// # Errors
    /// [`UpgradeError`] when the metadata cannot be presented or has no higher version than the
    /// runtime in force, which no chain would take.
    pub fn upgrade(&self, metadata: &[u8]) -> Result<Block, UpgradeError> {
        let to = Presented::from_blob(metadata)?;
        let from = self.node.newest_runtime().version().spec_version;
        let found = to.version().spec_version;
        if found <= from {
            return Err(UpgradeError::Version { from, found });
        }
        Ok(self.node.upgrade(to)?)
    }

    /// The metadata in force after the newest block, in its newest form: what to change and hand to
    /// [`DevChain::upgrade`].
    pub fn metadata(&self) -> Vec<u8> {
        let runtime = self.node.newest_runtime();
        let newest = runtime.blob_versions().last();
        let blob = newest.and_then(|version| runtime.blob(version));
        blob.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Replaces the newest `depth` blocks by a fork that is one longer.
    ///
    /// The state rolls back, runtime upgrades included, and the pool gets the extrinsics back; they
    /// land in the fork's last block, the others have none. Whoever watches an extrinsic hears that
    /// it was retracted. Final blocks stay, so there must be some that are not: see
    /// [`DevnetConfig::finality_lag`](crate::DevnetConfig::finality_lag) and
    /// [`ChainFault::StallFinality`](crate::ChainFault::StallFinality).
    ///
    /// # Errors
    /// [`ReorgError::Final`] when fewer blocks than that are not final.
    pub fn reorg(&self, depth: u64) -> Result<Block, ReorgError> {
        self.node.reorg(depth)
    }

    /// What the chain does wrong on command, whoever asks and by whatever way.
    pub fn faults(&self) -> &ChainFaults {
        self.node.faults()
    }

    fn read<T>(
        &self,
        at: BlockHash,
        what: &str,
        read: impl FnOnce(&Storage<'_>, u64) -> Result<T, PresentedError>,
    ) -> Result<T, ChainError> {
        self.node
            .read(Some(at), read)
            .map_err(no_state)?
            .map_err(|error| incompatible(what, error))
    }
}

fn no_state(error: ReadError) -> ChainError {
    match error {
        ReadError::Unknown(hash) | ReadError::Discarded(hash) => ChainError::NoState(hash),
    }
}

fn encoded(presented: &Presented, call: &Call) -> Result<Vec<u8>, ChainError> {
    let (pallet, name) = call.name();
    let data = arguments::data(presented, call);
    data.map_err(|error| incompatible(&format!("{pallet}.{name}"), error))
}

fn incompatible(item: &str, error: PresentedError) -> ChainError {
    let reason = error.to_string();
    let item = item.to_owned();
    match error {
        PresentedError::Missing { item } | PresentedError::Encode { item, .. } => {
            ChainError::Incompatible { item, reason }
        }
        _ => ChainError::Decode { item, reason },
    }
}
