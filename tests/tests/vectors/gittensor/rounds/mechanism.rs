//! Whole rounds through the real mechanism: recorded answers over HTTP, scores, averages, weights.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters, Metagraph, Neuron};
use axonry_core::{
    Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, MechId, NetUid, Observed, Score, Uid,
    UnixMillis,
};
use axonry_devnet::mirror::{Mirror as DevMirror, MirrorConfig, Recording};
use axonry_github::{GitHub, Mirror, PatStore};
use axonry_http::Client;
use axonry_neuron::{DEFAULT_ALPHA, Evaluation, Mechanism, MovingAverage, Round, Unwatched};
use axonry_oss::{OpenSource, Registry};
use axonry_weights::{Conform, Planner};
use serde_json::{Value, json};

use super::uids;
use crate::source::{Checks, File};

const NETUID: NetUid = NetUid(74);

pub(in crate::gittensor) fn rounds(file: &File, checks: &mut Checks) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let registries = super::registries(file);
    for (case, registry) in file.list("cases").iter().zip(registries) {
        checks.case(case);
        let recorded = Recorded::new(case, &registry);
        let evaluation = runtime.block_on(recorded.evaluate());
        recorded.compare(&evaluation, checks);
    }
    checks.note("dev mirror, client, mechanism, moving average and plan, from an empty state");
}

/// A round as it was recorded, and the subnet it was in.
struct Recorded<'a> {
    case: &'a Value,
    registry: Registry,
    metagraph: Metagraph,
}

impl<'a> Recorded<'a> {
    fn new(case: &'a Value, registry: &str) -> Self {
        let names = case["hotkeys"].as_array().unwrap();
        let neurons = names.iter().zip(0..).map(|(name, uid)| neuron(uid, name));
        let block = Block {
            number: BlockNumber(1),
            hash: BlockHash([1; 32]),
        };
        Self {
            case,
            registry: Registry::from_json(registry).expect("vectors have valid registries"),
            metagraph: Metagraph::new(NETUID, block, neurons.collect()).expect("uids in order"),
        }
    }

    fn recording(&self) -> Recording {
        let mut recording = Recording::default();
        for (question, answer) in self.case["routes"].as_object().unwrap() {
            let status = status(&answer["status"]);
            recording = recording.answer(question, status, answer["body"].clone());
        }
        for (token, identity) in self.case["identities"].as_object().unwrap() {
            let (status, body) = match identity["status"].as_str() {
                Some("valid") => (200, json!({"id": number(&identity["github_id"])})),
                Some("transient") => (503, json!({"message": "unavailable"})),
                _ => (401, json!({"message": "Bad credentials"})),
            };
            recording = recording.user(token, status, body);
        }
        recording
    }

    fn tokens(&self) -> PatStore {
        let stored = self.case["pats"].as_array().unwrap().iter().map(|stored| {
            let mut stored = stored.clone();
            stored["hotkey"] = json!(hotkey(&stored["hotkey"]));
            stored
        });
        PatStore::parse(
            "the recorded tokens",
            &stored.collect::<Value>().to_string(),
        )
        .expect("vectors have valid tokens")
    }

    async fn evaluate(&self) -> Evaluation {
        let config = MirrorConfig::replaying(self.recording());
        let server = DevMirror::spawn(config).await.expect("a free port");
        let http = Client::builder().build().expect("a client");
        let mirror = Mirror::builder().base(server.url()).http(http.clone());
        let github = GitHub::builder()
            .base(server.url())
            .http(http)
            .pause(Duration::from_millis(1));
        let mechanism = OpenSource::builder(
            mirror.build().expect("a mirror"),
            github.build().expect("GitHub"),
        )
        .registry(self.registry.clone())
        .tokens(self.tokens())
        .build()
        .expect("a mechanism");
        let now = self.case["now"].as_str().unwrap();
        let now = axonry_github::timestamp::parse(now).expect("a moment");
        let round = Round {
            number: 1,
            metagraph: &self.metagraph,
            hyperparameters: &rules(),
            averages: &BTreeMap::new(),
            now: UnixMillis(u64::try_from(now.as_millisecond()).unwrap()),
            progress: &Unwatched,
        };
        mechanism.evaluate(round).await.expect("an evaluation")
    }

