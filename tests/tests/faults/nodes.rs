//! CH11 to CH14 and CH18: nodes that are behind, pruned, of another chain, or not there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::{Chain, ChainError};
use axonry_core::{BlockNumber, MechId};
use axonry_devnet::{Devnet, DevnetConfig, DoorFault, Sealing};
use axonry_tests::{Bench, Variant};

use super::{PATIENCE, config, hurried};

/// CH11: a method that is listed and not served, or the reverse, changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn ch11_what_a_node_lists_is_not_believed() -> Result<()> {
    let devnet = Devnet::spawn(config(250)).await?;
    let healthy = hurried(&devnet.ws_url)?.connect().await?;
    let head = healthy.head().await?;
    let expected = healthy.metagraph(devnet.netuid, head).await?;
    let rules = healthy.hyperparameters(devnet.netuid, head.hash).await?;
    for fault in [
        DoorFault::Unserved("state_queryStorageAt".into()),
        DoorFault::Unlisted("state_queryStorageAt".into()),
        DoorFault::Unlisted("state_call".into()),
        DoorFault::Unserved("state_subscribeRuntimeVersion".into()),
        DoorFault::Unserved("archive_v1_storage".into()),
    ] {
        let door = devnet.open_door().await?;
        door.faults().set([fault.clone()]);
        let client = hurried(door.url())?.connect().await?;
        let found = client.metagraph(devnet.netuid, head).await;
        ensure!(found.with_context(|| fault.to_string())? == expected);
        let found = client.hyperparameters(devnet.netuid, head.hash).await;
        ensure!(found.with_context(|| fault.to_string())? == rules);
    }
    Ok(())
}

/// CH12: a state that is gone is asked for once, or read from the archive.
#[tokio::test(flavor = "multi_thread")]
async fn ch12_a_pruned_state_is_named_or_read_from_the_archive() -> Result<()> {
    let devnet = Devnet::spawn(manual()).await?;
    let chain = devnet.chain();
    chain.seal_many(40)?;
    let (pruned, archive) = (devnet.open_door().await?, devnet.open_door().await?);
    pruned.faults().set([DoorFault::Pruned { blocks: 8 }]);
    let old = chain.block_hash(BlockNumber(5)).await?;
    let alone = hurried(pruned.url())?.connect().await?;
    let before = alone.requests();
    let error = alone.hyperparameters(devnet.netuid, old).await;
    ensure!(
        matches!(error, Err(ChainError::NoState(at)) if at == old),
        "{error:?}"
    );
    let asked = alone.requests() - before;
    ensure!(asked <= 5, "{asked} requests for a state that is gone");

    let with_archive = hurried(pruned.url())?
        .archive(archive.url().parse()?)
        .connect()
        .await?;
    ensure!(
        archive.accepted() == 0,
        "it is connected to when it is needed"
    );
    let rules = with_archive.hyperparameters(devnet.netuid, old).await?;
    ensure!(rules == chain.hyperparameters(devnet.netuid, old).await?);
    Ok(())
}

/// CH13: a node a thousand blocks behind is left for one that is not.
#[tokio::test(flavor = "multi_thread")]
async fn ch13_a_node_far_behind_is_left() -> Result<()> {
    let devnet = Devnet::spawn(manual()).await?;
    devnet.chain().seal_many(1_050)?;
    let (stale, well) = (devnet.open_door().await?, devnet.open_door().await?);
    let client = hurried(stale.url())?
        .fallback(well.url().parse()?)
        .connect()
        .await?;
    ensure!(client.head().await? == devnet.chain().head().await?);
    stale.faults().set([DoorFault::Behind { blocks: 1_000 }]);
    // Looked at each rest, which is a second here.
    let demoted = async {
        loop {
            let head = client.head().await?;
            if head == devnet.chain().head().await? {
                return anyhow::Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, demoted).await??;
    ensure!(client.endpoint().to_string() == well.url());
    Ok(())
}

/// CH14: a node of another chain is never used, neither at the start nor as a way out.
#[tokio::test(flavor = "multi_thread")]
async fn ch14_a_node_of_another_chain_is_refused() -> Result<()> {
    let devnet = Devnet::spawn(config(100)).await?;
    let foreign = devnet.open_door().await?;
    foreign.faults().set([DoorFault::OtherChain]);
    let genesis = devnet.chain().genesis();
    let refused = hurried(foreign.url())?.genesis(genesis).connect().await;
    ensure!(refused.is_err(), "it is of another chain");

    let client = hurried(&devnet.ws_url)?
        .fallback(foreign.url().parse()?)
        .call_deadline(Duration::from_secs(2))
        .connect()
        .await?;
    devnet.door().faults().set([DoorFault::Refuse]);
    let error = client.head().await;
    ensure!(
        matches!(&error, Err(error) if error.is_transient()),
        "{error:?}"
    );
    devnet.door().faults().clear();
    let head = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(head) = client.head().await {
                return head;
            }
        }
    })
    .await?;
    let own = devnet.chain().block_hash(head.number).await?;
    ensure!(own == head.hash, "it came back to the chain it knows");
    Ok(())
}

/// CH18: after an outage of several epochs the round goes on, and weights land.
#[tokio::test(flavor = "multi_thread")]
async fn ch18_weights_land_soon_after_all_nodes_were_gone() -> Result<()> {
    let config = DevnetConfig {
        tempo: 10,
        ..config(50)
    };
    let mut bench = Bench::start(config, Variant::default()).await?;
    let first = bench.validator.round().await?;
    ensure!(
        first.landing.outcome == "VerifiedInState",
        "{:?}",
        first.landing
    );
    let door = bench.devnet.door();
    door.faults().set([DoorFault::Refuse]);
    let gone = bench.devnet.chain().best().number;
    // Three tempos and more without a single node.
    while bench.devnet.chain().best().number < gone.plus(35) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    door.faults().clear();
    let back = bench.devnet.chain().best().number;
    let second = bench.validator.round().await?;
    ensure!(
        second.landing.outcome == "VerifiedInState",
        "{:?}",
        second.landing
    );
    let chain = bench.devnet.chain();
    let head = chain.head().await?;
    let updates = chain
        .last_updates(bench.devnet.netuid, MechId(0), head.hash)
        .await?;
    ensure!(updates[0] >= back, "{updates:?}: landed after block {back}");
    Ok(())
}

/// A chain that makes blocks when it is told to.
fn manual() -> DevnetConfig {
    DevnetConfig {
        sealing: Sealing::Manual,
        ..DevnetConfig::default_subnet(3)
    }
}
