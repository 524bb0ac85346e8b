use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::{BlockHash, BlockNumber};
use tokio_util::task::AbortOnDropHandle;

use super::{Inner, Substrate};
use crate::endpoint::{Endpoint, EndpointError};
use crate::heads::Heads;
use crate::link::{Budget, Link, Patience};
use crate::metadata_cache::MetadataCache;
use crate::runtimes::{self, Runtimes};

/// Settings of a [`Substrate`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `connect` is called"]
pub struct SubstrateBuilder {
    endpoint: Endpoint,
    fallbacks: Vec<Endpoint>,
    patience: Patience,
    genesis: Option<BlockHash>,
    cache: Option<MetadataCache>,
    archive: Option<Endpoint>,
    connect_within: Option<Duration>,
    broadcast: bool,
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
    pub(super) fn new() -> Self {
        Self {
            endpoint: Endpoint::finney(),
            fallbacks: Vec::new(),
            patience: Patience {
                connect: Duration::from_secs(10),
                call: Duration::from_secs(20),
                ping: Duration::from_secs(10),
                silence: Duration::from_secs(20),
                status: Duration::from_secs(180),
                rest: Duration::from_secs(60),
                heads: Duration::from_secs(15),
                idle_after: Some(Duration::from_secs(10)),
                largest_message: 32 * 1024 * 1024,
                attempts: Budget::default(),
            },
            genesis: None,
            cache: None,
            archive: None,
            connect_within: None,
            broadcast: false,
        }
    }

    /// Which node; finney's public entrypoint unless set.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Another node to turn to while those named before it cannot be reached or fall silent; call
    /// again for more.
    ///
    /// Nodes of another chain than the first one connected to are never used. Where there is
    /// another, it is looked at each [`rest`](Self::rest): a node named earlier is returned to when
    /// it has rested, answers again and is not behind; one that has fallen more than 10 blocks
    /// behind is left.
    pub fn fallback(mut self, endpoint: Endpoint) -> Self {
        self.fallbacks.push(endpoint);
        self
    }

    /// A node that keeps the state of all blocks, for reads at blocks whose state the others have
    /// dropped; none unless set.
    ///
    /// It is connected to when it is first needed, and each such block is asked for in vain once.
    pub fn archive(mut self, endpoint: Endpoint) -> Self {
        self.archive = Some(endpoint);
        self
    }

    /// Whether extrinsics are handed to every healthy endpoint, the one in use first; to that one
    /// only unless set.
    ///
    /// A pool knows an extrinsic by its hash, so that it takes effect once all the same. What
    /// becomes of it is unknown only if none of them answers.
    pub fn broadcast(mut self, broadcast: bool) -> Self {
        self.broadcast = broadcast;
        self
    }

    /// How long a node that failed is left alone while there is another; one minute unless set,
    /// doubling up to 16 times that while it goes on failing.
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

    /// How long connecting for the first time may take in all, trying again and again with pauses;
    /// each endpoint is tried once unless set.
    pub fn connect_within(mut self, time: Duration) -> Self {
        self.connect_within = Some(time);
        self
    }

    /// How many attempts to connect again there may be in any minute, of which there is at least
    /// one, and what the pause before the first is at most; 6 and 250 ms unless set.
    ///
    /// Pauses are drawn evenly from nothing up to that length, which doubles with each failure.
    pub fn attempts(mut self, per_minute: usize, first_pause: Duration) -> Self {
        self.patience.attempts.per_minute = per_minute;
        self.patience.attempts.first = first_pause;
        self
    }

    /// After how long without a call or a subscription the connection is closed, to be opened again
    /// by the next call; 10 s unless set, and never for `None`.
    pub fn idle_after(mut self, idle: Option<Duration>) -> Self {
        self.patience.idle_after = idle;
        self
    }

    /// After how long without an announcement a follower of blocks asks for the head itself, and how
    /// often it does from then on; 15 s unless set, which is little more than a block.
    pub fn silence_of_heads(mut self, silence: Duration) -> Self {
        self.patience.heads = silence;
        self
    }

    /// The largest message the node may send, in bytes; 32 MiB unless set, where metadata of a large
    /// runtime is about one.
    ///
    /// A larger one is not read, and the connection is replaced.
    pub fn largest_message(mut self, bytes: usize) -> Self {
        self.patience.largest_message = bytes;
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

    /// Connects and reads the newest runtime.
    ///
    /// # Errors
    /// [`ConnectError`] when the node cannot be reached or is of the wrong chain. Nothing is tried
    /// twice here unless [`connect_within`](Self::connect_within) is set; a client that has
    /// connected keeps itself connected from then on.
    pub async fn connect(self) -> Result<Substrate, ConnectError> {
        let mut endpoints = vec![self.endpoint];
        endpoints.extend(self.fallbacks);
        let opening = Link::open(endpoints, self.archive, self.patience, self.connect_within);
        let link = Arc::new(opening.await?);
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
        let listening = runtimes::listen(Arc::clone(&link), Arc::clone(&runtimes));
        let listener = AbortOnDropHandle::new(tokio::spawn(listening));
        let reading = async {
            // Nothing has been announced yet, so the version is asked for.
            runtimes.confirm(&link, head, true).await?;
            runtimes.at(&link, head).await
        };
        // Reads are gathered if the node can; whether it can is found out while waiting anyway.
        let (runtime, ()) = tokio::join!(reading, link.probe_reads(head));
        runtime?;
        Ok(Substrate {
            inner: Arc::new(Inner {
                link,
                runtimes,
                genesis,
                heads: Heads::default(),
                broadcast: self.broadcast,
                connected_at: head,
                listener: Mutex::new(Some(listener)),
            }),
        })
    }
}
