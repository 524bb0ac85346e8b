//! Finalized blocks, each once and in order.

use std::ops::Range;
use std::sync::Arc;

use axonry_chain::{BlockStream, ChainError};
use axonry_core::{Block, BlockNumber};
use futures_util::stream;
use subxt::ext::jsonrpsee::core::client::Subscription;
use subxt::ext::jsonrpsee::rpc_params;
use tracing::debug;

use crate::link::{Question, Repeat};
use crate::rpc::Header;
use crate::substrate::Inner;

const SUBSCRIBE: &str = "chain_subscribeFinalizedHeads";
const UNSUBSCRIBE: &str = "chain_unsubscribeFinalizedHeads";

/// A follower of finality.
///
/// Nodes announce finality in leaps, and of each only the last block: those in between are fetched
/// by number.
struct Follower {
    inner: Arc<Inner>,
    heads: Subscription<Header>,
    /// Heights announced but not told yet, to be fetched.
    gap: Range<u64>,
    /// The block that ends the gap.
    announced: Option<Block>,
    /// The highest block told or about to be.
    last: BlockNumber,
    ended: bool,
}

/// Follows finality from the next finalized block on.
pub(crate) async fn follow(inner: Arc<Inner>) -> Result<BlockStream, ChainError> {
    let heads = inner
        .link
        .subscribe(SUBSCRIBE, rpc_params![], UNSUBSCRIBE, Repeat::Yes)
        .await
        .map_err(|failure| inner.link.chain_error(&question(), failure))?;
    // Asked after subscribing, so that nothing falls between. Nodes begin by announcing the block
    // that is finalized already; the number tells it from the next one.
    let head = inner.link.finalized_head().await?;
    let last = inner.link.header(head).await?.number();
    let follower = Follower {
        inner,
        heads,
        gap: 0..0,
        announced: None,
        last,
        ended: false,
    };
    Ok(Box::pin(stream::unfold(follower, |mut follower| async {
        if follower.ended {
            return None;
        }
        let next = follower.next().await;
        follower.ended = next.is_err();
        Some((next, follower))
    })))
}

impl Follower {
    async fn next(&mut self) -> Result<Block, ChainError> {
        loop {
            if let Some(number) = self.gap.next().map(BlockNumber) {
                let hash = self.inner.link.hash_of(number).await?;
                return Ok(Block { number, hash });
            }
            if let Some(block) = self.announced.take() {
                return Ok(block);
            }
            let header = match self.heads.next().await {
                Some(Ok(header)) => header,
                Some(Err(error)) => {
                    return Err(ChainError::Decode {
                        item: SUBSCRIBE.to_owned(),
                        reason: error.to_string(),
                    });
                }
                None => {
                    return Err(ChainError::Unavailable {
                        endpoint: self.inner.link.endpoint().to_string(),
                        what: question().what.into_owned(),
                        source: "the subscription ended".into(),
                    });
                }
            };
            let block = header.block();
            if block.number <= self.last {
                continue;
            }
            self.gap = self.last.0 + 1..block.number.0;
            if !self.gap.is_empty() {
                debug!(from = self.gap.start, to = block.number.0, "finality leapt");
            }
            self.inner
                .runtimes
                .note(block.hash, header.changes_runtime());
            self.last = block.number;
            self.announced = Some(block);
        }
    }
}

fn question() -> Question {
    Question::new(SUBSCRIBE, "finalized blocks")
}
