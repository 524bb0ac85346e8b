//! Blocks before they are finalized.

use std::time::Duration;

use axonry_chain::ChainError;
use axonry_substrate::{BestBlock, BestBlocks};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::frames::{Fate, Frames};
use crate::node::{Node, builder};
use crate::wire::Wire;

async fn next(blocks: &mut BestBlocks) -> BestBlock {
    let next: Option<Result<_, ChainError>> = timeout(Duration::from_secs(5), blocks.next())
        .await
        .unwrap();
    next.unwrap().unwrap()
}

#[tokio::test]
async fn a_chain_that_changes_its_mind_is_told_once_with_where_it_parted() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let mut blocks = chain.best_blocks().await.unwrap();
    let start = node.script.block(5);
    let one = node.script.branch(start, 1, 3);
    for block in &one {
        assert_eq!(next(&mut blocks).await, BestBlock::Extended(*block));
    }
    // Another branch of the same length and one more; then back to the first one, further on.
    let two = node.script.branch(one[0], 2, 3);
    let reorged = BestBlock::Reorged {
        from: one[2],
        to: two[2],
        common: one[0],
    };
    assert_eq!(next(&mut blocks).await, reorged);
    let three = node.script.branch(one[2], 3, 2);
    let reorged = BestBlock::Reorged {
        from: two[2],
        to: three[1],
        common: one[0],
    };
    assert_eq!(next(&mut blocks).await, reorged);
    let four = node.script.branch(three[1], 3, 1);
    assert_eq!(next(&mut blocks).await, BestBlock::Extended(four[0]));
}

#[tokio::test]
async fn a_reorganisation_during_an_outage_is_told_after_it() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let client = builder(wire.address).attempts(1000, Duration::from_millis(1));
    let chain = client.connect().await.unwrap();
    let mut blocks = chain.best_blocks().await.unwrap();
    let start = node.script.block(5);
    let one = node.script.branch(start, 1, 2);
    next(&mut blocks).await;
    next(&mut blocks).await;
    wire.cut().await;
    let two = node.script.branch(start, 2, 9);
    let reorged = BestBlock::Reorged {
        from: one[1],
        to: two[8],
        common: start,
    };
    assert_eq!(next(&mut blocks).await, reorged);
}

#[tokio::test]
async fn so_much_that_nothing_is_known_in_between_is_said_to_be_so() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let mut blocks = chain.best_blocks().await.unwrap();
    let start = node.script.block(5);
    let new = node.script.branch(start, 1, 300);
    let leapt = BestBlock::Leapt {
        from: start,
        to: new[299],
    };
    assert_eq!(next(&mut blocks).await, leapt);
    let more = node.script.branch(new[299], 1, 1);
    assert_eq!(next(&mut blocks).await, BestBlock::Extended(more[0]));
}

#[tokio::test]
async fn best_blocks_are_polled_where_they_are_not_announced() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, |seen| match seen.is_notification() {
        true => Fate::Pass(Vec::new()),
        false => seen.pass(),
    })
    .await;
    let client = builder(frames.address).silence_of_heads(Duration::from_millis(30));
    let chain = client.connect().await.unwrap();
    let mut blocks = chain.best_blocks().await.unwrap();
    let new = node.script.branch(node.script.block(5), 1, 1);
    assert_eq!(next(&mut blocks).await, BestBlock::Extended(new[0]));
}
