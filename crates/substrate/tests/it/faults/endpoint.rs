use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_core::BlockHash;
use axonry_substrate::{ConnectError, Endpoint};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::until;
use crate::deadline::in_time;
use crate::frames::{Frames, Seen};
use crate::node::{Node, builder, failure};
use crate::toy::SN;

fn endpoint(address: SocketAddr) -> Endpoint {
    format!("ws://{address}").parse().unwrap()
}

/// CH1: refused at the start, there a little later.
#[tokio::test]
async fn a_node_that_is_not_there_yet_is_waited_for() {
    let node = Node::spawn().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let patient = builder(address)
        .attempts(1000, Duration::from_millis(5))
        .connect_within(Duration::from_secs(20));
    let connecting = tokio::spawn(patient.connect());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let wire = crate::wire::Wire::at(address, node.address).await;
    let chain = connecting.await.unwrap().unwrap();
    assert_eq!(chain.head().await.unwrap(), node.script.block(5));
    drop(wire);
}

/// CH1: never there.
#[tokio::test]
async fn waiting_for_a_node_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let time = Duration::from_millis(200);
    let patient = builder(address).attempts(1000, Duration::from_millis(5));
    let error = in_time(time, failure(patient.connect_within(time))).await;
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
}

/// CH2: the name is looked up when connecting, off the thread that asks, and within the time for it.
#[tokio::test]
async fn a_name_that_is_not_known_is_unavailable_in_time() {
    let nowhere = "ws://node.invalid:9944".parse().unwrap();
    let time = Duration::from_secs(2);
    let client = builder(SocketAddr::from(([127, 0, 0, 1], 1))).endpoint(nowhere);
    let error = in_time(time, failure(client.connect_deadline(time))).await;
    assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
}

/// Refuses to speak websocket, and counts how often it is asked to.
async fn refusing(status: &'static str) -> (SocketAddr, Arc<AtomicUsize>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let mut server = JoinSet::new();
    server.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, count, server)
}

