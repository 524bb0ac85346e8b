//! CH15: forks of one to ten blocks, and finality that stands still.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::{Call, Chain, ExtrinsicStatus, Mortality};
use axonry_core::{MechId, Uid, Weights};
use axonry_devnet::{ChainFault, Devnet, DevnetConfig, Sealing};
use axonry_substrate::{BestBlock, BestBlocks};
use axonry_wallet::Keypair;
use futures_util::StreamExt;

use super::{PATIENCE, hurried};

fn manual(finality_lag: u64) -> DevnetConfig {
    DevnetConfig {
        sealing: Sealing::Manual,
        finality_lag,
        ..DevnetConfig::default_subnet(3)
    }
}

/// A vector that was in a block that is gone is verified in the one that has it now.
#[tokio::test(flavor = "multi_thread")]
async fn ch15_a_vector_is_verified_on_the_chain_that_stays() -> Result<()> {
    let alice = Keypair::from_uri("//Alice")?;
    for depth in 1..=10 {
        let devnet = Devnet::spawn(manual(12)).await?;
        let (chain, netuid) = (devnet.chain(), devnet.netuid);
        chain.seal_many(14)?;
        let client = hurried(&devnet.ws_url)?.connect().await?;
        let mut best = client.best_blocks().await?;
        let birth = client.head().await?;
        let call = Call::SetWeights {
            netuid,
            mechanism: MechId(0),
            weights: Weights::new(vec![(Uid(1), 7), (Uid(2), 65_535)])?,
            version_key: 0,
        };
        let mortality = Mortality { birth, period: 64 };
        let signed = client.sign(&call, &alice, 0, mortality).await?;
        let mut statuses = client.submit(&signed).await?;
        let left = chain.seal_many(depth)?;
        // The client has come to the tip that is about to go.
        while event(&mut best).await? != BestBlock::Extended(left) {}
        let kept = chain.reorg(depth)?;
        chain.seal_many(12)?;

        let mut told = Vec::new();
        let finalized = loop {
            let status = tokio::time::timeout(PATIENCE, statuses.next()).await?;
            let status = status.context("a final word")??;
            told.push(status);
            if let ExtrinsicStatus::Finalized(block) = status {
                break block;
            }
        };
        ensure!(finalized == kept.hash, "depth {depth}: {told:?}");
        let retracted = |status: &ExtrinsicStatus| matches!(status, ExtrinsicStatus::Retracted(_));
        ensure!(told.iter().any(retracted), "depth {depth}: {told:?}");
        let stored = client.weights(netuid, MechId(0), Uid(0), finalized).await?;
        ensure!(
            stored == [(Uid(1), 7), (Uid(2), 65_535)],
            "depth {depth}: {stored:?}"
        );

        // Who follows the best chain hears which way it took.
        let reorged = event(&mut best).await?;
        let BestBlock::Reorged { from, to, common } = reorged else {
            anyhow::bail!("depth {depth}: {reorged:?}");
        };
        ensure!(from == left, "depth {depth}: {reorged:?}");
        ensure!(to.number >= kept.number, "depth {depth}: {reorged:?}");
        let own = chain.block_hash(common.number).await?;
        ensure!(own == common.hash, "depth {depth}: {reorged:?}");
    }
    Ok(())
}

/// What the follower of the best chain tells next.
async fn event(best: &mut BestBlocks) -> Result<BestBlock> {
    let event = tokio::time::timeout(PATIENCE, best.next()).await?;
    Ok(event.context("an event")??)
}

/// While nothing becomes final, nothing is taken for final; afterwards every block is told once.
#[tokio::test(flavor = "multi_thread")]
async fn ch15_a_stall_of_finality_ends_without_a_gap() -> Result<()> {
    let devnet = Devnet::spawn(manual(0)).await?;
    let chain = devnet.chain();
    chain.seal_many(3)?;
    let client = hurried(&devnet.ws_url)?.connect().await?;
    let mut blocks = client.blocks().await?;
    chain.faults().set(ChainFault::StallFinality);
    // An hour of blocks of twelve seconds.
    let best = chain.seal_many(300)?;
    ensure!(client.head().await?.number.0 == 3, "nothing new is final");
    let early = tokio::time::timeout(Duration::from_millis(300), blocks.next()).await;
    ensure!(early.is_err(), "nothing is told as final: {early:?}");
    chain.faults().clear();
    let last = chain.seal()?;
    for number in 4..=last.number.0 {
        let block = super::next(&mut blocks).await?;
        ensure!(block.number.0 == number, "{block:?} instead of {number}");
    }
    ensure!(last.number == best.number.plus(1));
    Ok(())
}
