//! Commit and reveal on the dev chain, to weights verified in state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::Chain;
use axonry_core::{MechId, NetUid, Score, Uid};
use axonry_devnet::{DevChain, Devnet, DevnetConfig, Sealing};
use axonry_wallet::Keypair;
use axonry_weights::{
    CommitForm, Conform, DrandNetwork, Landing, Plan, Planner, Rejection, Setter, SetterSettings,
};

use crate::fake::MemoryJournal;

const BLOCK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);
/// Round 1000 of drand's quicknet, as it was published.
const PULSE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

struct Rig {
    devnet: Devnet,
    journal: Arc<MemoryJournal>,
}

async fn rig(metadata: Option<Vec<u8>>) -> Rig {
    let mut config = DevnetConfig {
        sealing: Sealing::Interval(BLOCK),
        tempo: 10,
        metadata,
        ..DevnetConfig::default_subnet(3)
    };
    config.hyperparameters.commit_reveal_enabled = true;
    config.hyperparameters.weights_rate_limit = 0;
    let devnet = Devnet::spawn(config).await.expect("a sound configuration");
    let journal = Arc::default();
    Rig { devnet, journal }
}

/// Finney's metadata, whose epochs go by formula; nothing where it is not at hand.
fn finney() -> Option<Vec<u8>> {
    let folder = std::env::var_os("AXONRY_METADATA").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/metadata"
            ))
        },
        PathBuf::from,
    );
    std::fs::read(folder.join("finney.scale")).ok()
}

impl Rig {
    fn chain(&self) -> &DevChain {
        self.devnet.chain()
    }

    fn netuid(&self) -> NetUid {
        self.devnet.netuid
    }

    fn setter(&self, commits: CommitForm, drand: DrandNetwork) -> Setter {
        let settings = SetterSettings {
            commits,
            drand,
            block_time: BLOCK,
            ..SetterSettings::default()
        };
        let alice = Keypair::from_uri("//Alice").expect("a development key");
        let chain = Arc::new(self.chain().clone());
        Setter::new(chain, self.journal.clone(), Arc::new(alice), settings)
    }

    async fn plan(&self, scores: [f64; 3]) -> Plan {
        let head = self.chain().head().await.expect("a head");
        let metagraph = self.chain().metagraph(self.netuid(), head).await;
        let metagraph = metagraph.expect("a subnet");
        let rules = self.chain().hyperparameters(self.netuid(), head.hash).await;
        let planner = Planner {
            conform: Conform::Sdk11,
            mechanism: MechId(0),
            own: metagraph.neurons()[0].hotkey,
        };
        let miners = metagraph.neurons()[1..].iter().map(|neuron| neuron.hotkey);
        let scores = scores.map(|score| Score::new(score).expect("a score"));
        let scores: BTreeMap<_, _> = miners.zip(scores).collect();
        planner
            .plan(&scores, &metagraph, &rules.expect("rules"))
            .expect("a plan")
    }

    async fn through(&self, setter: &mut Setter, round: u64) -> Landing {
        let landing = setter
            .see_through(self.netuid(), MechId(0), round, PATIENCE)
            .await;
        landing
            .expect("the journal is readable")
            .expect("it is open")
    }

    async fn stored(&self) -> Vec<(Uid, u16)> {
        let head = self.chain().head().await.expect("a head");
        let stored = self
            .chain()
            .weights(self.netuid(), MechId(0), Uid(0), head.hash);
        stored.await.expect("readable")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn committed_weights_are_in_state_after_the_reveal_by_either_clock() {
    let rows = [
        (CommitForm::Newest, None),
        (CommitForm::Hash, None),
        (CommitForm::Newest, finney()),
        (CommitForm::Hash, finney()),
    ];
    let runs = rows.map(|(form, metadata)| async move {
        let rig = rig(metadata).await;
        let mut setter = rig.setter(form, rig.chain().drand());
        for (round, scores) in [(1, [3.0, 2.0, 1.0]), (2, [1.0, 2.0, 3.0])] {
            let plan = rig.plan(scores).await;
            let landing = setter.set(&plan, round).await.expect("sent");
            let Landing::Committed { block } = landing else {
                panic!("{form:?}: {landing:?}");
            };
            let then = rig
                .chain()
                .weights(rig.netuid(), MechId(0), Uid(0), block.hash);
            let then = then.await.expect("readable");
            assert_ne!(then, plan.weights().as_slice(), "not yet in force");
            // A process that starts anew brings it to its end.
            setter = rig.setter(form, rig.chain().drand());
            let landing = rig.through(&mut setter, round).await;
            assert!(landing.is_verified(), "{form:?}: {landing:?}");
            assert_eq!(rig.stored().await, plan.weights().as_slice());
        }
    });
    futures_util::future::join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_beacons_pulse_opens_what_was_sealed_to_its_key() {
    let rig = rig(None).await;
    rig.chain().hold_drand(true);
    // The first block has no time yet.
    let head = rig.chain().seal().expect("a block");
    let now = rig.chain().timestamp(head.hash).await.expect("a time").0 / 1_000;
    // quicknet's key, at a pace at which it is round 1000 for days around now.
    let drand = DrandNetwork {
        genesis: 0,
        period: now * 2 / 2_001,
        ..DrandNetwork::QUICKNET
    };
    let mut setter = rig.setter(CommitForm::Newest, drand);
    let plan = rig.plan([3.0, 2.0, 1.0]).await;
    let landing = setter.set(&plan, 1).await.expect("sent");
    assert!(landing.is_committed(), "{landing:?}");
    let signature = hex::decode(PULSE).expect("hexadecimal");
    let signature = signature.try_into().expect("48 bytes");
    rig.chain().store_pulse(1_000, &signature).expect("a block");
    let landing = rig.through(&mut setter, 1).await;
    assert!(
        landing.is_verified(),
        "{landing:?} {:?}",
        rig.journal.told()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pulse_that_never_comes_is_told_and_never_taken_for_done() {
    let rig = rig(None).await;
    rig.chain().hold_drand(true);
    let mut setter = rig.setter(CommitForm::Newest, rig.chain().drand());
    let plan = rig.plan([3.0, 2.0, 1.0]).await;
    let landing = setter.set(&plan, 1).await.expect("sent");
    assert!(landing.is_committed(), "{landing:?}");
    let landing = rig.through(&mut setter, 1).await;
    let missed = |reason: &Rejection| matches!(reason, Rejection::RevealNotSeen { .. });
    assert!(
        matches!(&landing, Landing::Rejected { reason } if missed(reason)),
        "{landing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_reveal_switched_off_between_two_vectors_changes_the_way() {
    let rig = rig(None).await;
    let mut setter = rig.setter(CommitForm::Newest, rig.chain().drand());
    let plan = rig.plan([3.0, 2.0, 1.0]).await;
    assert!(setter.set(&plan, 1).await.expect("sent").is_committed());
    assert!(rig.through(&mut setter, 1).await.is_verified());
    let edited = rig
        .chain()
        .edit(|rules| rules.commit_reveal_enabled = false);
    edited.expect("a block");
    let plan = rig.plan([1.0, 2.0, 3.0]).await;
    let landing = setter.set(&plan, 2).await.expect("sent");
    assert!(landing.is_verified(), "in the clear: {landing:?}");
}
