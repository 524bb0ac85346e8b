//! What a dev network is made of, and the file that says it.

mod file;
mod hyperparameters;
mod market;
mod neuron;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters};
use axonry_core::{NetUid, Rao, Uid};
use axonry_wallet::Keypair;
use jiff::Timestamp;

use crate::faults::DoorFault;
use crate::mirror::MirrorEdge;

pub use file::ConfigError;
pub use hyperparameters::HyperparametersConfig;
pub use market::{MarketConfig, StakeConfig};
pub use neuron::NeuronConfig;

/// The most neurons a subnet can have here.
const MOST_NEURONS: usize = 4_096;

/// The longest pause between two blocks: longer is a chain that stands still.
const LONGEST_BLOCK: Duration = Duration::from_secs(3600);

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// One block every so often.
    Interval(Duration),
    /// One block as soon as an extrinsic is ready, and none otherwise.
    Instant,
    /// Only when [`DevChain::seal`](crate::DevChain::seal) is called.
    Manual,
}

/// A dev network: its subnet, its chain, its endpoints.
///
/// The default is one validator (`//Alice`, uid 0) and 64 miners, as
/// [`default_subnet`](Self::default_subnet) makes it; blocks come every 250 ms.
#[derive(Clone, Debug)]
pub struct DevnetConfig {
    /// The subnet's number; not 0, which is the root network.
    pub netuid: NetUid,
    /// Blocks per epoch.
    pub tempo: u16,
    /// When blocks are made.
    pub sealing: Sealing,
    /// How many blocks finality lags behind the best block; 0 finalizes at once.
    pub finality_lag: u64,
    /// The subnet's other rules.
    pub hyperparameters: HyperparametersConfig,
    /// The neurons, by uid from 0 without gaps.
    pub neurons: Vec<NeuronConfig>,
    /// Pools: the subnet's own, where it is not a million TAO and as much alpha, and those of other
    /// subnets, which are nothing but that.
    pub markets: Vec<MarketConfig>,
    /// Stake beside the neurons' own; the accounts that have it start with money like all others.
    pub stakes: Vec<StakeConfig>,
    /// Metadata of another runtime to present, bare (`meta…`) or wrapped as a node answers it; the
    /// dev chain's own runtime otherwise.
    pub metadata: Option<Vec<u8>>,
    /// The websocket's port on the loopback address; 0 takes any that is free.
    pub ws_port: u16,
    /// The mirror's port on the loopback address; 0 takes any that is free.
    pub mirror_port: u16,
    /// What made-up data is derived from: the same seed gives the same data.
    pub seed: u64,
    /// A git repository whose history becomes the mirror's pull requests.
    pub git: Option<PathBuf>,
    /// The mirror's time, which stands still; the moment of the start otherwise.
    pub now: Option<Timestamp>,
    /// The time of the genesis block: each block is then a block time later than the one before,
    /// whatever the machine's clock says, and the same configuration and calls give the same blocks.
    /// The machine's clock otherwise.
    pub start: Option<Timestamp>,
    /// What goes wrong at the chain's door from the start; see [`DoorFault`].
    pub faults: Vec<DoorFault>,
    /// What clients meet on the way to the mirror: a limit, a delay, faults.
    pub mirror_edge: MirrorEdge,
    /// Whether a neuron may not announce the loopback address, as on a real chain; a dev network's
    /// miners are on the same machine, so it may unless this is set.
    pub strict_axons: bool,
    /// For how many blocks states are kept; older ones are discarded, as a pruned node does.
    pub history: u64,
}

impl Default for DevnetConfig {
    fn default() -> Self {
        Self::default_subnet(64)
    }
}

