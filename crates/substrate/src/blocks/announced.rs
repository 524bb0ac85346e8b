//! Heads as the node announces them, or as they are when it does not.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::BlockHash;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::link::{Busy, Failure, Question, Repeat, Subscription};
use crate::rpc::{Header, NOTHING};
use crate::substrate::Inner;

/// Before a node that answers with errors is asked again.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Which heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Finalized,
    Best,
}

/// Announcements of heads, on every connection anew, and polling where there are none.
///
/// A subscription that has fallen silent on a connection that lives is not believed: the head is
/// asked for now and then, and if it has moved the subscription is made anew.
pub(super) struct Announced {
    inner: Arc<Inner>,
    which: Which,
    heads: Heads,
    /// The last one seen, not to be fetched again.
    last: Option<BlockHash>,
    /// A follower wants the connection also while it waits.
    _busy: Busy,
}

enum Heads {
    /// Not subscribed on this connection yet.
    None,
    Subscribed(Subscription<Header>),
    /// The node has no such subscription.
    Polled,
}

impl Announced {
    pub(super) fn new(inner: Arc<Inner>, which: Which) -> Self {
        let _busy = inner.link.hold();
        Self {
            inner,
            which,
            heads: Heads::None,
            last: None,
            _busy,
        }
    }

    /// The next head; it may be one that has been told before, or an earlier one. The first is the
    /// one there is.
    ///
    /// # Errors
    /// Those that asking again does not help with.
    pub(super) async fn next(&mut self) -> Result<Header, ChainError> {
        let silence = self.inner.link.patience().heads;
        loop {
            let header = match &mut self.heads {
                Heads::None => {
                    self.subscribe().await?;
                    // Asked after subscribing, so that nothing falls between.
                    self.poll().await?
                }
                Heads::Polled => {
                    sleep(silence).await;
                    // Another connection may have what this one was said to lack; where it is the
                    // same one, that is known without asking.
                    self.heads = Heads::None;
                    None
                }
                Heads::Subscribed(heads) => match timeout(silence, heads.next()).await {
                    Ok(Some(Ok(header))) => Some(header),
                    Ok(Some(Err(error))) => {
                        return Err(ChainError::Decode {
                            item: self.which.question().method.to_owned(),
                            reason: error.to_string(),
                        });
                    }
                    Ok(None) => {
                        self.heads = Heads::None;
                        None
                    }
                    Err(_) => {
                        let moved = self.poll().await?;
                        if moved.is_some() {
                            debug!(which = ?self.which, "announcements have stopped, subscribing anew");
                            self.heads = Heads::None;
                        }
                        moved
                    }
                },
            };
            if let Some(header) = header {
                let block = header.block();
                self.last = Some(block.hash);
                self.inner.link.has_reached(block.number);
                if self.which == Which::Finalized {
                    self.inner.heads.note(block.number);
                }
                return Ok(header);
            }
        }
    }

    async fn subscribe(&mut self) -> Result<(), ChainError> {
        let link = &self.inner.link;
        let question = self.which.question();
        let unsubscribe = match self.which {
            Which::Finalized => "chain_unsubscribeFinalizedHeads",
            Which::Best => "chain_unsubscribeNewHeads",
        };
        let subscribed = link
            .subscribe(&question, NOTHING, unsubscribe, Repeat::Yes, None)
            .await;
        match subscribed {
            Ok(heads) => self.heads = Heads::Subscribed(heads),
            Err(Failure::Unserved) => self.heads = Heads::Polled,
            Err(failure) => {
                self.put_up_with(link.chain_error(&question, failure))
                    .await?
            }
        }
        Ok(())
    }

    /// The head there is now, unless it is known or cannot be asked for now.
    async fn poll(&self) -> Result<Option<Header>, ChainError> {
        let link = &self.inner.link;
        let head = async {
            match self.which {
                Which::Best => Some(link.best_header().await).transpose(),
                Which::Finalized => match link.finalized_head().await? {
                    known if Some(known) == self.last => Ok(None),
                    head => link.header(head).await.map(Some),
                },
            }
        };
        match head.await {
            Ok(head) => Ok(head.filter(|head| Some(head.block().hash) != self.last)),
            Err(error) => {
                self.put_up_with(error).await?;
                Ok(None)
            }
        }
    }

    /// Waits out what may pass; before the first head, nobody waits yet who would not rather know.
    async fn put_up_with(&self, error: ChainError) -> Result<(), ChainError> {
        if self.last.is_none() || !error.is_transient() {
            return Err(error);
        }
        debug!(%error, which = ?self.which, "no word of new heads");
        if matches!(error, ChainError::Node { .. }) {
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

impl Which {
    fn question(self) -> Question {
        match self {
            Self::Finalized => Question::new("chain_subscribeFinalizedHeads", "finalized blocks")
                .or(&["chain_subscribeFinalisedHeads"]),
            Self::Best => Question::new("chain_subscribeNewHeads", "best blocks").or(&[
                "chain_subscribeNewHead",
                "subscribe_newHead",
                "subscribe_newHeads",
            ]),
        }
    }
}
