//! Finalized blocks, each once and in order.

mod announced;
mod best;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use axonry_chain::{BlockStream, ChainError};
use axonry_core::{Block, BlockNumber};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;
use tracing::debug;

use crate::substrate::Inner;
use announced::{Announced, PAUSE, Which};

pub(crate) use best::follow as follow_best;
pub use best::{BestBlock, BestBlocks};

/// Hashes asked for at once when there is a gap.
const FETCHED_AT_ONCE: u64 = 32;

/// A follower of finality.
///
/// Nodes announce finality in leaps, and of each only the last block: those in between are fetched
/// by number, as are those that were finalized while there was no connection.
struct Follower {
    inner: Arc<Inner>,
    heads: Announced,
    /// Fetched but not told yet.
    fetched: VecDeque<Block>,
    /// Heights announced but not fetched yet.
    gap: Range<u64>,
    /// The block that ends the gap.
    announced: Option<Block>,
    /// The highest block told or about to be.
    last: BlockNumber,
    ended: bool,
}

/// Follows finality from the next finalized block on, through any number of connections.
pub(crate) async fn follow(inner: Arc<Inner>) -> Result<BlockStream, ChainError> {
    let mut heads = Announced::new(Arc::clone(&inner), Which::Finalized);
    let last = heads.next().await?.number();
    Ok(stream_of(inner, heads, last))
}

/// Follows finality from the block after `last`, or from the next one where `last` is 0.
pub(crate) fn follow_after(inner: Arc<Inner>, last: BlockNumber) -> BlockStream {
    if last == BlockNumber(0) {
        let following = stream::once(follow(inner)).map(|outcome| match outcome {
            Ok(blocks) => blocks,
            Err(error) => stream::iter([Err(error)]).boxed(),
        });
        return following.flatten().boxed();
    }
    let heads = Announced::new(Arc::clone(&inner), Which::Finalized);
    stream_of(inner, heads, last)
}

fn stream_of(inner: Arc<Inner>, heads: Announced, last: BlockNumber) -> BlockStream {
    let follower = Follower {
        inner,
        heads,
        fetched: VecDeque::new(),
        gap: 0..0,
        announced: None,
        last,
        ended: false,
    };
    let blocks = stream::unfold(follower, |mut follower| async {
        if follower.ended {
            return None;
        }
        let next = follower.next().await;
        follower.ended = next.is_err();
        Some((next, follower))
    });
    blocks.boxed()
}

impl Follower {
    async fn next(&mut self) -> Result<Block, ChainError> {
        loop {
            if let Some(block) = self.fetched.pop_front() {
                return Ok(block);
            }
            if !self.gap.is_empty() {
                self.fetch().await?;
                continue;
            }
            if let Some(block) = self.announced.take() {
                return Ok(block);
            }
            let header = self.heads.next().await?;
            let block = header.block();
            if block.number <= self.last {
                continue;
            }
            self.gap = self.last.0 + 1..block.number.0;
            if !self.gap.is_empty() {
                debug!(from = self.gap.start, to = block.number.0, "finality leapt");
            }
            let Inner { runtimes, .. } = &*self.inner;
            runtimes.note(block.hash, header.changes_runtime());
            self.last = block.number;
            self.announced = Some(block);
        }
    }

    /// Fetches the next blocks of the gap; nothing when the node cannot be asked now.
    async fn fetch(&mut self) -> Result<(), ChainError> {
        let end = self.gap.end.min(self.gap.start + FETCHED_AT_ONCE);
        let blocks = (self.gap.start..end).map(BlockNumber).map(async |number| {
            let hash = self.inner.link.hash_of(number).await?;
            Ok::<_, ChainError>(Block { number, hash })
        });
        match try_join_all(blocks).await {
            Ok(blocks) => {
                self.fetched.extend(blocks);
                self.gap.start = end;
            }
            // After a change of endpoints the next one may not have them yet.
            Err(error) if error.is_transient() || matches!(error, ChainError::NoBlock(_)) => {
                debug!(%error, "cannot fill the gap yet");
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