impl DevnetConfig {
    /// A validator `//Alice` with uid 0 and a permit, and miners `//Miner//0`, `//Miner//1`, … with
    /// uids from 1 and GitHub ids from 10000000.
    ///
    /// More than 4095 miners are cut to that many.
    pub fn default_subnet(miners: usize) -> Self {
        let miners = u16::try_from(miners.min(MOST_NEURONS - 1)).expect("below 4096");
        let key = |uri: &str| {
            let pair = Keypair::from_uri(uri).expect("a development key");
            pair.account()
        };
        let alice = NeuronConfig {
            stake: Rao::from_tao(100_000).expect("fits"),
            validator_permit: true,
            uri: Some("//Alice".to_owned()),
            ..NeuronConfig::new(Uid(0), key("//Alice"), key("//Alice"))
        };
        let miner = |number: u16| {
            let uri = format!("//Miner//{number}");
            let account = key(&uri);
            NeuronConfig {
                uri: Some(uri),
                github_id: Some((10_000_000 + u64::from(number)).to_string()),
                ..NeuronConfig::new(Uid(number + 1), account, account)
            }
        };
        Self {
            netuid: NetUid(74),
            tempo: 20,
            sealing: Sealing::Interval(Duration::from_millis(250)),
            finality_lag: 0,
            hyperparameters: HyperparametersConfig::default(),
            neurons: std::iter::once(alice)
                .chain((0..miners).map(miner))
                .collect(),
            markets: Vec::new(),
            stakes: Vec::new(),
            metadata: None,
            ws_port: 0,
            mirror_port: 0,
            seed: 0,
            git: None,
            mirror_edge: MirrorEdge::default(),
            now: None,
            start: None,
            faults: Vec::new(),
            strict_axons: false,
            history: 4_096,
        }
    }

    /// The subnet's rules as the chain starts with them.
    pub(crate) fn rules(&self) -> Hyperparameters {
        let rules = &self.hyperparameters;
        Hyperparameters {
            netuid: self.netuid,
            epochs: EpochClock::Formula(FormulaEpochs {
                netuid: self.netuid,
                tempo: self.tempo,
            }),
            min_allowed_weights: rules.min_allowed_weights,
            max_weights_limit: rules.max_weights_limit,
            weights_version_key: rules.weights_version_key,
            weights_rate_limit: rules.weights_rate_limit,
            commit_reveal_enabled: rules.commit_reveal_enabled,
            commit_reveal_version: Some(rules.commit_reveal_version),
            reveal_period_epochs: rules.reveal_period_epochs,
            activity_cutoff: rules.activity_cutoff,
            immunity_period: rules.immunity_period,
            max_allowed_uids: rules.max_allowed_uids,
            max_allowed_validators: rules.max_allowed_validators,
            stake_threshold: rules.stake_threshold,
            mechanism_count: rules.mechanism_count,
        }
    }

    /// Checks what no single field can know.
    ///
    /// # Errors
    /// [`ConfigError::Neuron`] naming the neuron, [`ConfigError::Value`] naming the field.
    pub fn check(&self) -> Result<(), ConfigError> {
        let value = |field, reason| Err(ConfigError::Value { field, reason });
        if self.netuid.0 == 0 || self.netuid.0 >= 4_096 {
            return value(
                "netuid",
                "a subnet's number lies between 1 and 4095".to_owned(),
            );
        }
        if self.history == 0 {
            return value(
                "history",
                "at least one block's state must be kept".to_owned(),
            );
        }
        if self.finality_lag >= self.history {
            let reason = format!(
                "finality cannot lag behind the {} blocks kept",
                self.history
            );
            return value("finality_lag", reason);
        }
        if let Sealing::Interval(pause) = self.sealing
            && !(Duration::from_millis(1)..=LONGEST_BLOCK).contains(&pause)
        {
            return value(
                "block_time_ms",
                "blocks come every 1 to 3600000 ms".to_owned(),
            );
        }
        if !(1..=15).contains(&self.hyperparameters.mechanism_count) {
            return value(
                "hyperparameters.mechanism_count",
                "a subnet has 1 to 15 mechanisms".to_owned(),
            );
        }
        market::check(self)?;
        let most = usize::from(self.hyperparameters.max_allowed_uids).min(MOST_NEURONS);
        if self.neurons.len() > most {
            let found = self.neurons.len();
            return value(
                "neurons",
                format!("{found} neurons where the subnet has room for {most}"),
            );
        }
        let mut seen = BTreeMap::new();
        for (place, neuron) in self.neurons.iter().enumerate() {
            let wrong = |reason| {
                Err(ConfigError::Neuron {
                    uid: neuron.uid,
                    reason,
                })
            };
            if usize::from(neuron.uid.0) != place {
                return wrong(format!(
                    "uids must run from 0 without gaps or repeats, and it stands at place {place}"
                ));
            }
            let digits = |id: &String| !id.is_empty() && id.bytes().all(|c| c.is_ascii_digit());
            if let Some(id) = neuron.github_id.as_ref().filter(|id| !digits(id)) {
                return wrong(format!("`{id}` is no GitHub id: digits are expected"));
            }
            if let Some(other) = seen.insert(neuron.hotkey, neuron.uid) {
                let hotkey = neuron.hotkey;
                return wrong(format!("its hotkey {hotkey} is that of neuron {other} too"));
            }
        }
        Ok(())
    }
}
