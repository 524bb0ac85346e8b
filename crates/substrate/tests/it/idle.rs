//! A connection that nobody uses, and the end of one.

use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_core::BlockNumber;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::frames::{Frames, Seen};
use crate::node::{Node, builder};
use crate::wire::{Fault, Wire};

const IDLE: Duration = Duration::from_millis(150);

async fn closes(frames: &Frames) {
    let closing = async {
        while frames.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), closing).await.unwrap();
}

#[tokio::test]
async fn a_connection_nobody_uses_is_closed_and_opened_again_unseen() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, Seen::pass).await;
    let client = builder(frames.address).idle_after(Some(IDLE));
    let chain = client.connect().await.unwrap();
    for round in 1..=3 {
        closes(&frames).await;
        assert_eq!(
            frames.accepted(),
            round,
            "it stays closed until somebody asks"
        );
        assert_eq!(chain.outage(), None, "that is no outage");
        assert_eq!(chain.head().await.unwrap(), node.script.block(5));
    }
    // Not even for hundreds at once more than one is opened.
    closes(&frames).await;
    let heads = (0..300).map(|_| chain.block_hash(BlockNumber(3)));
    let heads = futures_util::future::join_all(heads).await;
    assert!(heads.into_iter().all(|hash| hash.is_ok()));
    assert_eq!(frames.accepted(), 5);
}

#[tokio::test]
async fn a_follower_keeps_the_connection_and_the_upgrade_listener_does_not() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, Seen::pass).await;
    let client = builder(frames.address).idle_after(Some(IDLE));
    let chain = client.connect().await.unwrap();
    let mut blocks = chain.blocks().await.unwrap();
    tokio::time::sleep(IDLE * 4).await;
    assert_eq!((frames.accepted(), frames.open()), (1, 1));
    node.script.finalize(1);
    let block = blocks.next().await.unwrap().unwrap();
    assert_eq!(block, node.script.block(6));
    drop(blocks);
    closes(&frames).await;
}

#[tokio::test]
async fn an_upgrade_while_nobody_was_connected_is_noticed() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, Seen::pass).await;
    let client = builder(frames.address).idle_after(Some(IDLE));
    let chain = client.connect().await.unwrap();
    closes(&frames).await;
    node.script.upgrade();
    node.script.finalize(1);
    let head = chain.head().await.unwrap();
    let rules = chain.hyperparameters(crate::toy::SN, head.hash).await;
    assert_eq!(rules.unwrap().tempo(), 30);
}

#[tokio::test]
async fn closing_ends_what_is_under_way_and_refuses_what_comes_later() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, Seen::pass).await;
    let chain = builder(frames.address).connect().await.unwrap();
    let mut blocks = chain.blocks().await.unwrap();
    *node.script.latency.lock().unwrap() = Duration::from_secs(60);
    let asking = tokio::spawn({
        let chain = chain.clone();
        async move { chain.block_hash(BlockNumber(3)).await }
    });
    while chain.requests_by_method()["chain_getBlockHash"] < 2 {
        tokio::task::yield_now().await;
    }
    timeout(Duration::from_secs(2), chain.close())
        .await
        .unwrap();
    assert!(matches!(asking.await.unwrap(), Err(ChainError::Closed)));
    assert!(matches!(chain.head().await, Err(ChainError::Closed)));
    assert!(matches!(blocks.next().await, Some(Err(ChainError::Closed))));
    assert!(blocks.next().await.is_none());
    closes(&frames).await;
    chain.close().await;
}

#[tokio::test]
async fn closing_and_dropping_leave_no_task_behind() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let settled = async |at_most| {
        let settling = async {
            while tasks() > at_most {
                tokio::task::yield_now().await;
            }
        };
        let settled = timeout(Duration::from_secs(5), settling).await;
        settled.unwrap_or_else(|_| panic!("{} tasks, {at_most} before", tasks()));
    };
    let before = tasks();
    let chain = builder(wire.address).connect().await.unwrap();
    chain.close().await;
    drop(chain);
    settled(before).await;
    let chain = builder(wire.address).connect().await.unwrap();
    let blocks = chain.blocks().await.unwrap();
    drop((blocks, chain));
    settled(before).await;
    // Also while there is no connection to be had.
    let chain = builder(wire.address).connect().await.unwrap();
    wire.set(Fault::Cut);
    while chain.outage().is_none() {
        tokio::task::yield_now().await;
    }
    timeout(Duration::from_secs(2), chain.close())
        .await
        .unwrap();
    settled(before).await;
}

#[tokio::test]
async fn many_who_ask_for_the_head_ask_once() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    while chain
        .requests_by_method()
        .get("state_subscribeRuntimeVersion")
        != Some(&1)
    {
        tokio::task::yield_now().await;
    }
    *node.script.latency.lock().unwrap() = Duration::from_millis(50);
    chain.head().await.unwrap();
    let before = chain.requests();
    let heads = futures_util::future::join_all((0..500).map(|_| chain.head())).await;
    assert!(
        heads
            .into_iter()
            .all(|head| head.unwrap() == node.script.block(5))
    );
    assert_eq!(chain.requests() - before, 2);
}
