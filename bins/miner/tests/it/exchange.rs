//! The token exchange from a miner's side, with a validator's axon at a real socket.

use std::fs;
use std::process::Output;
use std::sync::Arc;

use axonry_devnet::mirror::token_of;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_github::GitHub;
use axonry_oss::exchange::{Exchange, TokenStore, read_roster};
use axonry_wallet::Keypair;
use axonry_wire::Axon;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::{command, failure, object, path};

/// A devnet of two miners, whose validator takes tokens.
pub(crate) struct Subnet {
    pub(crate) devnet: Devnet,
    axon: Option<Axon>,
    folder: TempDir,
    pub(crate) runtime: Runtime,
}

impl Subnet {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("threads");
        let folder = TempDir::new().expect("a folder");
        let (devnet, axon) = runtime.block_on(serving(&folder));
        Self {
            devnet,
            axon: Some(axon),
            folder,
            runtime,
        }
    }

    /// A file with a token in it.
    fn token(&self, text: &str) -> String {
        let place = self.folder.path().join("token");
        fs::write(&place, text).expect("it is written");
        path(&place).to_owned()
    }

    /// The program as one of the miners.
    pub(crate) fn miner(&self, hotkey: &str, words: &[&str]) -> Output {
        let network = ["--network", &self.devnet.ws_url, "--hotkey-uri", hotkey];
        let words = [&words[..1], &["--json"], &network, &words[1..]].concat();
        let mut command = command(&words);
        command.env("AXONRY_GITHUB", &self.devnet.mirror_url);
        command.output().expect("the program starts")
    }

    fn post(&self, hotkey: &str, token: &str, more: &[&str]) -> (Value, Option<i32>) {
        let file = self.token(token);
        let words = [&["post", "--token-file", &file], more].concat();
        let output = self.miner(hotkey, &words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains(token), "no secret is told: {said}");
        (object(&output), output.status.code())
    }
}

async fn serving(folder: &TempDir) -> (Devnet, Axon) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut config = DevnetConfig::default_subnet(2);
    config.neurons[0].axon = Some(listener.local_addr().expect("an address"));
    let devnet = Devnet::spawn(config).await.expect("a devnet");
    let store = TokenStore::open(folder.path().join("store/miner_pats.json")).expect("a store");
    let github = GitHub::builder().base(&devnet.mirror_url);
    let exchange = Exchange::new(store, github.build().expect("a client"));
    let roster = read_roster(devnet.chain(), devnet.netuid).await;
    let (_, roster) = watch::channel(Arc::new(roster.expect("a roster")));
    let alice = Keypair::from_uri("//Alice").expect("a key");
    let axon = exchange.serve_on(Axon::builder(alice.hotkey()).roster(roster));
    (devnet, axon.serve(listener).expect("it serves"))
}

const ONE: &str = "10000000";
const OTHER: &str = "10000001";

#[test]
fn a_token_is_posted_and_found_there_again() {
    let subnet = Subnet::start();
    let none = subnet.miner("//Miner//0", &["check"]);
    assert_eq!(none.status.code(), Some(1), "nobody has it yet");
    assert_eq!(object(&none)["no_pat"], 1);

    let (posted, code) = subnet.post("//Miner//0", &token_of(ONE), &[]);
    assert_eq!(code, Some(0), "{posted}");
    let counted = ["total_validators", "accepted", "rejected", "no_response"];
    assert_eq!(
        counted.map(|name| posted[name].as_u64()),
        [1, 1, 0, 0].map(Some)
    );
    assert_eq!(
        (&posted["success"], &posted["results"][0]["uid"]),
        (&true.into(), &0.into())
    );
    assert_eq!(posted["results"][0]["hotkey"], "5GrwvaEF5zXb26Fz...");
    assert_eq!(posted["results"][0]["status_code"], 200);
    assert!(posted["github_login"].is_string(), "{posted}");

    let found = subnet.miner("//Miner//0", &["check", "--signing", "btauth"]);
    assert_eq!(found.status.code(), Some(0));
    assert_eq!(object(&found)["valid"], 1);
}

#[test]
fn whoever_no_validator_accepts_is_told_why_and_ends_with_a_failure() {
    let mut subnet = Subnet::start();
    let (_, code) = subnet.post("//Miner//0", &token_of(ONE), &[]);
    assert_eq!(code, Some(0));
    let (locked, code) = subnet.post("//Miner//0", &token_of(OTHER), &["--signing", "btauth"]);
    assert_eq!(
        (code, failure(&locked).0.as_str()),
        (Some(1), "not_accepted")
    );
    let reason = locked["results"][0]["rejection_reason"].as_str();
    assert!(
        reason.expect("a reason").contains("identity is locked"),
        "{locked}"
    );

    let (skipped, code) = subnet.post("//Miner//1", &token_of(OTHER), &["--min-stake", "2000000"]);
    let (kind, why) = failure(&skipped);
    assert_eq!((code, kind.as_str()), (Some(1), "no_validators_eligible"));
    assert!(
        why.contains("100,000 α below 2,000,000 α threshold"),
        "{why}"
    );
    assert_eq!(skipped["skipped"][0]["uid"], 0, "{skipped}");

    let axon = subnet.axon.take();
    subnet.runtime.block_on(async { drop(axon) });
    let (silent, code) = subnet.post("//Miner//1", &token_of(OTHER), &[]);
    assert_eq!((code, silent["no_response"].as_u64()), (Some(1), Some(1)));
    assert_eq!(silent["results"][0]["status_code"], 503);
    assert!(silent["results"][0]["error"].is_string(), "{silent}");
}

#[test]
fn what_is_wrong_before_anybody_is_told_of_a_token_is_one_object() {
    let subnet = Subnet::start();
    let (nobodys, code) = subnet.post("//Miner//0", "ghp_secret_of_nobody", &[]);
    let (kind, why) = failure(&nobodys);
    assert_eq!((code, kind.as_str()), (Some(1), "cli_error"));
    assert!(
        why.contains("GitHub refuses") && !why.contains("nobody"),
        "{why}"
    );

    let (stranger, code) = subnet.post("//Stranger", &token_of(ONE), &[]);
    assert_eq!(code, Some(1));
    assert!(
        failure(&stranger).1.contains("not registered"),
        "{stranger}"
    );

    for (words, code, kind, said) in [
        (vec!["post"], 1, "cli_error", "GITTENSOR_MINER_PAT"),
        (vec!["check", "--netuid", "75"], 1, "cli_error", "subnet 75"),
        (
            vec!["check", "--min-vtrust", "2"],
            2,
            "bad_parameter",
            "--min-vtrust",
        ),
        (vec!["post", "--pat", "ghp_seen"], 2, "usage_error", "--pat"),
    ] {
        let output = subnet.miner("//Miner//0", &words);
        let (found, why) = failure(&object(&output));
        assert_eq!(
            (output.status.code(), found.as_str()),
            (Some(code), kind),
            "{words:?}"
        );
        assert!(why.contains(said), "{words:?}: {why}");
        assert!(!output.stderr.is_empty(), "{words:?}: people read it, too");
    }
}
