use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use axonry_substrate::Substrate;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::node::{Node, builder};
use crate::toy::{SN, metadata};

async fn connect(node: &Node, folder: &TempDir) -> Substrate {
    let cached = builder(node.address).metadata_cache(folder.path());
    cached.connect().await.unwrap()
}

async fn tempo(chain: &Substrate) -> Option<u16> {
    let view = chain.at(chain.connected_at()).await.unwrap();
    view.storage("SubtensorModule", "Tempo", (SN.0,))
        .await
        .unwrap()
}

/// Requests for metadata.
fn downloads(chain: &Substrate) -> u64 {
    let counts = chain.requests_by_method();
    counts.get("state_call").copied().unwrap_or(0)
}

fn only_file(folder: &TempDir) -> PathBuf {
    let mut files = fs::read_dir(folder.path()).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "one runtime, one file");
    file
}

#[tokio::test]
async fn metadata_is_downloaded_once_and_read_from_disk_ever_after() {
    let node = Node::spawn().await;
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(downloads(&connect(&node, &folder).await), 2);
    let name = only_file(&folder).file_name().unwrap().to_owned();
    let genesis = hex::encode(node.script.block(0).hash.0);
    assert_eq!(name.to_str().unwrap(), format!("{genesis}-1.scale"));
    let chain = connect(&node, &folder).await;
    assert_eq!(tempo(&chain).await, Some(20));
    assert_eq!(downloads(&chain), 0);
}

#[tokio::test]
async fn a_file_that_is_not_what_its_name_says_is_replaced() {
    let node = Node::spawn().await;
    let folder = tempfile::tempdir().unwrap();
    connect(&node, &folder).await;
    let file = only_file(&folder);
    let good = fs::read(&file).unwrap();
    let other_version = metadata(2);
    for bad in [&other_version[..], b"", b"meta", &good[..good.len() / 2]] {
        fs::write(&file, bad).unwrap();
        let chain = connect(&node, &folder).await;
        assert_eq!(tempo(&chain).await, Some(20));
        assert_eq!(downloads(&chain), 2);
        assert_eq!(fs::read(&file).unwrap(), good);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_costs_the_download_only() {
    let node = Node::spawn().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let cached = builder(node.address).metadata_cache(file.join("folder"));
    assert_eq!(tempo(&cached.connect().await.unwrap()).await, Some(20));
}

#[tokio::test]
async fn with_a_warm_cache_the_first_value_takes_three_round_trips() {
    let node = Node::spawn().await;
    let folder = tempfile::tempdir().unwrap();
    connect(&node, &folder).await;
    let trip = Duration::from_millis(200);
    *node.script.latency.lock().unwrap() = trip;
    let started = Instant::now();
    let chain = connect(&node, &folder).await;
    assert_eq!(tempo(&chain).await, Some(20));
    let taken = started.elapsed();
    assert!(trip * 3 <= taken && taken < trip * 4, "{taken:?}");
}
