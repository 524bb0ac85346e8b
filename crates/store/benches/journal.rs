//! How long it takes until an intent is on disk: nothing is sent before.
//!
//! Claim: of 2,000 appends to the journal with vectors of 256, 99 of 100 take at most 20 ms. A bench
//! of its own, since it is the slow ones that count, and they are the disk's.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::time::{Duration, Instant};

use axonry_core::{Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use axonry_store::{Attempt, EntryState, Intent, Location, Store};

const APPENDS: u64 = 2_000;

fn intent(round: u64) -> Intent {
    let weights = (0..256).map(|uid| (Uid(uid), uid | 1)).collect();
    Intent {
        hotkey: Hotkey::from_bytes([1; 32]),
        netuid: NetUid(74),
        mechanism: MechId(0),
        round,
        epoch: Some(3),
        weights: Weights::new(weights).expect("ascending uids"),
    }
}

fn attempt(nonce: u64) -> Attempt {
    Attempt {
        extrinsic: format!("0x{}", "ab".repeat(32)),
        nonce,
        birth: Block {
            number: BlockNumber(100),
            hash: BlockHash([3; 32]),
        },
        valid_until: BlockNumber(163),
        uid: Uid(5),
        last_update: BlockNumber(90),
        carrier: "plain".to_owned(),
        salt: None,
    }
}

async fn measure(name: &str, location: Location) {
    let store = Store::create(location).await.expect("a new state");
    let mut took = Vec::new();
    for round in 1..=APPENDS {
        let began = Instant::now();
        let id = store
            .record(&intent(round), &attempt(round))
            .await
            .expect("journalled");
        took.push(began.elapsed());
        let landed = store.conclude(id, EntryState::Landed, "block 1").await;
        landed.expect("concluded");
    }
    store.close().await;
    took.sort_unstable();
    let at = |share: usize| took[took.len() * share / 100].as_secs_f64() * 1e3;
    let longest = took.last().map_or(0.0, Duration::as_secs_f64) * 1e3;
    println!(
        "journal append, {name}: p50 {:.2} ms, p99 {:.2} ms, longest {longest:.2} ms",
        at(50),
        at(99)
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    measure("file", folder.path().join("state.sqlite").into()).await;
    // A database of its own: what it writes stays there.
    if let Ok(url) = std::env::var("AXONRY_POSTGRES_BENCH_URL") {
        measure("postgres", url.parse().expect("a location")).await;
    }
}
