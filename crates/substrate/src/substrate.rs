use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::{Block, BlockHash, BlockNumber};
use subxt::ext::jsonrpsee::rpc_params;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use crate::endpoint::{Endpoint, EndpointError};
use crate::link::{Link, Patience, Repeat};
use crate::metadata_cache::MetadataCache;
use crate::runtime::RuntimeVersion;
use crate::runtimes::Runtimes;

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
    connected_at: BlockHash,
    _listener: AbortOnDropHandle<()>,
}

/// Settings of a [`Substrate`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `connect` is called"]
pub struct SubstrateBuilder {
    endpoint: Endpoint,
    fallbacks: Vec<Endpoint>,
    patience: Patience,
    genesis: Option<BlockHash>,
    cache: Option<MetadataCache>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The text given is no endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The node could not be reached, or did not answer as a subtensor node does.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The node is one of another chain than the one asked for.
    #[error("`{endpoint}` serves the chain with genesis {found}, not {expected}")]
    OtherChain {
        /// Where it was asked, credentials left out.
        endpoint: String,
        /// The genesis asked for.
        expected: BlockHash,
        /// The node's.
        found: BlockHash,
    },
}

impl SubstrateBuilder {
    /// Which node; finney's public entrypoint unless set.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Another node to turn to while those named before it cannot be reached or fall silent; call
    /// again for more.
    ///
    /// Nodes of another chain than the first one connected to are never used. A node named earlier
    /// is returned to when it has rested, answers again and is not behind.
    pub fn fallback(mut self, endpoint: Endpoint) -> Self {
        self.fallbacks.push(endpoint);
        self
    }

    /// How long a node that failed is left alone while there is another; one minute unless set.
    pub fn rest(mut self, rest: Duration) -> Self {
        self.patience.rest = rest;
        self
    }

    /// The chain the node must be of, by its genesis hash; any unless set.
    pub fn genesis(mut self, genesis: BlockHash) -> Self {
        self.genesis = Some(genesis);
        self
    }

    /// How long one call of [`Chain`](axonry_chain::Chain) may take, whatever it takes to answer it
    /// and reconnecting included; 20 s unless set.
    pub fn call_deadline(mut self, deadline: Duration) -> Self {
        self.patience.call = deadline;
        self
    }

    /// How long one attempt to connect may take; 10 s unless set.
    pub fn connect_deadline(mut self, deadline: Duration) -> Self {
        self.patience.connect = deadline;
        self
    }

    /// How often the node is pinged, and after how much silence it is given up on; 10 s and 20 s
    /// unless set.
    pub fn pings(mut self, every: Duration, silence: Duration) -> Self {
        self.patience.ping = every;
        self.patience.silence = silence;
        self
    }

    /// How long the node may say nothing about a submitted extrinsic before the stream of its
    /// statuses ends; 3 minutes unless set, which is 15 blocks.
    pub fn status_deadline(mut self, deadline: Duration) -> Self {
        self.patience.status = deadline;
        self
    }

    /// A folder to keep runtimes' metadata in between runs, so that connecting downloads nothing
    /// that was there before; none unless set.
    ///
    /// It is made if it is not there, and may be shared by processes and chains: files are named by
    /// genesis and spec version, checked against the version inside, and 16 are kept.
    pub fn metadata_cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(MetadataCache::new(folder.into()));
        self
    }

    /// Connects, once, and reads the newest runtime.
    ///
    /// # Errors
    /// [`ConnectError`] when the node cannot be reached or is of the wrong chain. Nothing is tried
    /// twice here; a client that has connected keeps itself connected from then on.
    pub async fn connect(self) -> Result<Substrate, ConnectError> {
        let mut endpoints = vec![self.endpoint];
        endpoints.extend(self.fallbacks);
        let link = Arc::new(Link::open(endpoints, self.patience).await?);
        let (genesis, head) =
            tokio::try_join!(link.hash_of(BlockNumber(0)), link.finalized_head())?;
        if let Some(expected) = self.genesis.filter(|expected| *expected != genesis) {
            return Err(ConnectError::OtherChain {
                endpoint: link.endpoint().to_string(),
                expected,
                found: genesis,
            });
        }
        link.insist_on(genesis);
        let runtimes = Arc::new(Runtimes::new(genesis, self.cache));
        let listening = listen(Arc::clone(&link), Arc::clone(&runtimes));
        let listener = AbortOnDropHandle::new(tokio::spawn(listening));
        // Nothing has been announced yet, so the version is asked for.
        let reading = async {
            runtimes.confirm(&link, head, true).await?;
            runtimes.at(&link, head).await
        };
        reading.await?;
        Ok(Substrate {
            inner: Arc::new(Inner {
                link,
                runtimes,
                genesis,
                connected_at: head,
                _listener: listener,
            }),
        })
    }
}

impl Substrate {
    /// Starts from settings that work.
    pub fn builder() -> SubstrateBuilder {
        SubstrateBuilder {
            endpoint: Endpoint::finney(),
            fallbacks: Vec::new(),
            patience: Patience {
                connect: Duration::from_secs(10),
                call: Duration::from_secs(20),
                ping: Duration::from_secs(10),
                silence: Duration::from_secs(20),
                status: Duration::from_secs(180),
                rest: Duration::from_secs(60),
            },
            genesis: None,
            cache: None,
        }
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

    /// The newest finalized block, in two requests; a third asks for the runtime's version after a
    /// reconnect and around an upgrade.
    pub(crate) async fn newest(&self) -> Result<Block, ChainError> {
        let Inner { link, runtimes, .. } = &*self.inner;
        let hash = link.finalized_head().await?;
        let header = link.header(hash).await?;
        runtimes
            .confirm(link, hash, header.changes_runtime())
            .await?;
        Ok(Block {
            number: header.number(),
            hash,
        })
    }
}

/// Hears of runtime upgrades, on every connection anew.
async fn listen(link: Arc<Link>, runtimes: Arc<Runtimes>) {
    let mut connection = None;
    loop {
        connection = Some(link.connection_after(connection).await);
        let announcements = link.subscribe::<RuntimeVersion>(
            "state_subscribeRuntimeVersion",
            rpc_params![],
            "state_unsubscribeRuntimeVersion",
            Repeat::No,
        );
        match announcements.await {
            // Without announcements every head's version is asked for, which works as well.
            Err(failure) => debug!(?failure, "runtime upgrades are not announced"),
            Ok(mut announcements) => {
                while let Some(Ok(version)) = announcements.next().await {
                    runtimes.announce(Some(version));
                }
            }
        }
        runtimes.announce(None);
    }
}
