mod builder;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::{Block, BlockHash, BlockNumber};
use tokio_util::task::AbortOnDropHandle;

use crate::blocks::{self, BestBlocks};
use crate::endpoint::Endpoint;
use crate::heads::Heads;
use crate::link::Link;
use crate::runtimes::Runtimes;

pub use builder::{ConnectError, SubstrateBuilder};

/// A client of one substrate node: one websocket, one cache of runtimes.
///
/// Clones are cheap and share both, so make one per process and hand out clones; any number of
/// calls can be in flight at once. When the connection breaks, the client connects again by itself,
/// and reads that were in flight are asked again. The last clone to be dropped closes it.
#[derive(Clone, Debug)]
pub struct Substrate {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) link: Arc<Link>,
    pub(crate) runtimes: Arc<Runtimes>,
    pub(crate) genesis: BlockHash,
    pub(crate) heads: Heads,
    /// Whether extrinsics go to every endpoint.
    pub(crate) broadcast: bool,
    connected_at: BlockHash,
    listener: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// One of a client's endpoints, and what is known of it from talking to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EndpointHealth {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Whether it is the one in use, or the last that was.
    pub in_use: bool,
    /// Whether it has failed a short while ago and is left alone.
    pub resting: bool,
    /// How long its answers take, smoothed.
    pub latency: Option<Duration>,
    /// The highest block it is known to have.
    pub head: Option<BlockNumber>,
}

impl Substrate {
    /// Starts from settings that work.
    pub fn builder() -> SubstrateBuilder {
        SubstrateBuilder::new()
    }

    /// Connects to a node by URL, or to a network by name (`finney`, `test`, `local`).
    ///
    /// # Errors
    /// As [`SubstrateBuilder::connect`], and for a text that is no endpoint.
    pub async fn connect(endpoint: &str) -> Result<Self, ConnectError> {
        Self::builder().endpoint(endpoint.parse()?).connect().await
    }

    /// The node it is connected to, or was last.
    pub fn endpoint(&self) -> &Endpoint {
        self.inner.link.endpoint()
    }

    /// The finalized head at the time of connecting.
    ///
    /// Its runtime is known, so that a first value can be read at it without asking for a block
    /// first; it is not followed.
    pub fn connected_at(&self) -> BlockHash {
        self.inner.connected_at
    }

    /// How many requests have been made since the start, subscriptions and repeats counted.
    pub fn requests(&self) -> u64 {
        self.requests_by_method().values().sum()
    }

    /// The requests made since the start, by method.
    pub fn requests_by_method(&self) -> BTreeMap<&'static str, u64> {
        self.inner.link.requests()
    }

    /// The endpoints in order of preference, and how each of them does.
    pub fn endpoints(&self) -> Vec<EndpointHealth> {
        let link = &self.inner.link;
        let in_use = link.endpoint();
        let endpoints = link
            .endpoints()
            .map(|(endpoint, health, rested)| EndpointHealth {
                endpoint: endpoint.clone(),
                in_use: endpoint == in_use,
                resting: !rested,
                latency: health.latency(),
                head: health.head(),
            });
        endpoints.collect()
    }

    /// Why there is no connection, while it is lost and not made again yet.
    ///
    /// One that was closed because nobody asked is not lost.
    pub fn outage(&self) -> Option<String> {
        let reason = self.inner.link.why_down()?;
        Some(reason.to_string())
    }

    /// The best chain's changes from now on: blocks put on top, and reorganisations.
    ///
    /// Best blocks come a few seconds before they are finalized and may yet be given up; nothing
    /// that must last is to be read at one.
    ///
    /// # Errors
    /// When there is no connection; the stream itself goes on through lost ones.
    pub async fn best_blocks(&self) -> Result<BestBlocks, ChainError> {
        let following = blocks::follow_best(Arc::clone(&self.inner));
        let Inner { link, .. } = &*self.inner;
        link.within_one_deadline("best blocks", following).await
    }

    /// Closes the connection for good, for all clones.
    ///
    /// Calls under way and later ones end with [`ChainError::Closed`]. When this returns, neither a
    /// task nor a socket of the client is left. Dropping the last clone does the same without
    /// waiting.
    pub async fn close(&self) {
        let Inner { link, listener, .. } = &*self.inner;
        link.close().await;
        let listener = listener
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(listener) = listener {
            listener.abort();
            // It was cancelled, which is all it can say.
            let _ = listener.await;
        }
    }

    /// The newest finalized block, in two requests however many ask at once; a third asks for the
    /// runtime's version after a reconnect and around an upgrade.
    pub(crate) async fn newest(&self) -> Result<Block, ChainError> {
        let Inner {
            link,
            runtimes,
            heads,
            ..
        } = &*self.inner;
        let asking = async {
            let hash = link.finalized_head().await?;
            let header = link.header(hash).await?;
            let changes_runtime = header.changes_runtime();
            runtimes.confirm(link, hash, changes_runtime).await?;
            link.has_reached(header.number());
            Ok(Block {
                number: header.number(),
                hash,
            })
        };
        heads.newest(asking).await
    }
}
