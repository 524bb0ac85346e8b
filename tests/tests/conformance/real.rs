//! The suite on a real subtensor runtime, as far as that goes.
//!
//! `AXONRY_REALCHAIN_URL` names the endpoint of a chain run by chopsticks (spec 218, `raonet` of
//! `opentensor/subtensor`, `scripts/specs/raonet.json`), whose state can be set from outside. It is
//! set so that Alice has TAO, owns a subnet and may set weights there.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use axonry_chain::{Call, Chain, Dispatch, Ledger, Mortality};
use axonry_core::NetUid;
use axonry_substrate::Substrate;
use axonry_substrate::dynamic::{Composite, Value};
use axonry_wallet::Keypair;
use futures_util::StreamExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::expectations::Expectations;
use crate::{reads, weights};

/// What a runtime of January 2025 cannot do.
const LACKS: &[&str] = &[
    // Runtime APIs answer in bytes without a type, or are not there.
    "stakes of a coldkey",
    "subnets",
    "columns",
    // Before weights under a timelock.
    "timelocked commits",
    "drand rounds",
    // Chopsticks answers for a block that it does not know as for an empty one.
    "unknown blocks",
    // Nobody has a permit before the first epoch.
    "validator permits",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_real_runtime_keeps_the_promises_that_it_can() -> Result<()> {
    let Ok(url) = std::env::var("AXONRY_REALCHAIN_URL") else {
        eprintln!("NOT RUN: conformance with a real runtime: AXONRY_REALCHAIN_URL is not set");
        return Ok(());
    };
    let substrate = Substrate::connect(&url).await?;
    let alice = Keypair::from_uri("//Alice")?;
    let netuid = prepared(&substrate, &url, &alice)
        .await
        .context("preparing the chain")?;
    let head = substrate.head().await?;
    let uid = substrate.uid_of(netuid, alice.hotkey(), head.hash).await?;
    let expected = Expectations {
        netuid,
        uid: uid.context("Alice is registered in her subnet")?,
        miner: Keypair::from_uri("//Bob")?,
        stranger: Keypair::from_uri("//Stranger")?,
        validator: alice,
        lacks: LACKS,
    };
    reads::reads(&substrate, &expected).await.context("reads")?;
    weights::lands(&substrate, &expected)
        .await
        .context("weights")?;
    weights::refuses(&substrate, &expected)
        .await
        .context("refusals")
}

/// A subnet of Alice's in which she may set weights.
async fn prepared(substrate: &Substrate, url: &str, alice: &Keypair) -> Result<NetUid> {
    let account = alice.account().to_string();
    let free = json!({"providers": 1, "data": {"free": "100000000000000"}});
    set(url, json!({"System": {"Account": [[[account], free]]}})).await?;
    // Networks are not let in during the first blocks.
    new_blocks(url, 12).await?;
    let before = substrate.head().await?.hash;
    let view = substrate.at(before).await?;
    let mut netuid = None;
    for candidate in 2..16_u16 {
        let owner: Option<[u8; 32]> = view
            .storage("SubtensorModule", "SubnetOwner", (candidate,))
            .await?;
        if owner == Some(alice.account().to_bytes()) {
            netuid = Some(NetUid(candidate));
        }
    }
    let netuid = match netuid {
        Some(netuid) => netuid,
        None => {
            let hotkey = Value::from_bytes(alice.account().as_bytes());
            let arguments = Composite::named([("hotkey", hotkey), ("mechid", Value::u128(1))]);
            by_name(
                substrate,
                alice,
                ("SubtensorModule", "register_network"),
                &arguments,
            )
            .await?;
            NetUid(2)
        }
    };
    let head = substrate.head().await?.hash;
    if substrate
        .uid_of(netuid, alice.hotkey(), head)
        .await?
        .is_none()
    {
        let call = Call::BurnedRegister {
            netuid,
            hotkey: alice.hotkey(),
        };
        crate::calls::succeed(substrate, alice, &call).await?;
    }
    let key = json!([[netuid.0]]);
    let value = |value: serde_json::Value| json!([[key[0].clone(), value]]);
    set(
        url,
        json!({"SubtensorModule": {
            "WeightsSetRateLimit": value(json!(1)),
            "CommitRevealWeightsEnabled": value(json!(false)),
            "MinAllowedWeights": value(json!(1)),
        }}),
    )
    .await?;
    new_blocks(url, 2).await?;
    Ok(netuid)
}

async fn by_name(
    substrate: &Substrate,
    signer: &Keypair,
    call: (&str, &str),
    arguments: &Composite<()>,
) -> Result<()> {
    let birth = substrate.head().await?;
    let nonce = substrate.next_nonce(signer.account()).await?;
    let mortality = Mortality { birth, period: 64 };
    let signed = substrate
        .sign_call(call, arguments, signer, nonce, mortality)
        .await?;
    let mut statuses = substrate.submit(&signed).await?;
    while let Some(status) = statuses.next().await {
        if let axonry_chain::ExtrinsicStatus::Finalized(block) = status? {
            let dispatch = substrate.dispatch(signed.hash, block).await?;
            ensure!(dispatch == Dispatch::Succeeded, "{call:?}: {dispatch:?}");
            return Ok(());
        }
    }
    bail!("{call:?} was not finalized")
}

async fn set(url: &str, storage: serde_json::Value) -> Result<()> {
    rpc(url, "dev_setStorage", json!([storage])).await?;
    new_blocks(url, 1).await
}

async fn new_blocks(url: &str, count: u32) -> Result<()> {
    rpc(url, "dev_newBlock", json!([{"count": count}])).await
}

/// One question over HTTP, which chopsticks answers on the same port.
async fn rpc(url: &str, method: &str, params: serde_json::Value) -> Result<()> {
    let host = url
        .split("://")
        .nth(1)
        .context("a URL")?
        .trim_end_matches('/');
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let asking = async {
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(60), asking).await??;
    ensure!(
        answer.contains("\"result\"") && !answer.contains("\"error\""),
        "{method}: {answer}"
    );
    Ok(())
}
