//! Plain, by hash and timelocked: verified in state through the client that a validator has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use axonry_chain::Chain;
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Score, Uid};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_substrate::Substrate;
use axonry_tests::finney_metadata;
use axonry_wallet::Keypair;
use axonry_weights::setter::Path;
use axonry_weights::{
    Attempt, CommitForm, Conform, Intent, IntentId, Journal, JournalError, Landing, Plan, Planner,
    Setter, SetterSettings,
};

const BLOCK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);

/// A journal that forgets with the process: what survives is the store's affair.
#[derive(Debug, Default)]
struct Notes(Mutex<BTreeMap<IntentId, Intent>>);

impl Notes {
    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<IntentId, Intent>) -> T) -> T {
        look(&mut self.0.lock().expect("nobody panics while holding it"))
    }
}

#[async_trait]
impl Journal for Notes {
    async fn record(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        let id = IntentId(i64::try_from(intent.round).expect("few rounds"));
        self.with(|notes| notes.insert(id, intent.clone()));
        Ok(id)
    }

    async fn attempt(&self, id: IntentId, attempt: &Attempt) -> Result<(), JournalError> {
        self.with(|notes| {
            let note = notes.entry(id);
            note.and_modify(|it| it.attempt = *attempt);
        });
        Ok(())
    }

    async fn conclude(&self, id: IntentId, landing: &Landing) -> Result<(), JournalError> {
        if landing.is_settled() {
            self.with(|notes| notes.remove(&id));
        }
        Ok(())
    }

    async fn taken(
        &self,
        _: Hotkey,
        _: (NetUid, MechId),
        _: BlockNumber,
        _: u64,
    ) -> Result<bool, JournalError> {
        Ok(false)
    }

    async fn unfinished(&self, _: Hotkey) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        Ok(self.with(|notes| notes.clone().into_iter().collect()))
    }
}

struct Rig {
    devnet: Devnet,
    chain: Arc<Substrate>,
}

impl Rig {
    async fn start(hidden: bool, metadata: Option<Vec<u8>>) -> Result<Self> {
        let mut config = DevnetConfig {
            sealing: Sealing::Interval(BLOCK),
            // Long enough for a machine that is busy with other tests.
            tempo: 30,
            metadata,
            ..DevnetConfig::default_subnet(3)
        };
        config.hyperparameters.commit_reveal_enabled = hidden;
        config.hyperparameters.weights_rate_limit = 0;
        let devnet = Devnet::spawn(config).await?;
        let chain = Arc::new(Substrate::connect(&devnet.ws_url).await?);
        Ok(Self { devnet, chain })
    }

    async fn plan(&self, scores: [f64; 3]) -> Result<Plan> {
        let head = self.chain.head().await?;
        let metagraph = self.chain.metagraph(self.devnet.netuid, head).await?;
        let rules = self.chain.hyperparameters(self.devnet.netuid, head.hash);
        let planner = Planner {
            conform: Conform::Sdk11,
            mechanism: MechId(0),
            own: metagraph.neurons()[0].hotkey,
        };
        let miners = metagraph.neurons()[1..].iter().map(|neuron| neuron.hotkey);
        let scores = miners.zip(scores).map(|(miner, score)| {
            let score = Score::new(score).expect("a score");
            (miner, score)
        });
        Ok(planner.plan(&scores.collect(), &metagraph, &rules.await?)?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_are_verified_in_state_in_the_clear_by_hash_and_sealed() -> Result<()> {
    let mut rows = vec![
        (false, CommitForm::Newest, Path::Plain, None),
        (true, CommitForm::Hash, Path::Hash, None),
        (
            true,
            CommitForm::Newest,
            Path::Timelocked { version: 4 },
            None,
        ),
    ];
    if let Some(finney) = finney_metadata("sealed weights on finney's runtime")? {
        let path = Path::Timelocked { version: 4 };
        rows.push((true, CommitForm::Newest, path, Some(finney)));
    }
    let runs = rows
        .into_iter()
        .map(|(hidden, commits, path, metadata)| async move {
            let rig = Rig::start(hidden, metadata).await?;
            let (netuid, mechanism) = (rig.devnet.netuid, MechId(0));
            let head = rig.chain.head().await?;
            let rules = rig.chain.hyperparameters(netuid, head.hash).await?;
            ensure!(Path::choose(&rules, commits)? == path, "{path:?}");
            let settings = SetterSettings {
                commits,
                drand: rig.devnet.chain().drand(),
                block_time: BLOCK,
                ..SetterSettings::default()
            };
            let alice = Arc::new(Keypair::from_uri("//Alice")?);
            let chain: Arc<dyn Chain> = rig.chain.clone();
            let mut setter = Setter::new(chain, Arc::new(Notes::default()), alice, settings);
            for (round, scores) in [(1, [3.0, 2.0, 1.0]), (2, [1.0, 2.0, 3.0])] {
                let plan = rig.plan(scores).await?;
                let mut landing = setter.set(&plan, round).await?;
                ensure!(landing.is_committed() == hidden, "{path:?}: {landing}");
                if hidden {
                    let seen = setter.see_through(netuid, mechanism, round, PATIENCE);
                    landing = seen.await?.context("it is open")?;
                }
                ensure!(landing.is_verified(), "{path:?}: {landing}");
                // By another way than the one it was verified by: in process, at the newest block.
                let dev = rig.devnet.chain();
                let head = dev.head().await?;
                let stored = dev.weights(netuid, mechanism, Uid(0), head.hash).await?;
                ensure!(stored == plan.weights().as_slice(), "{path:?}");
            }
            anyhow::Ok(())
        });
    futures_util::future::try_join_all(runs).await?;
    Ok(())
}
