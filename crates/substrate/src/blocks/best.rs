//! The tip of the chain as it grows and as it changes its mind.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axonry_chain::ChainError;
use axonry_core::{Block, BlockNumber};
use futures_util::{Stream, stream};
use tracing::debug;

use super::announced::{Announced, Which};
use crate::rpc::Header;
use crate::substrate::Inner;

/// Blocks of the chain that are remembered, and the deepest reorganisation that is traced.
///
/// Finality is at most a few blocks behind on this chain, and a chain does not go back behind it.
const REMEMBERED: usize = 256;

/// What has become of the best chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BestBlock {
    /// One block was put on top of the last.
    Extended(Block),
    /// The chain went back and took another way.
    ///
    /// The blocks after `common` up to `from` are no longer in the chain, those after it up to `to`
    /// are now.
    Reorged {
        /// The tip that was left.
        from: Block,
        /// The tip it is now.
        to: Block,
        /// The last block that both have.
        common: Block,
    },
    /// So much has happened unseen that nothing is known of what lies between.
    Leapt {
        /// The last tip seen.
        from: Block,
        /// The tip it is now.
        to: Block,
    },
}

/// The best chain's changes, from the tip there was at the start; ends with its first error.
///
/// It goes on through lost connections, and what happened meanwhile is told in one event.
pub struct BestBlocks(Pin<Box<dyn Stream<Item = Result<BestBlock, ChainError>> + Send>>);

struct Follower {
    inner: Arc<Inner>,
    heads: Announced,
    /// The end of the best chain, the tip last; never empty.
    chain: VecDeque<Block>,
    /// To be told.
    events: VecDeque<BestBlock>,
    ended: bool,
}

pub(crate) async fn follow(inner: Arc<Inner>) -> Result<BestBlocks, ChainError> {
    let mut heads = Announced::new(Arc::clone(&inner), Which::Best);
    let tip = heads.next().await?.block();
    let follower = Follower {
        inner,
        heads,
        chain: VecDeque::from([tip]),
        events: VecDeque::new(),
        ended: false,
    };
    let events = stream::unfold(follower, |mut follower| async {
        if follower.ended {
            return None;
        }
        let next = follower.next().await;
        follower.ended = next.is_err();
        Some((next, follower))
    });
    Ok(BestBlocks(Box::pin(events)))
}

impl Follower {
    async fn next(&mut self) -> Result<BestBlock, ChainError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let header = self.heads.next().await?;
            if self
                .place_of(header.block())
                .is_some_and(|place| place + 1 == self.chain.len())
            {
                continue;
            }
            match self.trace(&header).await {
                Ok((common, new)) => self.take_up(common, new),
                // It was given up again before it could be looked at; another will be announced.
                Err(error @ (ChainError::NoState(_) | ChainError::NoBlock(_))) => {
                    debug!(%error, "a best block cannot be traced");
                }
                Err(error) if error.is_transient() => {
                    debug!(%error, "a best block cannot be traced")
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The blocks that are new, oldest first, and the place of the one they follow; no place when
    /// it lies too far back.
    async fn trace(&self, header: &Header) -> Result<(Option<usize>, VecDeque<Block>), ChainError> {
        let mut block = header.block();
        let mut parent = header.parent();
        let mut new = VecDeque::new();
        loop {
            if let Some(place) = self.place_of(block) {
                return Ok((Some(place), new));
            }
            new.push_front(block);
            let Some(number) = block.number.0.checked_sub(1) else {
                return Ok((None, new));
            };
            block = Block {
                number: BlockNumber(number),
                hash: parent,
            };
            if self.place_of(block).is_none() {
                if new.len() == REMEMBERED {
                    return Ok((None, new));
                }
                parent = self.inner.link.header(block.hash).await?.parent();
            }
        }
    }

    fn place_of(&self, block: Block) -> Option<usize> {
        self.chain.iter().rposition(|known| *known == block)
    }

    fn take_up(&mut self, common: Option<usize>, new: VecDeque<Block>) {
        let from = *self.chain.back().expect("it is never empty");
        let Some(common) = common else {
            let to = *new.back().expect("a way back that was not found has steps");
            self.events.push_back(BestBlock::Leapt { from, to });
            self.chain = new;
            return;
        };
        let is_tip = common + 1 == self.chain.len();
        let common_block = self.chain[common];
        self.chain.truncate(common + 1);
        if is_tip {
            self.events
                .extend(new.iter().copied().map(BestBlock::Extended));
        } else {
            self.events.push_back(BestBlock::Reorged {
                from,
                to: new.back().copied().unwrap_or(common_block),
                common: common_block,
            });
        }
        self.chain.extend(new);
        let surplus = self.chain.len().saturating_sub(REMEMBERED);
        self.chain.drain(..surplus);
    }
}

impl Stream for BestBlocks {
    type Item = Result<BestBlock, ChainError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for BestBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BestBlocks")
    }
}
