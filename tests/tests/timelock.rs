//! Sealed weights and PyPI `bittensor-drand`: each opens what the other sealed.
//!
//! Runs when `AXONRY_INTEROP` is 1, because it installs the package from the index first. It stays in
//! the folder `AXONRY_INTEROP_FOLDER`, or beside the build.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_core::{Hotkey, MechId, NetUid, NetUidStorageIndex, Uid};
use axonry_weights::timelock::{open, seal};
use axonry_weights::{CommitPreimage, DrandNetwork};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// Round 1000 of quicknet, as it was published.
const ROUND: u64 = 1_000;
const PULSE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
const LIMIT: Duration = Duration::from_secs(600);

/// A vector of 256, an empty message and a long one.
fn messages() -> Vec<Vec<u8>> {
    let vector = CommitPreimage {
        hotkey: Hotkey::from_bytes([7; 32]),
        index: NetUidStorageIndex::new(NetUid(74), MechId(0)),
        weights: (0..256).map(|uid| (Uid(uid), uid | 1)).collect(),
        salt: Vec::new(),
        version_key: 7,
    };
    vec![vector.timelock_payload(), vec![0], vec![0xab; 4_000]]
}

#[tokio::test]
async fn bittensor_drand_opens_what_we_seal_and_we_open_what_it_seals() -> Result<()> {
    if std::env::var_os("AXONRY_INTEROP").is_none_or(|it| it != "1") {
        eprintln!("NOT RUN: interop with bittensor-drand: AXONRY_INTEROP is not 1");
        return Ok(());
    }
    let folder = std::env::var_os("AXONRY_INTEROP_FOLDER").map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("interop"),
        PathBuf::from,
    );
    let key = DrandNetwork::QUICKNET.public_key;
    let messages = messages();
    let sealed: Result<Vec<_>, _> = messages.iter().map(|it| seal(it, ROUND, &key)).collect();
    let given = json!({
        "round": ROUND,
        "signature": PULSE,
        "messages": messages.iter().map(hex::encode).collect::<Vec<_>>(),
        "sealed": sealed?.iter().map(hex::encode).collect::<Vec<_>>(),
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/timelock.sh");
    let output = Command::new(&script)
        .arg(&folder)
        .arg(given.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = timeout(LIMIT, output).await.context("it took too long")??;
    ensure!(output.status.success(), "it did not open what we sealed");
    let theirs: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    ensure!(theirs.len() == messages.len());
    let signature: [u8; 48] = hex::decode(PULSE)?.try_into().expect("48 bytes");
    for (message, theirs) in messages.iter().zip(&theirs) {
        let theirs = hex::decode(theirs.as_str().context("hexadecimal")?)?;
        ensure!(
            open(&theirs, &signature)? == *message,
            "it is another message"
        );
    }
    Ok(())
}