/// CH3: a limiter at the door is a state with its own words, and is not run against.
#[tokio::test]
async fn a_refused_handshake_says_so_and_attempts_keep_to_their_budget() {
    for (status, words) in [
        ("429 Too Many Requests", "too many connections"),
        ("503 Service Unavailable", "overloaded"),
    ] {
        let (address, count, _server) = refusing(status).await;
        let patient = builder(address)
            .attempts(3, Duration::from_millis(1))
            .connect_within(Duration::from_millis(300));
        let error = failure(patient).await;
        assert!(matches!(error, ChainError::Unavailable { .. }), "{error:?}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(words), "{cause}");
        let asked = count.load(Ordering::SeqCst);
        assert!(asked <= 4, "the first and three more a minute, not {asked}");
    }
}

/// CH3: with another endpoint at hand, that one is used.
#[tokio::test]
async fn a_limiter_at_the_door_sends_to_the_next_endpoint() {
    let node = Node::spawn().await;
    let (address, _, _server) = refusing("429 Too Many Requests").await;
    let client = builder(address).fallback(endpoint(node.address));
    let chain = client.connect().await.unwrap();
    assert_eq!(*chain.endpoint(), endpoint(node.address));
    let health = chain.endpoints();
    assert!(health[0].resting && health[1].in_use);
}

/// CH12: state that has been dropped comes from the archive, which is asked at once from then on.
#[tokio::test]
async fn pruned_state_comes_from_the_archive_without_a_storm() {
    let (pruned, archive) = (Node::spawn().await, Node::spawn().await);
    let (usual, rare) = (
        Frames::between(pruned.address, Seen::pass).await,
        Frames::between(archive.address, Seen::pass).await,
    );
    let client = builder(usual.address).archive(endpoint(rare.address));
    let chain = client.connect().await.unwrap();
    let old = pruned.script.block(2).hash;
    chain.at(old).await.unwrap();
    let words = "Client error: UnknownBlock: State already discarded";
    for method in ["state_getStorage", "state_queryStorageAt", "state_call"] {
        let mut errors = pruned.script.errors.lock().unwrap();
        errors.insert(method, (4003, words));
    }
    assert_eq!(rare.accepted(), 0, "not before it is needed");
    let asked = || chain.requests_by_method()["state_queryStorageAt"];
    let before = asked();
    for _ in 0..5 {
        let rules = chain.hyperparameters(SN, old).await.unwrap();
        assert_eq!(rules.tempo(), 20);
    }
    assert_eq!(asked() - before, 6, "one in vain and five of the archive");
    assert_eq!(rare.accepted(), 1);
    // What neither of them has is said to be missing, once asked of each.
    let mut errors = archive.script.errors.lock().unwrap().clone();
    errors.insert("state_queryStorageAt", (4003, words));
    *archive.script.errors.lock().unwrap() = errors;
    let before = asked();
    let outcome = chain.hyperparameters(SN, old).await;
    assert!(
        matches!(outcome, Err(ChainError::NoState(block)) if block == old),
        "{outcome:?}"
    );
    assert_eq!(asked() - before, 1);
}

/// CH12 and CH14: an archive of another chain is never believed.
#[tokio::test]
async fn an_archive_of_another_chain_is_refused() {
    let (pruned, other) = (Node::spawn().await, Node::of_chain(1).await);
    let client = builder(pruned.address)
        .archive(endpoint(other.address))
        .call_deadline(Duration::from_millis(500));
    let chain = client.connect().await.unwrap();
    let old = pruned.script.block(2).hash;
    chain.at(old).await.unwrap();
    let error = (4003, "UnknownBlock: State already discarded");
    let mut errors = pruned.script.errors.lock().unwrap().clone();
    errors.insert("state_queryStorageAt", error);
    *pruned.script.errors.lock().unwrap() = errors;
    let outcome = chain.hyperparameters(SN, old).await;
    assert!(
        matches!(&outcome, Err(ChainError::Unavailable { .. })),
        "{outcome:?}"
    );
}

/// CH13: a preferred endpoint a thousand blocks behind is left for one that is not.
#[tokio::test]
async fn an_endpoint_far_behind_is_left() {
    let (behind, ahead) = (Node::spawn().await, Node::spawn().await);
    ahead.script.finalize(1000);
    let client = builder(behind.address)
        .fallback(endpoint(ahead.address))
        .rest(Duration::from_millis(100));
    let chain = client.connect().await.unwrap();
    assert_eq!(*chain.endpoint(), endpoint(behind.address));
    until("the change", || {
        *chain.endpoint() == endpoint(ahead.address)
    })
    .await;
    assert_eq!(chain.head().await.unwrap(), ahead.script.block(1005));
    let health = chain.endpoints();
    assert_eq!(health[0].head.unwrap().0, 5);
    assert_eq!(health[1].head.unwrap().0, 1005);
    assert!(health.iter().all(|one| one.latency.is_some()));
    // It is not returned to before it has caught up.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(*chain.endpoint(), endpoint(ahead.address));
}

/// CH14: never used at all, so nothing is ever signed for it.
#[tokio::test]
async fn an_endpoint_of_another_chain_is_refused_at_once() {
    let (one, other) = (Node::spawn().await, Node::of_chain(1).await);
    let genesis = one.script.block(0).hash;
    let outcome = builder(other.address).genesis(genesis).connect().await;
    assert!(
        matches!(outcome, Err(ConnectError::OtherChain { expected, .. }) if expected == genesis)
    );
    let chain = builder(one.address)
        .fallback(endpoint(other.address))
        .rest(Duration::from_millis(50))
        .connect()
        .await
        .unwrap();
    other.script.finalize(5000);
    until("the look", || chain.endpoints()[1].resting).await;
    assert_eq!(*chain.endpoint(), endpoint(one.address));
    assert_eq!(chain.endpoints()[1].head, None, "what it says is not taken");
    assert_ne!(other.script.block(0).hash, BlockHash([0; 32]));
}
