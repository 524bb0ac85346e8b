//! In one process: what a validator's axon takes and refuses, and what a round makes of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_devnet::DevnetConfig;
use axonry_devnet::mirror::token_of;
use axonry_github::{GitHub, Secret};
use axonry_oss::TokenSource;
use axonry_oss::exchange::{
    BroadcastRequest, Exchange, PatBroadcast, PatCheck, TokenStore, read_roster,
};
use axonry_tests::{Bench, Variant};
use axonry_wallet::Keypair;
use axonry_wire::{Axon, CallError, Dendrite, Nothing, Patience, Protocol, Question, Target};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(30);

/// GitHub ids of the devnet's miners: `//Miner//N` has the Nth.
fn account(miner: usize) -> String {
    (10_000_000 + miner).to_string()
}

/// A validator that takes tokens, and the subnet around it.
struct Subnet {
    bench: Bench,
    axon: Axon,
    validator: Target,
    _folder: tempfile::TempDir,
}

impl Subnet {
    async fn start(miners: usize, revoked: &[usize]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = TokenStore::open(folder.path().join("miner_pats.json"))?;
        let mut config = DevnetConfig::default_subnet(miners);
        config.mirror_edge.github.revoked =
            revoked.iter().map(|one| token_of(&account(*one))).collect();
        let variant = Variant {
            tokens: Some(TokenSource::from(&store)),
            ..Variant::default()
        };
        let bench = Bench::start(config, variant).await?;
        let github = GitHub::builder().base(&bench.devnet.mirror_url).build()?;
        let roster = read_roster(&bench.substrate, bench.devnet.netuid).await?;
        let (_, roster) = watch::channel(Arc::new(roster));
        let alice = Keypair::from_uri("//Alice")?;
        let axon = Axon::builder(alice.hotkey()).roster(roster);
        let axon = Exchange::new(store, github).serve_on(axon);
        let axon = axon.serve(TcpListener::bind("127.0.0.1:0").await?)?;
        let validator = Target {
            uid: axonry_core::Uid(0),
            hotkey: alice.hotkey(),
            address: axon.address(),
        };
        Ok(Self {
            bench,
            axon,
            validator,
            _folder: folder,
        })
    }

    /// Posts a token; comes back with the reason where it is not taken.
    async fn post(&self, key: &str, token: &str) -> Result<Result<(), String>, CallError> {
        let dendrite = dendrite(
            key,
            Protocol::Headers {
                version: 10_002_000,
            },
        );
        let request = BroadcastRequest::new(Secret::new(token));
        let answer = dendrite
            .call::<PatBroadcast>(&self.validator, &request, PATIENCE)
            .await?;
        Ok(match answer.value.accepted {
            Some(true) => Ok(()),
            _ => Err(answer.value.rejection_reason.unwrap_or_default()),
        })
    }
}