    fn compare(&self, evaluation: &Evaluation, checks: &mut Checks) {
        let expected = &self.case["expected"];
        let neurons = self.metagraph.neurons();
        let penalised: BTreeSet<u16> = neurons
            .iter()
            .filter(|neuron| evaluation.penalised.contains(&neuron.hotkey))
            .map(|neuron| neuron.uid.0)
            .collect();
        let penalties = uids(&expected["penalized"]).into_iter().collect();
        checks.same("penalised", penalised, penalties);

        for neuron in neurons {
            let uid = neuron.uid.0;
            let reward = &expected["rewards"][usize::from(uid)];
            match &evaluation.scores[&neuron.hotkey] {
                Observed::Known { value, .. } => {
                    checks.close(&format!("reward of {uid}"), value.value(), reward);
                }
                // Upstream counts what it could not fetch as nothing; with no rounds before this
                // one, what is unknown comes to the same.
                Observed::Unknown { .. } => {
                    let upstream = &expected["evaluations"][uid.to_string()];
                    let failed = &upstream["github_pr_fetch_failed"];
                    checks.same(&format!("{uid} is unknown"), failed, &json!(true));
                    checks.close(&format!("reward of {uid}"), 0.0, reward);
                }
            }
        }

        let registered = neurons.iter().map(|neuron| neuron.hotkey).collect();
        let mut average = MovingAverage::new(DEFAULT_ALPHA, BTreeMap::new());
        average.fold(&registered, &evaluation.scores, &evaluation.penalised);
        for neuron in neurons {
            let uid = neuron.uid.0;
            let expected = &expected["scores"][usize::from(uid)];
            let average = average.averages()[&neuron.hotkey];
            checks.close_single(&format!("average of {uid}"), average, expected);
        }

        let planner = Planner {
            conform: Conform::Gittensor,
            mechanism: MechId(0),
            own: neurons[1].hotkey,
        };
        let scores = average.averages().iter();
        let scores = scores
            .map(|(hotkey, &average)| (*hotkey, Score::new(f64::from(average)).expect("a score")))
            .collect();
        let plan = planner.plan(&scores, &self.metagraph, &rules());
        let planned = plan.expect("somebody scored");
        let weights: Vec<(u16, u16)> = planned
            .weights()
            .as_slice()
            .iter()
            .map(|&(uid, weight)| (uid.0, weight))
            .collect();
        let emitted = uids(&expected["emit_uids"])
            .into_iter()
            .zip(uids(&expected["emit_weights"]));
        checks.same("weights", weights, emitted.collect::<Vec<_>>());
    }
}

fn status(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap()).unwrap()
}

fn number(id: &Value) -> u64 {
    let text = id.as_str().expect("ids are texts");
    text.parse().expect("ids are numbers")
}

/// The key that stands for a name; the same name is the same key.
fn hotkey(name: &Value) -> Hotkey {
    let mut bytes = [0; 32];
    for (byte, letter) in bytes.iter_mut().zip(name.as_str().unwrap().bytes()) {
        *byte = letter;
    }
    Hotkey::from_bytes(bytes)
}

fn neuron(uid: u16, name: &Value) -> Neuron {
    Neuron {
        uid: Uid(uid),
        hotkey: hotkey(name),
        coldkey: Coldkey::from_bytes([9; 32]),
        stake: Alpha::from_base_units(NETUID, 0),
        validator_permit: true,
        active: true,
        last_update: BlockNumber(0),
        axon: None,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(NETUID, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

/// As the vectors were made: one weight is enough, and any size will do.
fn rules() -> Hyperparameters {
    Hyperparameters {
        netuid: NETUID,
        epochs: EpochClock::Formula(FormulaEpochs {
            netuid: NETUID,
            tempo: 360,
        }),
        min_allowed_weights: 1,
        max_weights_limit: u16::MAX,
        weights_version_key: 0,
        weights_rate_limit: 0,
        commit_reveal_enabled: false,
        commit_reveal_version: None,
        reveal_period_epochs: 1,
        activity_cutoff: 5000,
        immunity_period: 4096,
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        stake_threshold: 0,
        mechanism_count: 1,
    }
}
