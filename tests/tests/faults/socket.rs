//! CH5 to CH10: what goes wrong between the client and a healthy node.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use axonry_chain::{Chain, ChainError};
use axonry_core::BlockNumber;
use axonry_devnet::{Devnet, DoorFault};

use super::{PATIENCE, config, follow, hurried, next};

/// CH5: a follower whose connection falls silent polls and backfills.
#[tokio::test(flavor = "multi_thread")]
async fn ch5_a_subscription_that_falls_silent_misses_no_block() -> Result<()> {
    let devnet = Devnet::spawn(config(100)).await?;
    let client = hurried(&devnet.ws_url)?.connect().await?;
    let mut blocks = client.blocks().await?;
    let before = follow(&devnet, &mut blocks, 3).await?;
    // From here on this connection swallows everything; the next one is well.
    devnet
        .door()
        .faults()
        .set([DoorFault::BlackHole { after: 0 }]);
    reached(&devnet, before.plus(6)).await?;
    devnet.door().faults().clear();
    let block = next(&mut blocks).await?;
    ensure!(block.number == before.plus(1), "{block:?} after {before}");
    let last = follow(&devnet, &mut blocks, 10).await?;
    ensure!(last == before.plus(11), "what was swallowed is filled in");
    Ok(())
}

/// CH6: the connection is reset every n frames, and every block is seen once.
#[tokio::test(flavor = "multi_thread")]
async fn ch6_resets_every_n_frames_leave_no_gap() -> Result<()> {
    let devnet = Devnet::spawn(config(20)).await?;
    for after in [7, 12, 25, 60] {
        let client = hurried(&devnet.ws_url)?.connect().await?;
        let mut blocks = client.blocks().await?;
        let before = devnet.door().accepted();
        devnet.door().faults().set([DoorFault::Reset { after }]);
        follow(&devnet, &mut blocks, 60).await?;
        let resets = devnet.door().accepted() - before;
        devnet.door().faults().clear();
        ensure!(resets > 0, "reset every {after} frames: nothing was reset");
    }
    Ok(())
}

/// CH7: a line that takes seconds works, and is not taken for a dead one.
#[tokio::test(flavor = "multi_thread")]
async fn ch7_a_slow_line_is_not_a_dead_one() -> Result<()> {
    let devnet = Devnet::spawn(config(250)).await?;
    let other = devnet.open_door().await?;
    // Half of the row's two seconds, and pings in proportion.
    let client = hurried(&devnet.ws_url)?
        .fallback(other.url().parse()?)
        .pings(Duration::from_secs(2), Duration::from_secs(8))
        .call_deadline(Duration::from_secs(20))
        // The other node is looked at no more often than this.
        .rest(Duration::from_secs(600))
        .connect()
        .await?;
    let (by, jitter) = (Duration::from_millis(500), Duration::from_secs(1));
    devnet
        .door()
        .faults()
        .set([DoorFault::Delay { by, jitter }]);
    for _ in 0..3 {
        let since = Instant::now();
        let head = client.head().await?;
        client.metagraph(devnet.netuid, head).await?;
        ensure!(since.elapsed() >= by, "the line is slow");
    }
    ensure!(
        other.accepted() <= 1,
        "no false alarm: {}",
        other.accepted()
    );
    ensure!(client.endpoint().to_string() == devnet.ws_url);
    Ok(())
}

/// CH8: with little bandwidth a metagraph is read within the deadline, or the error is typed.
#[tokio::test(flavor = "multi_thread")]
async fn ch8_a_thin_line_ends_by_the_deadline() -> Result<()> {
    let devnet = Devnet::spawn(config(250)).await?;
    let deadline = Duration::from_secs(2);
    let client = hurried(&devnet.ws_url)?
        .call_deadline(deadline)
        .pings(Duration::from_secs(2), Duration::from_secs(8))
        .connect()
        .await?;
    let head = client.head().await?;
    for bytes_per_second in [16 << 10, 256] {
        let fault = DoorFault::Bandwidth { bytes_per_second };
        devnet.door().faults().set([fault]);
        let since = Instant::now();
        let read = client.metagraph(devnet.netuid, head).await;
        let late = since.elapsed().saturating_sub(deadline);
        ensure!(
            late < Duration::from_secs(1),
            "{late:?} beyond the deadline"
        );
        match read {
            Ok(metagraph) => ensure!(metagraph.len() == 4),
            Err(error) => ensure!(error.is_transient(), "{error:?}"),
        }
    }
    Ok(())
}

/// CH9: broken, doubled and strange frames never become a wrong answer.
#[tokio::test(flavor = "multi_thread")]
async fn ch9_no_frame_becomes_somebody_elses_answer() -> Result<()> {
    let devnet = Devnet::spawn(config(50)).await?;
    let client = hurried(&devnet.ws_url)?
        .call_deadline(Duration::from_secs(3))
        .connect()
        .await?;
    devnet.door().faults().set([
        DoorFault::Duplicate { every: 2 },
        DoorFault::WrongId { every: 7 },
        DoorFault::WrongSubscription { every: 5 },
        DoorFault::Corrupt { every: 11 },
        DoorFault::Reorder { window: 3 },
    ]);
    let best = devnet.chain().best().number.0;
    let (mut right, mut failed) = (0, 0);
    for round in 0..20 {
        let asked = (0..=best.min(8)).map(|number| {
            let client = client.clone();
            async move { (number, client.block_hash(BlockNumber(number)).await) }
        });
        for (number, answer) in futures_util::future::join_all(asked).await {
            match answer {
                Ok(hash) => {
                    let own = devnet.chain().block_hash(BlockNumber(number)).await?;
                    ensure!(
                        hash == own,
                        "round {round}: block {number} has another hash"
                    );
                    right += 1;
                }
                Err(error) => {
                    ensure!(
                        error.is_transient() || matches!(error, ChainError::Decode { .. }),
                        "{error:?}"
                    );
                    failed += 1;
                }
            }
        }
        if right > 30 && failed > 0 {
            break;
        }
    }
    ensure!(right > 0, "{failed} failed and none came through");
    Ok(())
}

/// CH10: a frame of a gigabyte is refused at the limit, and the connection replaced.
#[tokio::test(flavor = "multi_thread")]
async fn ch10_a_frame_of_a_gigabyte_is_not_read() -> Result<()> {
    let devnet = Devnet::spawn(config(250)).await?;
    let client = hurried(&devnet.ws_url)?.connect().await?;
    let (door, bytes) = (devnet.door(), 1 << 30);
    let (before, accepted) = (resident()?, door.accepted());
    door.faults()
        .set([DoorFault::Oversized { after: 0, bytes }]);
    let asking = tokio::spawn({
        let client = client.clone();
        async move { client.head().await }
    });
    // Given up on a few times, each time for the same reason.
    let replaced = async {
        while door.accepted() < accepted + 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, replaced).await?;
    door.faults().clear();
    asking.await??;
    let grown = resident()?.saturating_sub(before);
    ensure!(grown < 64 << 20, "{grown} bytes more");
    Ok(())
}

/// Waits until the chain has come to a block.
async fn reached(devnet: &Devnet, number: BlockNumber) -> Result<()> {
    let mut blocks = devnet.chain().blocks().await?;
    while devnet.chain().best().number < number {
        next(&mut blocks).await?;
    }
    Ok(())
}

/// Bytes of memory this process has in use.
fn resident() -> Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_whitespace().nth(1).unwrap_or("0");
    Ok(pages.parse::<u64>()? * 4_096)
}
