//! The dev network as a whole: what runs, where it listens, how it stops.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::{Hotkey, NetUid, Uid};
use axonry_wallet::Keypair;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{ConfigError, DevnetConfig, Sealing};
use crate::door::Door;
use crate::faults::DoorFault;
use crate::metadata::MetadataError;
use crate::mirror::{Mirror, MirrorConfig, MirrorError, Traffic};
use crate::node::{Node, block_time};
use crate::presented::{Presented, PresentedError};
use crate::{DevChain, sources};

/// A running dev network. Dropping it stops everything it started.
#[derive(Debug)]
pub struct Devnet {
    /// Where the chain's websocket listens: `ws://127.0.0.1:…`.
    pub ws_url: String,
    /// Where the mirror listens, which answers for GitHub as well: `http://127.0.0.1:…`.
    pub mirror_url: String,
    /// The subnet.
    pub netuid: NetUid,
    /// The neurons' hotkeys.
    pub hotkeys: BTreeMap<Uid, Hotkey>,
    /// What hotkeys are made from, where that is known.
    uris: BTreeMap<Uid, String>,
    chain: DevChain,
    node: Arc<Node>,
    door: Door,
    seed: u64,
    mirror: Option<Mirror>,
    registry: Value,
    accounts: Value,
    now: Timestamp,
    source: String,
    block_time: Duration,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Why there is no dev network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevnetError {
    /// The configuration is impossible.
    #[error("the configuration of the dev network is wrong")]
    Config(#[from] ConfigError),
    /// The metadata to present cannot be.
    #[error("the metadata cannot be presented")]
    Metadata(#[from] MetadataError),
    /// The genesis state does not fit the presented runtime.
    #[error("the subnet does not fit the presented runtime")]
    Genesis(#[from] PresentedError),
    /// The mirror could not be started.
    #[error("the mirror cannot be started")]
    Mirror(#[from] MirrorError),
    /// The port could not be had.
    #[error("the chain cannot listen on port {port}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

impl Devnet {
    /// Starts a dev network; it is ready when this returns.
    ///
    /// # Errors
    /// [`DevnetError`] when the configuration is impossible or a port cannot be had.
    pub async fn spawn(config: DevnetConfig) -> Result<Self, DevnetError> {
        config.check()?;
        let presented = match &config.metadata {
            None => Presented::own(),
            Some(blob) => Presented::from_blob(blob)?,
        };
        let node = Arc::new(Node::new(presented, &config)?);
        let door = open(&node, config.ws_port, config.seed, config.faults.clone()).await?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        if let Sealing::Interval(pause) = config.sealing {
            tasks.spawn(
                stop.clone()
                    .run_until_cancelled_owned(seal_every(Arc::clone(&node), pause)),
            );
        }
        tasks.close();
        let (data, source) = sources::data(&config).await;
        let listen = (Ipv4Addr::LOCALHOST, config.mirror_port).into();
        let serving = MirrorConfig::new(data).listen(listen);
        let mirror = Mirror::spawn(serving.edge(config.mirror_edge.clone())).await?;
        let hotkeys = config.neurons.iter().map(|one| (one.uid, one.hotkey));
        let uris = config
            .neurons
            .iter()
            .filter_map(|one| Some((one.uid, one.uri.clone()?)));
        Ok(Self {
            ws_url: door.url().to_owned(),
            mirror_url: mirror.url(),
            netuid: config.netuid,
            hotkeys: hotkeys.collect(),
            uris: uris.collect(),
            chain: DevChain::new(Arc::clone(&node)),
            node,
            door,
            seed: config.seed,
            registry: mirror.registry(),
            now: mirror.data().now(),
            mirror: Some(mirror),
            accounts: sources::accounts(&config),
            source,
            block_time: block_time(config.sealing),
            stop,
            tasks,
        })
    }

    /// The chain, without the detour over the websocket.
    pub const fn chain(&self) -> &DevChain {
        &self.chain
    }

    /// The door at [`Devnet::ws_url`], and what goes wrong there.
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// Opens another door to the same chain, on any port that is free, with faults of its own.
    ///
    /// # Errors
    /// [`DevnetError::Listen`] when no port can be had.
    pub async fn open_door(&self) -> Result<Door, DevnetError> {
        open(&self.node, 0, self.seed, Vec::new()).await
    }

    /// The mirror's repositories, in the form of upstream's `master_repositories.json`.
    pub const fn registry(&self) -> &Value {
        &self.registry
    }

    /// The key of a neuron that is made from a well-known text, to act for it.
    pub fn key(&self, uid: Uid) -> Option<Keypair> {
        let pair = Keypair::from_uri(self.uris.get(&uid)?).ok()?;
        (self.hotkeys.get(&uid) == Some(&pair.hotkey())).then_some(pair)
    }

    /// Which hotkey has which token of the mirror, in the form of upstream's `miner_pats.json`.
    pub const fn tokens(&self) -> &Value {
        &self.accounts
    }

    /// The moment at which the mirror's time stands. Who judges by it gets the same scores on every
    /// day.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// What made-up data is derived from.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// How long a block takes; where blocks come on demand, as long as on the real chain.
    pub const fn block_time(&self) -> Duration {
        self.block_time
    }

    /// Where the mirror's pull requests come from, in words.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the mirror has seen of its clients so far; nothing once it has been stopped.
    pub fn traffic(&self) -> Option<Traffic> {
        self.mirror.as_ref().map(Mirror::traffic)
    }

    /// Stops the mirror alone: from here on, nobody answers at its address.
    pub async fn stop_mirror(&mut self) {
        if let Some(mirror) = self.mirror.take() {
            mirror.shutdown().await;
        }
    }

    /// Stops everything and waits until it has stopped.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.stop_mirror().await;
        self.door.close().await;
        self.tasks.wait().await;
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn open(
    node: &Arc<Node>,
    port: u16,
    seed: u64,
    faults: Vec<DoorFault>,
) -> Result<Door, DevnetError> {
    let door = Door::open(Arc::clone(node), port, seed, faults).await;
    door.map_err(|source| DevnetError::Listen { port, source })
}

async fn seal_every(node: Arc<Node>, pause: Duration) {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is at once, and the genesis block is there already.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(error) = node.seal() {
            tracing::error!(%error, "no block could be made, the chain stands still");
            return;
        }
    }
}
