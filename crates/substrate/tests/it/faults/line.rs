use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::head_in_time;
use crate::frames::{Fate, Frames, Seen};
use crate::node::{Node, builder};
use crate::toy::SN;
use crate::wire::{Fault, Wire};

/// CH4: a black hole after any of the next frames; the call goes on where it stood.
#[tokio::test]
async fn a_black_hole_is_left_and_the_call_is_answered() {
    for frames_left in 0..6 {
        let node = Node::spawn().await;
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let counting = Arc::clone(&left);
        let frames = Frames::between(node.address, move |seen| {
            let left = counting.load(Ordering::SeqCst);
            if seen.connection > 0 || left == usize::MAX {
                return seen.pass();
            }
            if left == 0 {
                return Fate::Hang;
            }
            counting.store(left - 1, Ordering::SeqCst);
            seen.pass()
        })
        .await;
        let deadline = Duration::from_secs(10);
        let chain = builder(frames.address)
            .call_deadline(deadline)
            .pings(Duration::from_millis(50), Duration::from_millis(200))
            .connect()
            .await
            .unwrap();
        left.store(frames_left, Ordering::SeqCst);
        while frames.accepted() == 1 {
            let outcome = head_in_time(&chain, deadline).await;
            assert!(outcome.is_ok(), "{frames_left}: {outcome:?}");
        }
    }
}

/// CH5: the subscription falls silent, the connection does not.
#[tokio::test]
async fn a_silent_subscription_is_polled_around() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, |seen| match seen.is_notification() {
        true => Fate::Pass(Vec::new()),
        false => seen.pass(),
    })
    .await;
    let client = builder(frames.address).silence_of_heads(Duration::from_millis(30));
    let chain = client.connect().await.unwrap();
    let mut blocks = chain.blocks().await.unwrap();
    for number in 6..=20 {
        node.script.finalize(1);
        // None is told later than the next one is made.
        let block = timeout(Duration::from_secs(5), blocks.next()).await;
        assert_eq!(block.unwrap().unwrap().unwrap(), node.script.block(number));
    }
    assert_eq!(frames.accepted(), 1, "the connection was fine all along");
}

/// CH6: cut after every n frames of the node's.
#[tokio::test]
async fn a_line_that_is_cut_again_and_again_loses_no_block() {
    // Five are needed to connect and to hear of the head: less carries nothing at all.
    for every in [6, 7, 9, 13, 40] {
        let node = Node::spawn().await;
        let frames = Frames::between(node.address, move |seen| match seen.place >= every {
            true if seen.connection > 0 => Fate::Cut,
            _ => seen.pass(),
        })
        .await;
        let chain = builder(frames.address)
            .attempts(100_000, Duration::from_millis(1))
            .silence_of_heads(Duration::from_millis(200))
            .connect()
            .await
            .unwrap();
        let mut blocks = chain.blocks().await.unwrap();
        let script = &node.script;
        let making = async {
            for _ in 0..60 {
                script.finalize(1);
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        let following = async {
            for number in 6..=65 {
                let block = timeout(Duration::from_secs(20), blocks.next()).await;
                let block = block.unwrap_or_else(|_| panic!("{every}: no block {number}"));
                assert_eq!(block.unwrap().unwrap(), script.block(number), "{every}");
            }
        };
        tokio::join!(making, following);
    }
}

/// CH7: slow and uneven is not broken.
#[tokio::test]
async fn uneven_latency_changes_neither_connection_nor_endpoint() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    let chain = builder(one.address)
        .fallback(format!("ws://{}", two.address).parse().unwrap())
        .pings(Duration::from_millis(50), Duration::from_millis(500))
        .connect()
        .await
        .unwrap();
    for milliseconds in [0, 200, 5, 100, 0, 150, 30] {
        *one.script.latency.lock().unwrap() = Duration::from_millis(milliseconds);
        chain.head().await.unwrap();
    }
    assert!(chain.endpoints()[0].in_use);
    let counts = chain.requests_by_method();
    assert_eq!(counts["state_subscribeRuntimeVersion"], 1);
}

/// CH8: a line so slow that one answer takes longer than silence may last.
#[tokio::test]
async fn an_answer_that_trickles_in_is_no_silence() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let deadline = Duration::from_secs(10);
    let chain = builder(wire.address)
        .call_deadline(deadline)
        .pings(Duration::from_millis(100), Duration::from_millis(400))
        .connect()
        .await
        .unwrap();
    let head = chain.head().await.unwrap();
    wire.set(Fault::Trickle);
    let started = tokio::time::Instant::now();
    let metagraph = chain.metagraph(SN, head).await.unwrap();
    assert_eq!(metagraph.len(), 3);
    assert!(
        started.elapsed() > Duration::from_millis(450),
        "it was slow"
    );
    let counts = chain.requests_by_method();
    assert_eq!(counts["state_subscribeRuntimeVersion"], 1, "and not cut");
}

/// CH8: and where it cannot come in time, that is said in time.
#[tokio::test]
async fn an_answer_that_cannot_come_in_time_is_a_timeout() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let deadline = Duration::from_millis(300);
    let client = builder(wire.address).call_deadline(deadline);
    let chain = client.connect().await.unwrap();
    let head = chain.head().await.unwrap();
    wire.set(Fault::Trickle);
    let outcome = crate::deadline::in_time(deadline, chain.metagraph(SN, head)).await;
    assert!(
        matches!(outcome, Err(ChainError::Timeout { .. })),
        "{outcome:?}"
    );
}

/// Frames that change nothing change nothing.
#[tokio::test]
async fn the_one_between_is_not_noticed() {
    let node = Node::spawn().await;
    let frames = Frames::between(node.address, Seen::pass).await;
    let chain = builder(frames.address).connect().await.unwrap();
    assert_eq!(chain.head().await.unwrap(), node.script.block(5));
}
