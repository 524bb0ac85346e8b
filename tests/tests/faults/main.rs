//! Rows of the table of reliability that need a true chain: the client against the dev chain's faults.
//!
//! Each at a small repetition count and in short real time. Deadlines are asserted with room for a
//! machine that is busy with something else.

mod forks;
mod nodes;
mod socket;
mod upgrades;

use std::time::Duration;

use anyhow::{Context, Result};
use axonry_chain::{BlockStream, Chain};
use axonry_core::{Block, BlockNumber};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_substrate::{Substrate, SubstrateBuilder};
use futures_util::StreamExt;

/// Nothing here takes longer, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A small subnet whose blocks come every so many milliseconds.
fn config(block_ms: u64) -> DevnetConfig {
    DevnetConfig {
        sealing: Sealing::Interval(Duration::from_millis(block_ms)),
        ..DevnetConfig::default_subnet(3)
    }
}

/// A client in a hurry: what takes it seconds in earnest takes it tenths of one here.
fn hurried(url: &str) -> Result<SubstrateBuilder> {
    Ok(Substrate::builder()
        .endpoint(url.parse()?)
        .call_deadline(Duration::from_secs(10))
        .connect_deadline(Duration::from_secs(2))
        .pings(Duration::from_millis(250), Duration::from_secs(1))
        .silence_of_heads(Duration::from_millis(500))
        .attempts(10_000, Duration::from_millis(10))
        .rest(Duration::from_secs(1)))
}

/// The next block, within patience; a stream that broke is taken up again where it was.
async fn next(blocks: &mut BlockStream) -> Result<Block> {
    let block = tokio::time::timeout(PATIENCE, blocks.next()).await;
    let block = block
        .context("no block came")?
        .context("the stream ended")?;
    Ok(block?)
}

/// Follows so many blocks from the one after `last`; none may be missing or come twice, and each must
/// be the chain's.
async fn follow(devnet: &Devnet, blocks: &mut BlockStream, count: u64) -> Result<BlockNumber> {
    let mut last: Option<BlockNumber> = None;
    for _ in 0..count {
        let block = next(blocks).await?;
        if let Some(last) = last {
            anyhow::ensure!(block.number == last.plus(1), "{block:?} after {last}");
        }
        let own = devnet.chain().block_hash(block.number).await?;
        anyhow::ensure!(own == block.hash, "{block:?} is not the chain's");
        last = Some(block.number);
    }
    last.context("no block was asked for")
}
