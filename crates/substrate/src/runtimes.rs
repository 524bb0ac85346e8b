//! Which runtime a block has, and the runtimes seen so far.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axonry_chain::ChainError;
use axonry_core::BlockHash;
use tokio::sync::OnceCell;
use tracing::{debug, info};

use crate::link::{Link, Question, Repeat};
use crate::metadata_cache::MetadataCache;
use crate::rpc::NOTHING;
use crate::runtime::{Runtime, RuntimeVersion};

/// Runtimes kept: around an upgrade two are in use, reading history takes a few more.
const RUNTIMES_KEPT: usize = 8;

/// Blocks whose version is kept: an epoch's worth and more.
const BLOCKS_KEPT: usize = 4096;

/// The runtimes of one chain, by block, with their metadata downloaded once each.
///
/// A block's version is known without asking the node as long as the node, which announces changes
/// by itself, has announced none since the version of a finalized head was last asked for.
#[derive(Debug)]
pub(crate) struct Runtimes {
    genesis: BlockHash,
    cache: Option<MetadataCache>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What the node last announced on this connection for its best block.
    announced: Option<RuntimeVersion>,
    /// The version of the newest finalized block that was asked about.
    confirmed: Option<RuntimeVersion>,
    blocks: HashMap<BlockHash, Version>,
    /// The keys of `blocks`, oldest first.
    order: VecDeque<BlockHash>,
    /// By spec version.
    runtimes: BTreeMap<u32, Arc<OnceCell<Arc<Runtime>>>>,
}

/// The version of one block.
#[derive(Clone, Copy, Debug)]
struct Version {
    version: RuntimeVersion,
    /// Whether the node was asked about this very block.
    asked: bool,
}

impl Known {
    fn insert(&mut self, block: BlockHash, version: Version) {
        if self.blocks.insert(block, version).is_none() {
            self.order.push_back(block);
        }
        if self.order.len() > BLOCKS_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.blocks.remove(&oldest);
        }
    }

    fn cell(&mut self, spec: u32) -> Arc<OnceCell<Arc<Runtime>>> {
        if self.runtimes.len() >= RUNTIMES_KEPT && !self.runtimes.contains_key(&spec) {
            // The oldest version is the one least likely to be asked for again.
            self.runtimes.pop_first();
        }
        Arc::clone(self.runtimes.entry(spec).or_default())
    }
}

impl Runtimes {
    pub(crate) fn new(genesis: BlockHash, cache: Option<MetadataCache>) -> Self {
        Self {
            genesis,
            cache,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what the node announces, or that it can no longer be heard.
    pub(crate) fn announce(&self, version: Option<RuntimeVersion>) {
        self.known().announced = version;
    }

    /// Takes note of a finalized block's version if it is known; says whether it is.
    pub(crate) fn note(&self, block: BlockHash, changes_runtime: bool) -> bool {
        let mut known = self.known();
        if known.blocks.contains_key(&block) {
            return true;
        }
        match known.announced {
            Some(version) if known.confirmed == Some(version) && !changes_runtime => {
                let asked = false;
                known.insert(block, Version { version, asked });
                true
            }
            _ => false,
        }
    }

    /// Takes note of the newest finalized block's version, asking for it if it is not known.
    pub(crate) async fn confirm(
        &self,
        link: &Link,
        head: BlockHash,
        changes_runtime: bool,
    ) -> Result<(), ChainError> {
        if !self.note(head, changes_runtime) {
            let version = self.ask(link, head).await?;
            self.known().confirmed = Some(version);
        }
        Ok(())
    }

    async fn ask(&self, link: &Link, block: BlockHash) -> Result<RuntimeVersion, ChainError> {
        let version = link.runtime_version(block).await?;
        let asked = true;
        self.known().insert(block, Version { version, asked });
        Ok(version)
    }

    /// The runtime in force at a block.
    pub(crate) async fn at(
        &self,
        link: &Link,
        block: BlockHash,
    ) -> Result<Arc<Runtime>, ChainError> {
        let known = self.known().blocks.get(&block).copied();
        let version = match known {
            Some(known) => known.version,
            None => self.ask(link, block).await?,
        };
        self.runtime(link, version, block).await
    }

    /// The runtime in force at a block, after asking the node about this very block.
    pub(crate) async fn certainly_at(
        &self,
        link: &Link,
        block: BlockHash,
    ) -> Result<Arc<Runtime>, ChainError> {
        let known = self.known().blocks.get(&block).copied();
        let version = match known {
            Some(Version { version, asked }) if asked => version,
            _ => self.ask(link, block).await?,
        };
        self.runtime(link, version, block).await
    }

    async fn runtime(
        &self,
        link: &Link,
        version: RuntimeVersion,
        at: BlockHash,
    ) -> Result<Arc<Runtime>, ChainError> {
        let cell = self.known().cell(version.spec);
        let runtime = cell
            .get_or_try_init(|| async {
                if let Some(cache) = &self.cache
                    && let Some(runtime) = cache.load(self.genesis, version).await
                {
                    info!(spec = version.spec, "runtime metadata read from disk");
                    return Ok(Arc::new(runtime));
                }
                let bytes = link.metadata(at).await?;
                let runtime = Runtime::decode(&bytes, self.genesis)?;
                if runtime.version() != version {
                    return Err(ChainError::Decode {
                        item: "the runtime's metadata".to_owned(),
                        reason: format!(
                            "the node says {version:?}, its metadata {:?}",
                            runtime.version()
                        ),
                    });
                }
                info!(
                    spec = version.spec,
                    bytes = bytes.len(),
                    "runtime metadata read"
                );
                if let Some(cache) = &self.cache {
                    cache.keep(self.genesis, version, bytes).await;
                }
                Ok(Arc::new(runtime))
            })
            .await?;
        Ok(Arc::clone(runtime))
    }
}

/// Hears of runtime upgrades, on every connection anew, until the link is closed.
///
/// It does not keep the connection from being idle: where nobody asks, no runtime matters.
pub(crate) async fn listen(link: Arc<Link>, runtimes: Arc<Runtimes>) {
    let question = Question::new("state_subscribeRuntimeVersion", "runtime upgrades")
        .or(&["chain_subscribeRuntimeVersion"]);
    let unsubscribe = "state_unsubscribeRuntimeVersion";
    let mut connection = None;
    loop {
        connection = link.next_connection(connection).await;
        if connection.is_none() {
            return;
        }
        let announcements = link
            .subscribe::<RuntimeVersion>(&question, NOTHING, unsubscribe, Repeat::No, None)
            .await;
        match announcements {
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
