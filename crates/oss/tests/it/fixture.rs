//! A small subnet, a mirror with few rows, and a client that does not dawdle.

use std::collections::BTreeMap;
use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters, Metagraph, Neuron};
use axonry_core::{Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, NetUid, Uid, UnixMillis};
use axonry_github::{GitHub, Mirror, PatStore};
use axonry_http::Client;
use axonry_neuron::{Evaluation, Mechanism, Round, Unwatched};
use axonry_oss::{OpenSource, OpenSourceBuilder, Registry};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// 2026-08-01T12:00:00Z.
pub(crate) const NOW: UnixMillis = UnixMillis(1_785_585_600_000);
const NETUID: NetUid = NetUid(74);

pub(crate) fn hotkey(uid: u16) -> Hotkey {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&uid.to_be_bytes());
    Hotkey::from_bytes(bytes)
}

pub(crate) struct Subnet {
    metagraph: Metagraph,
    hyperparameters: Hyperparameters,
    tokens: String,
    pub(crate) averages: BTreeMap<Hotkey, f32>,
}

impl Subnet {
    /// `neurons` neurons, of which some proved an account: `(uid, GitHub id)`.
    pub(crate) fn of(neurons: u16, accounts: &[(u16, &str)]) -> Self {
        let block = Block {
            number: BlockNumber(100),
            hash: BlockHash([1; 32]),
        };
        let list = (0..neurons).map(neuron).collect();
        let entries: Vec<Value> = accounts
            .iter()
            .map(|(uid, id)| json!({"uid": uid, "hotkey": hotkey(*uid), "github_id": id}))
            .collect();
        Self {
            metagraph: Metagraph::new(NETUID, block, list).expect("consecutive uids"),
            hyperparameters: hyperparameters(),
            tokens: Value::from(entries).to_string(),
            averages: BTreeMap::new(),
        }
    }

    pub(crate) fn tokens(&self) -> PatStore {
        PatStore::parse("tokens.json", &self.tokens).expect("tokens")
    }

    pub(crate) fn mechanism(&self, server: &MockServer) -> OpenSource {
        builder(self, server).build().expect("a mechanism")
    }

    pub(crate) async fn evaluate(&self, mechanism: &OpenSource, now: UnixMillis) -> Evaluation {
        let round = Round {
            number: 1,
            metagraph: &self.metagraph,
            hyperparameters: &self.hyperparameters,
            averages: &self.averages,
            now,
            progress: &Unwatched,
        };
        mechanism.evaluate(round).await.expect("an evaluation")
    }
}

/// A mechanism in the making, on a mirror at `server` with one repository that pays for pull requests.
pub(crate) fn builder(subnet: &Subnet, server: &MockServer) -> OpenSourceBuilder {
    let client = Client::builder()
        .request_deadline(Duration::from_secs(2))
        .total_deadline(Duration::from_secs(2))
        .build()
        .expect("a client");
    let mirror = Mirror::builder()
        .base(server.uri())
        .http(client.clone())
        .build();
    let github = GitHub::builder().base(server.uri()).http(client).build();
    let registry = json!({"acme/widgets": {
        "emission_share": 1.0, "issue_discovery_share": 0.0,
        "eligibility": {"min_valid_merged_prs": 1, "min_credibility": 0.0},
    }});
    OpenSource::builder(mirror.expect("a mirror"), github.expect("GitHub"))
        .registry(Registry::from_json(&registry.to_string()).expect("a registry"))
        .tokens(subnet.tokens())
}

pub(crate) fn score(evaluation: &Evaluation, uid: u16) -> f64 {
    let observed = &evaluation.scores[&hotkey(uid)];
    observed
        .value()
        .unwrap_or_else(|| panic!("uid {uid} is {observed:?}"))
        .value()
}

/// A merged pull request that passes every gate, in the mirror's form.
pub(crate) fn merged(number: u64, author: &str) -> Value {
    json!({
        "repo_full_name": "Acme/Widgets", "pr_number": number, "state": "MERGED",
        "author_github_id": author, "author_login": format!("dev-{author}"),
        "created_at": "2026-07-31T10:00:00.000Z", "merged_at": "2026-08-01T10:00:00.000Z",
        "merged_by_login": "lead", "base_ref": "main", "head_ref": "fix",
        "head_repo_full_name": "fork/widgets", "default_branch": "main",
        "scoring_data_stored": true,
    })
}

pub(crate) fn pulls(account: &str, rows: &[Value]) -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(json!({
        "github_id": account, "since": null, "generated_at": "2026-08-01T12:00:00.000Z",
        "pull_requests": rows,
    }))
}

/// Serves an account's rows, and one added Rust file for each of them.
pub(crate) async fn mirror_with(server: &MockServer, account: &str, rows: &[Value], text: &str) {
    Mock::given(path(format!("/api/v1/miners/{account}/pulls")))
        .respond_with(pulls(account, rows))
        .mount(server)
        .await;
    for number in rows.iter().filter_map(|row| row["pr_number"].as_u64()) {
        Mock::given(path(format!("/api/v1/pulls/acme/widgets/{number}/files")))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({
                "repo_full_name": "Acme/Widgets", "pr_number": number,
                "scoring_data_stored": true,
                "files": [{"filename": "src/lib.rs", "status": "added", "additions": 1,
                           "changes": 1, "head_content": text}],
            })))
            .mount(server)
            .await;
    }
}

fn neuron(uid: u16) -> Neuron {
    Neuron {
        uid: Uid(uid),
        hotkey: hotkey(uid),
        coldkey: Coldkey::from_bytes([9; 32]),
        stake: Alpha::from_base_units(NETUID, 0),
        validator_permit: false,
        active: false,
        last_update: BlockNumber(0),
        axon: None,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(NETUID, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

fn hyperparameters() -> Hyperparameters {
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
