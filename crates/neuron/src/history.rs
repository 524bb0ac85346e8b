//! Whether the chain still is the one that the state remembers.

use axonry_chain::{Chain, ChainError};
use axonry_core::{Block, BlockHash, BlockNumber};
use axonry_store::{EntryState, StoreError};
use serde::Deserialize;
use tracing::{debug, warn};

use crate::{Weigher, chain_of};

/// How many rounds and journal lines back a block is looked for that both know.
const REMEMBERED: u32 = 64;

/// A finalized block where the state and the chain differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherHistory {
    /// The block as the state remembers it.
    pub(crate) remembered: Block,
    /// The hash it has now.
    pub(crate) found: BlockHash,
}

/// What a round writes down when it begins.
#[derive(Deserialize)]
struct Opening {
    block: BlockNumber,
    hash: BlockHash,
}

impl Weigher {
    /// Finds a block that was final when the state was written, and is another one now.
    ///
    /// That happens where a test chain is started anew with the same genesis. What was signed on the
    /// old one carries a block of the old one under its signature: it can never land on the new one.
    /// A node that lags behind is no proof; it knows fewer blocks, not others.
    pub(crate) async fn other_history(&self) -> Result<Option<OtherHistory>, StoreError> {
        let netuid = self.settings.netuid;
        let Ok(head) = self.chain.head().await else {
            return Ok(None);
        };
        let rounds = self.store.recent_rounds(netuid, REMEMBERED).await?;
        let rounds = rounds.into_iter().filter_map(|round| {
            let opening: Opening = serde_json::from_str(&round.opening).ok()?;
            Some(Block {
                number: opening.block,
                hash: opening.hash,
            })
        });
        let entries = self.store.recent_entries(REMEMBERED).await?;
        let births = entries.into_iter().map(|entry| entry.attempt.birth);
        let known = rounds.chain(births);
        // The newest block that both can know: an older one may lie before a fork.
        let newest = known
            .filter(|block| block.number <= head.number)
            .max_by_key(|block| block.number);
        let Some(remembered) = newest else {
            return Ok(None);
        };
        match self.chain.block_hash(remembered.number).await {
            Ok(found) if found != remembered.hash => Ok(Some(OtherHistory { remembered, found })),
            Ok(_) | Err(ChainError::NoBlock(_)) => Ok(None),
            Err(error) => {
                debug!(error = %chain_of(&error), "the chain's history could not be compared");
                Ok(None)
            }
        }
    }

    /// Closes what an earlier run left open on a chain that has begun anew since.
    pub(crate) async fn leave_other_history(&self) -> Result<(), StoreError> {
        let open = self.store.unfinished(self.hotkey).await?;
        if open.is_empty() && self.store.recent_entries(1).await?.is_empty() {
            return Ok(());
        }
        let Some(other) = self.other_history().await? else {
            return Ok(());
        };
        let OtherHistory { remembered, found } = other;
        warn!(
            block = %remembered.number, remembered = %remembered.hash, %found,
            "the chain has begun anew with the same genesis: nothing signed before can land"
        );
        self.journal.begin_anew();
        for entry in open {
            let birth = entry.attempt.birth;
            // What was signed on blocks that the new chain has as well is settled as always.
            if matches!(self.chain.block_hash(birth.number).await, Ok(hash) if hash == birth.hash) {
                continue;
            }
            let outcome = format!(
                "rejected: it was signed on a chain that has begun anew since: block {} was {} \
                 and is {found}",
                remembered.number, remembered.hash
            );
            self.store
                .conclude(entry.id, EntryState::Failed, &outcome)
                .await?;
        }
        Ok(())
    }
}
