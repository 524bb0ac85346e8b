//! The same thing many times.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::Chain;
use axonry_substrate::At;
use futures_util::StreamExt;
use parity_scale_codec::Encode;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::node::{Node, builder};
use crate::toy;
use crate::wire::Wire;

/// A thousand tasks ask a hundred things each on one connection; each gets its own answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_get_a_hundred_answers_of_their_own_each() {
    let node = Node::spawn().await;
    let mut key = toy::key_of_subnet("Tempo");
    let place = key.len() - 2;
    for netuid in 0..=u16::MAX {
        key[place..].copy_from_slice(&netuid.to_le_bytes());
        let mut storage = node.script.storage.lock().unwrap();
        storage.insert(key.clone(), (netuid ^ 0x5555).encode());
    }
    let client = builder(node.address).call_deadline(Duration::from_secs(120));
    let chain = client.connect().await.unwrap();
    let view = Arc::new(chain.at(At::Head).await.unwrap());
    let mut tasks = JoinSet::new();
    for task in 0..1000_u16 {
        let view = Arc::clone(&view);
        tasks.spawn(async move {
            for call in 0..100_u16 {
                let netuid = task.wrapping_mul(61).wrapping_add(call);
                let read = view.storage::<u16>("SubtensorModule", "Tempo", (netuid,));
                assert_eq!(read.await.unwrap(), Some(netuid ^ 0x5555));
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let counts = chain.requests_by_method();
    assert_eq!(counts["state_subscribeRuntimeVersion"], 1, "one connection");
    assert!(
        counts["state_queryStorageAt"] < 50_000,
        "reads go out together: {counts:?}"
    );
}

/// CH6: a follower over a thousand disconnects hears of each block once, in order.
#[tokio::test]
async fn a_follower_misses_nothing_over_a_thousand_disconnects() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let client = builder(wire.address).attempts(1_000_000, Duration::from_micros(1));
    let chain = client.connect().await.unwrap();
    let mut blocks = chain.blocks().await.unwrap();
    let mut told = 5;
    for round in 0..1000 {
        let made = 1 + round % 4;
        // Made before, while and after the connection is cut.
        match round % 3 {
            0 => {
                node.script.finalize(made);
                wire.cut().await;
            }
            1 => {
                wire.cut().await;
                node.script.finalize(made);
            }
            _ => {
                node.script.finalize(made / 2);
                wire.cut().await;
                node.script.finalize(made - made / 2);
            }
        }
        for _ in 0..made {
            told += 1;
            let block = timeout(Duration::from_secs(20), blocks.next()).await;
            let block = block.unwrap_or_else(|_| panic!("no block {told} in round {round}"));
            assert_eq!(block.unwrap().unwrap(), node.script.block(told));
        }
    }
    let counts = chain.requests_by_method();
    assert!(counts["chain_subscribeFinalizedHeads"] > 900, "{counts:?}");
}

/// Runs the test below in a process of its own, whose descriptors and memory are nobody else's.
#[test]
fn reconnecting_again_and_again_leaves_nothing_behind() {
    let run = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "endurance::reconnects_leave_descriptors_and_memory_flat",
        ])
        .args(["--include-ignored", "--nocapture"])
        .env("AXONRY_RECONNECTS", "600")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

/// Forces so many new connections, 10,000 unless the environment says less.
///
/// `cargo test -p axonry-substrate --test it -- --ignored reconnects_leave --nocapture`
#[tokio::test]
#[ignore = "takes a minute; the one above runs it with a smaller number"]
async fn reconnects_leave_descriptors_and_memory_flat() {
    let count = std::env::var("AXONRY_RECONNECTS");
    let count: usize = count.map_or(10_000, |count| count.parse().unwrap());
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let client = builder(wire.address).attempts(usize::MAX, Duration::from_micros(1));
    let chain = client.connect().await.unwrap();
    let mut flat = None;
    for round in 0..count {
        wire.cut().await;
        chain.head().await.unwrap();
        // The first tenth fills what is kept from one connection to the next.
        if round == count / 10 {
            flat = Some((descriptors(), resident_kib()));
        }
    }
    let (before, memory) = flat.unwrap();
    let (after, grown) = (descriptors(), resident_kib());
    let report = format!(
        "{count} reconnects: {before} descriptors, then {after}; {memory} KiB, then {grown}"
    );
    assert!(after <= before + 5, "{report}");
    assert!(grown <= memory + memory / 20 + 4096, "{report}");
    println!("{report}");
}
