use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_core::BlockHash;
use axonry_substrate::ConnectError;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::deadline::in_time;

use crate::node::{Node, builder, failure};
use crate::wire::{Fault, Wire};

#[tokio::test]
async fn a_refused_connection_is_unavailable_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = failure(builder(address)).await;
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_server_that_never_shakes_hands_is_unavailable_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deadline = Duration::from_millis(200);
    let client = builder(listener.local_addr().unwrap()).connect_deadline(deadline);
    let error = in_time(deadline, failure(client)).await;
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_node_that_falls_silent_is_a_timeout_within_the_deadline() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let deadline = Duration::from_millis(300);
    let chain = builder(wire.address)
        .call_deadline(deadline)
        .connect()
        .await
        .unwrap();
    wire.set(Fault::Swallow);
    let error = in_time(deadline, chain.head()).await.unwrap_err();
    assert!(
        matches!(&error, ChainError::Timeout { after, .. } if *after == deadline),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_call_of_several_questions_has_one_deadline() {
    let node = Node::spawn().await;
    let deadline = Duration::from_millis(300);
    let slow = builder(node.address).call_deadline(deadline);
    let chain = slow.connect().await.unwrap();
    // Each answer comes in time, but two of them do not.
    *node.script.latency.lock().unwrap() = deadline.mul_f64(0.7);
    let error = in_time(deadline, chain.head()).await.unwrap_err();
    assert!(matches!(error, ChainError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn three_unanswered_calls_make_a_new_connection() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let deadline = Duration::from_millis(300);
    let chain = builder(wire.address)
        .call_deadline(deadline)
        .connect()
        .await
        .unwrap();
    wire.set(Fault::Swallow);
    for _ in 0..3 {
        assert!(chain.head().await.is_err());
    }
    wire.set(Fault::None);
    answers_again(&chain).await;
    assert_eq!(
        chain.requests_by_method()["state_subscribeRuntimeVersion"],
        2
    );
}

/// CH4: a peer that holds the line and says nothing is found out without any call.
#[tokio::test]
async fn silence_is_noticed_by_pings_without_any_call() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let pings = builder(wire.address).pings(Duration::from_millis(50), Duration::from_millis(200));
    let chain = pings.idle_after(None).connect().await.unwrap();
    wire.set(Fault::Swallow);
    let noticed = async {
        while chain.outage().is_none() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), noticed).await.unwrap();
    assert!(chain.outage().unwrap().contains("said nothing"));
}

#[tokio::test]
async fn a_cut_connection_heals_and_reads_in_flight_are_asked_again() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let chain = builder(wire.address).connect().await.unwrap();
    wire.set(Fault::Swallow);
    let asking = tokio::spawn({
        let chain = chain.clone();
        async move { chain.head().await }
    });
    // The question is on its way once it has been counted.
    while chain.requests_by_method()["chain_getFinalizedHead"] < 2 {
        tokio::task::yield_now().await;
    }
    wire.cut().await;
    assert_eq!(asking.await.unwrap().unwrap(), node.script.block(5));
    assert_eq!(chain.requests_by_method()["chain_getFinalizedHead"], 3);
}

#[tokio::test]
async fn an_outage_is_unavailable_by_the_deadline_and_ends_by_itself() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let deadline = Duration::from_millis(300);
    let chain = builder(wire.address)
        .call_deadline(deadline)
        .connect()
        .await
        .unwrap();
    wire.set(Fault::Cut);
    let error = in_time(deadline, chain.head()).await.unwrap_err();
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
    wire.set(Fault::None);
    answers_again(&chain).await;
}

#[tokio::test]
async fn the_last_clone_to_go_closes_the_connection() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let chain = builder(wire.address).connect().await.unwrap();
    let clone = chain.clone();
    drop(chain);
    clone.head().await.unwrap();
    drop(clone);
    timeout(Duration::from_secs(5), wire.idle()).await.unwrap();
}

#[tokio::test]
async fn a_node_of_another_chain_is_refused() {
    let node = Node::spawn().await;
    let expected = BlockHash([1; 32]);
    let outcome = builder(node.address).genesis(expected).connect().await;
    assert!(
        matches!(&outcome, Err(ConnectError::OtherChain { found, .. })
            if *found == node.script.block(0).hash),
        "{outcome:?}"
    );
    let genesis = node.script.block(0).hash;
    let chain = builder(node.address)
        .genesis(genesis)
        .connect()
        .await
        .unwrap();
    assert_eq!(chain.genesis(), genesis);
}

#[tokio::test]
async fn encryption_needs_no_set_up_by_the_caller() {
    let node = Node::spawn().await;
    // The node does not speak TLS: what matters is that the client's side of it is there.
    let endpoint = format!("wss://localhost:{}", node.address.port())
        .parse()
        .unwrap();
    let error = failure(builder(node.address).endpoint(endpoint)).await;
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
}

async fn answers_again(chain: &axonry_substrate::Substrate) {
    let asking = async {
        while chain.head().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), asking).await.unwrap();
}
