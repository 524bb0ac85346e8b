//! A subnet's chain and this validator's state, opened in the order in which they can fail.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_chain::Chain;
use axonry_core::NetUid;
use axonry_devnet::Devnet;
use axonry_forecast::farm::Farm;
use axonry_neuron::{Weigher, WeigherSettings};
use axonry_store::Store;
use axonry_substrate::{Endpoint, Substrate};
use axonry_wallet::Keypair;
use axonry_weights::HotkeyLock;
use tracing::{debug, info};

use crate::network::Network;
use crate::settings::SubnetSettings;
use crate::state::{Purpose, State};
use crate::{embedded, signer};

/// How long closing may take after a stop; together with the stop itself it stays below 10 s.
const GRACE: Duration = Duration::from_secs(5);

/// What every command that deals with weights stands on.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) chain: Substrate,
    pub(crate) store: Store,
    pub(crate) state: State,
    pub(crate) key: Arc<Keypair>,
    pub(crate) netuid: NetUid,
    pub(crate) devnet: Option<Devnet>,
    /// The devnet's miners, where they serve.
    farm: Option<Farm>,
    /// Held as long as this process may sign.
    _lock: Option<HotkeyLock>,
}

/// What is known without asking anybody: whose key it is, and that nobody else here signs with it.
#[derive(Debug)]
pub(crate) struct Local {
    key: Arc<Keypair>,
    lock: Option<HotkeyLock>,
    pub(crate) devnet: Option<Devnet>,
    farm: Option<Farm>,
}

impl Local {
    /// Checks the key and, for whoever is going to sign, takes its lock. `given` is checked before the
    /// devnet is started: what can be wrong on this machine is found before anything is started.
    pub(crate) async fn new<T>(
        settings: &SubnetSettings,
        purpose: Purpose,
        given: impl FnOnce() -> Result<T>,
    ) -> Result<(Self, T)> {
        let key = signer::keypair(&settings.key)?;
        let lock = match purpose {
            Purpose::Signing => signer::lock(&settings.key, key.hotkey())?,
            Purpose::Looking => None,
        };
        let given = given()?;
        let (devnet, farm) = embedded::start(settings).await?;
        let local = Self {
            key: Arc::new(key),
            lock,
            devnet,
            farm,
        };
        Ok((local, given))
    }
}

impl Connected {
    /// Opens the state, connects to the chain, and ties the one to the other.
    ///
    /// The state comes first: a wrong folder is known before anybody is asked anything.
    pub(crate) async fn new(
        settings: &SubnetSettings,
        purpose: Purpose,
        local: Local,
    ) -> Result<Self> {
        let Local {
            key,
            lock,
            devnet,
            farm,
        } = local;
        let netuid = settings.netuid.or(devnet.as_ref().map(|one| one.netuid));
        let netuid = netuid.context("which subnet? give --netuid")?;
        let mut state = State::of(settings)?;
        let opened = state.open(purpose).await?;
        let endpoint: Endpoint = match (&settings.network, &devnet) {
            (Network::Node { endpoint, .. }, _) => endpoint.clone(),
            (Network::Devnet, Some(devnet)) => devnet.ws_url.parse()?,
            (Network::Devnet, None) => anyhow::bail!("the devnet was not started"),
        };
        let chain = Substrate::builder()
            .endpoint(endpoint)
            .metadata_cache(state.folder().join("metadata"))
            .connect()
            .await?;
        info!(network = %settings.network, genesis = %chain.genesis(), "connected to the chain");
        let store = match opened {
            Some(store) => store,
            None => {
                state
                    .begin(settings, purpose, (&chain, netuid), key.hotkey())
                    .await?
            }
        };
        store.bind(chain.genesis()).await?;
        Ok(Self {
            chain,
            store,
            state,
            key,
            netuid,
            devnet,
            farm,
            _lock: lock,
        })
    }

    /// How vectors are planned and set on this network.
    pub(crate) fn weighing(&self, settings: &SubnetSettings) -> WeigherSettings {
        let mut weighing = WeigherSettings::new(self.netuid);
        weighing.reserved = settings.reserved.clone();
        weighing.setter.version_key = settings.version_key;
        weighing.setter.commits = settings.commits.into();
        if let Some(devnet) = &self.devnet {
            weighing.setter.drand = devnet.chain().drand();
            weighing.setter.block_time = devnet.block_time();
        }
        weighing
    }

    /// All of a validator but the judging.
    pub(crate) fn weigher(&self, settings: &SubnetSettings) -> Weigher {
        let mut weighing = self.weighing(settings);
        // Nobody comes after this command to reveal what it committed.
        weighing.reveal_patience = weighing.setter.deadline;
        Weigher::new(
            Arc::new(self.chain.clone()),
            self.store.clone(),
            Arc::clone(&self.key) as _,
            weighing,
        )
    }

    /// Lets go of everything in the order that leaves nobody with half a connection.
    ///
    /// Whoever else holds the chain's client must have dropped it.
    pub(crate) async fn close(self) {
        let closing = async {
            self.chain.close().await;
            // The store's last write is what the next start relies on.
            self.store.close().await;
            if let Some(farm) = self.farm {
                farm.stop().await;
            }
            if let Some(devnet) = self.devnet {
                devnet.stop().await;
            }
        };
        // A stuck disk must not hold us up.
        if tokio::time::timeout(GRACE, closing).await.is_err() {
            debug!("not everything was closed in time; the state is journalled and opens again");
        }
    }
}
