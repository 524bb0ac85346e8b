//! A subnet of a validator and four miners, and a mechanism that does what it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::Chain;
use axonry_core::{BlockNumber, Hotkey, Observed, Score, Uid};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round, Validator, ValidatorSettings};
use axonry_store::Store;
use axonry_wallet::Keypair;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::crooked::Crooked;

pub(crate) const TEMPO: u16 = 20;
pub(crate) const BLOCK: Duration = Duration::from_millis(20);

/// How one evaluation goes; without an order it is done at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// It takes that many tempos.
    Takes(u64),
    /// It cannot be done now.
    Fails,
}

/// Scores every miner by its uid.
#[derive(Debug, Default)]
pub(crate) struct Obedient {
    orders: Mutex<VecDeque<Order>>,
    /// By whose blocks it takes its time.
    chain: OnceLock<Arc<Crooked>>,
}

impl Obedient {
    pub(crate) fn then(mut self, order: Order) -> Self {
        let orders = self
            .orders
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        orders.push_back(order);
        self
    }

    /// Does nothing in particular in one round.
    pub(crate) fn then_well(self) -> Self {
        self.then(Order::Takes(0))
    }

    async fn take(&self, from: BlockNumber, tempos: u64) {
        let chain = self
            .chain
            .get()
            .expect("it is given when the validator is made");
        let due = from.plus(tempos * u64::from(TEMPO));
        while chain.head().await.expect("a chain").number < due {
            sleep(BLOCK).await;
        }
    }
}

#[async_trait]
impl Mechanism for Obedient {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        let order = {
            let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
            orders.pop_front()
        };
        match order {
            Some(Order::Takes(tempos)) => self.take(round.metagraph.block().number, tempos).await,
            Some(Order::Fails) => {
                return Err(MechanismError::transient("the source is gone", "503"));
            }
            None => {}
        }
        let mut evaluation = Evaluation::default();
        for neuron in round.metagraph.neurons() {
            let score = Score::new(f64::from(neuron.uid.0)).expect("a uid is a score");
            let score = Observed::known(score, round.now);
            evaluation.scores.insert(neuron.hotkey, score);
        }
        Ok(evaluation)
    }
}

/// A subnet and a validator's state.
pub(crate) struct Subnet {
    pub(crate) devnet: Devnet,
    pub(crate) chain: Arc<Crooked>,
    pub(crate) state: TempDir,
}

pub(crate) fn shape() -> DevnetConfig {
    let mut config = DevnetConfig::default_subnet(4);
    config.tempo = TEMPO;
    config.sealing = Sealing::Interval(BLOCK);
    config.git = Some("/does/not/exist".into());
    config
}

impl Subnet {
    pub(crate) async fn new() -> Self {
        Self::shaped(shape(), tempfile::tempdir().expect("a folder")).await
    }

    pub(crate) async fn shaped(config: DevnetConfig, state: TempDir) -> Self {
        let devnet = Devnet::spawn(config).await.expect("a devnet");
        let chain = Arc::new(Crooked::new(devnet.chain().clone()));
        Self {
            devnet,
            chain,
            state,
        }
    }

    pub(crate) async fn store(&self) -> Store {
        let path = self.state.path().join("state.sqlite");
        Store::open_or_create(path).await.expect("a state")
    }

    pub(crate) fn settings(&self) -> ValidatorSettings {
        let mut settings = ValidatorSettings::new(self.devnet.netuid);
        settings.setter.block_time = BLOCK;
        settings.setter.drand = self.devnet.chain().drand();
        settings
    }

    pub(crate) async fn validator(
        &self,
        mechanism: Obedient,
        change: impl FnOnce(&mut ValidatorSettings),
    ) -> (Validator, Store) {
        let store = self.store().await;
        let mut settings = self.settings();
        change(&mut settings);
        let alice = Keypair::from_uri("//Alice").expect("a development key");
        let chain: Arc<Crooked> = Arc::clone(&self.chain);
        mechanism.chain.set(Arc::clone(&chain)).expect("it is new");
        let mechanism = Arc::new(mechanism);
        let validator = Validator::new(chain, mechanism, store.clone(), Arc::new(alice), settings);
        (validator, store)
    }

    pub(crate) fn hotkey(&self, uid: u16) -> Hotkey {
        self.devnet.hotkeys[&Uid(uid)]
    }
}
