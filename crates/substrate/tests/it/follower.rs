use std::time::Duration;

use axonry_chain::{BlockStream, Chain, ChainError};
use axonry_core::Block;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::node::{Node, builder};
use crate::wire::Wire;

async fn next(blocks: &mut BlockStream) -> Option<Result<Block, ChainError>> {
    timeout(Duration::from_secs(5), blocks.next())
        .await
        .unwrap()
}

#[tokio::test]
async fn finality_that_leaps_is_told_block_by_block() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let mut blocks = chain.blocks().await.unwrap();
    for leap in [1, 4, 2] {
        node.script.finalize(leap);
    }
    // Once more for the last, as nodes sometimes do.
    node.script.finalize(0);
    node.script.finalize(1);
    for number in 6..=13 {
        let block = next(&mut blocks).await.unwrap().unwrap();
        assert_eq!(block, node.script.block(number));
    }
}

#[tokio::test]
async fn what_is_finalized_during_an_outage_is_told_after_it() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let chain = builder(wire.address).connect().await.unwrap();
    let mut blocks = chain.blocks().await.unwrap();
    node.script.finalize(1);
    assert!(next(&mut blocks).await.unwrap().is_ok());
    wire.cut().await;
    // More than are fetched at once.
    node.script.finalize(100);
    for number in 7..=106 {
        let block = next(&mut blocks).await.unwrap().unwrap();
        assert_eq!(block, node.script.block(number));
    }
}

#[tokio::test]
async fn a_follower_that_is_dropped_leaves_no_subscription_behind() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let blocks = chain.blocks().await.unwrap();
    assert_eq!(node.script.followers(), 1);
    drop(blocks);
    let gone = async {
        while node.script.followers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), gone).await.unwrap();
}