fn dendrite(key: &str, protocol: Protocol) -> Dendrite {
    let key = Keypair::from_uri(key).expect("a development key");
    let builder = Dendrite::builder(Arc::new(key)).protocol(protocol);
    builder.private_addresses().build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_pays_those_who_proved_their_account_and_nobody_else() -> Result<()> {
    let mut subnet = Subnet::start(6, &[2]).await?;
    let refused = |answer: Result<Result<(), String>, CallError>| answer.map(Result::unwrap_err);
    for (key, token, reason, why) in [
        (
            "//Miner//1",
            "ghp_made_up".to_owned(),
            "No Github id found",
            "nobody's token",
        ),
        (
            "//Miner//2",
            token_of(&account(2)),
            "No Github id found",
            "a revoked one",
        ),
    ] {
        let said = refused(subnet.post(key, &token).await)?;
        ensure!(said.contains(reason), "{why}: {said}");
    }
    for miner in [0, 3, 4, 5] {
        let key = format!("//Miner//{miner}");
        let answer = subnet.post(&key, &token_of(&account(miner))).await?;
        ensure!(answer.is_ok(), "{key}: {answer:?}");
    }
    let said = refused(subnet.post("//Miner//0", &token_of(&account(1))).await)?;
    ensure!(
        said.contains("identity is locked"),
        "another account: {said}"
    );
    let stranger = subnet.post("//Stranger", &token_of(&account(1))).await;
    ensure!(
        matches!(stranger, Err(CallError::Refused { status: 403, .. })),
        "{stranger:?}"
    );

    let report = subnet.bench.validator.round().await?;
    let paid: Vec<u16> = report
        .miners
        .iter()
        .filter(|miner| miner.uid.0 > 0 && miner.score.is_some_and(|score| score.value() > 0.0))
        .map(|miner| miner.uid.0)
        .collect();
    assert_eq!(paid, [1, 4, 5, 6], "uids are one above the miners' numbers");
    for uid in [2, 3] {
        let miner = &report.miners[uid];
        assert_eq!(
            (miner.weight, miner.unknown.as_ref()),
            (0, None),
            "{miner:?}"
        );
    }
    assert_eq!(
        report.landing.outcome, "VerifiedInState",
        "{:?}",
        report.landing
    );
    ensure!(
        subnet.axon.drain(PATIENCE).await,
        "nothing was left unanswered"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_never_comes_back_in_an_answer() -> Result<()> {
    let subnet = Subnet::start(2, &[]).await?;
    let dendrite = dendrite(
        "//Miner//0",
        Protocol::Headers {
            version: 10_002_000,
        },
    );
    for token in [token_of(&account(0)), "ghp_made_up".to_owned()] {
        let request = BroadcastRequest::new(Secret::new(token.as_str()));
        let question = Question::of::<PatBroadcast>(&request, PATIENCE)?;
        let deadline = Instant::now() + PATIENCE;
        let answer = dendrite
            .call_bytes(&subnet.validator, &question, deadline)
            .await?;
        let text = String::from_utf8(answer.value.to_vec())?;
        ensure!(!text.contains(&token), "{text}");
        let body: Value = serde_json::from_str(&text)?;
        assert_eq!(body["github_access_token"], "", "{text}");
        assert_eq!(body["name"], "PatBroadcastSynapse");
        ensure!(body["accepted"].is_boolean(), "{text}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_signed_is_refused_whatever_it_says() -> Result<()> {
    let subnet = Subnet::start(2, &[]).await?;
    let miner = Keypair::from_uri("//Miner//0")?.hotkey();
    let body = format!(r#"{{"github_access_token": "{}"}}"#, token_of(&account(0)));
    let head = format!(
        "POST /PatBroadcastSynapse HTTP/1.1\r\nhost: validator\r\nconnection: close\r\n\
         content-length: {}\r\nbt_header_dendrite_hotkey: {miner}\r\n\
         bt_header_dendrite_nonce: 1\r\nbt_header_dendrite_uuid: one\r\n\
         bt_header_axon_hotkey: {}\r\n\r\n",
        body.len(),
        subnet.validator.hotkey
    );
    let answer = raw(subnet.validator.address, &format!("{head}{body}")).await?;
    ensure!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let dendrite = dendrite("//Miner//0", Protocol::BtAuth);
    let checked = dendrite
        .call::<PatCheck>(&subnet.validator, &Nothing {}, PATIENCE)
        .await?;
    assert_eq!(checked.value.has_pat, Some(false), "nothing was kept");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_subnet_posts_at_once_and_every_token_is_kept() -> Result<()> {
    const MINERS: usize = 24;
    let subnet = Subnet::start(MINERS, &[]).await?;
    let keys: Vec<String> = (0..MINERS)
        .map(|miner| format!("//Miner//{miner}"))
        .collect();
    let tokens: Vec<String> = (0..MINERS).map(|miner| token_of(&account(miner))).collect();
    // An axon takes sixteen connections from one address, and these are all from one.
    for (keys, tokens) in keys.chunks(8).zip(tokens.chunks(8)) {
        let posting = keys
            .iter()
            .zip(tokens)
            .map(|(key, token)| subnet.post(key, token));
        for answer in join_all(posting).await {
            ensure!(answer.as_ref().is_ok_and(Result::is_ok), "{answer:?}");
        }
    }
    for key in &keys {
        let dendrite = dendrite(key, Protocol::BtAuth);
        let mut answers =
            dendrite.ask::<PatCheck>([subnet.validator], &Nothing {}, Patience::each(PATIENCE))?;
        let (_, answer) = answers.next().await.context("an answer")?;
        assert_eq!(answer?.value.pat_valid, Some(true), "{key}");
    }
    Ok(())
}

/// What comes back for these bytes.
async fn raw(address: SocketAddr, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
