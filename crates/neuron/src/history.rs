//! Whether the chain still is the one that the journal was written on.

use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::{BlockHash, BlockNumber};
use axonry_store::{Beginning, EntryId, EntryState, StoreError};
use futures_util::StreamExt;
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::{Weigher, chain_of};

/// How long to wait for the first block of a chain that has just begun.
const FIRST_BLOCK: Duration = Duration::from_secs(30);

impl Weigher {
    /// Closes what an earlier run left open on a chain that has begun anew since.
    ///
    /// That happens where a test chain is started again with the same genesis. What was signed on the
    /// old one carries a block of the old one under its signature: it can never land on the new one,
    /// and nobody need wait until it would have expired. A node that lags behind is no such thing: it
    /// knows fewer blocks, not others.
    pub(crate) async fn leave_other_history(&self) -> Result<(), StoreError> {
        let Some(block_1) = self.block_1().await else {
            return Ok(());
        };
        let noted = self.store.beginning().await?;
        if noted.is_some_and(|noted| noted.block_1 == block_1) {
            return Ok(());
        }
        let mut after = EntryId(0);
        if let Some(noted) = noted {
            warn!(
                was = %noted.block_1, is = %block_1,
                "the chain has begun anew with the same genesis: nothing signed before can land"
            );
            let last = self.store.recent_entries(1).await?;
            after = last.first().map_or(after, |last| last.id);
            for entry in self.store.unfinished(self.hotkey).await? {
                let outcome = format!(
                    "rejected: it was signed on a chain that has begun anew since, with block 1 {} \
                     in place of {block_1}",
                    noted.block_1
                );
                self.store
                    .conclude(entry.id, EntryState::Failed, &outcome)
                    .await?;
            }
        }
        // Last, so that a crash before it leaves it all to be done again.
        self.store
            .note_beginning(Beginning { block_1, after })
            .await
    }

    /// The hash of block 1, which tells chains of one genesis apart; `None` where the node cannot say.
    async fn block_1(&self) -> Option<BlockHash> {
        let first = BlockNumber(1);
        match self.chain.block_hash(first).await {
            Ok(hash) => return Some(hash),
            Err(ChainError::NoBlock(_)) => {}
            Err(error) => {
                debug!(error = %chain_of(&error), "the chain's beginning is not known");
                return None;
            }
        }
        // A node without old blocks has newer ones; a chain without any will have the first one soon.
        if self.chain.head().await.ok()?.number >= first {
            return None;
        }
        let mut blocks = self.chain.blocks().await.ok()?;
        timeout(FIRST_BLOCK, blocks.next()).await.ok()??.ok()?;
        self.chain.block_hash(first).await.ok()
    }
}
