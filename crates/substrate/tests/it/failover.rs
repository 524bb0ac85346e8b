use std::net::SocketAddr;
use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_substrate::{Endpoint, Substrate, SubstrateBuilder};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use crate::node::{Node, builder};
use crate::wire::{Fault, Wire};

const REST: Duration = Duration::from_millis(200);

fn endpoint(address: SocketAddr) -> Endpoint {
    format!("ws://{address}").parse().unwrap()
}

/// A client that prefers the first of two nodes.
fn prefers(first: SocketAddr, second: SocketAddr) -> SubstrateBuilder {
    builder(first).fallback(endpoint(second)).rest(REST)
}

async fn moves_to(chain: &Substrate, address: SocketAddr) {
    let moving = async {
        while *chain.endpoint() != endpoint(address) || chain.head().await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), moving).await.unwrap();
}

#[tokio::test]
async fn a_node_that_is_not_there_is_passed_over() {
    let node = Node::spawn().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let chain = prefers(nobody, node.address).connect().await.unwrap();
    assert_eq!(*chain.endpoint(), endpoint(node.address));
    assert_eq!(chain.head().await.unwrap(), node.script.block(5));
}

#[tokio::test]
async fn a_call_in_flight_is_answered_by_the_next_node() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    let wire = Wire::to(one.address).await;
    // Nothing ever comes back to the first.
    let two_only = prefers(wire.address, two.address).rest(Duration::from_secs(3600));
    let chain = two_only.connect().await.unwrap();
    wire.set(Fault::Cut);
    two.script.finalize(1);
    assert_eq!(chain.head().await.unwrap(), two.script.block(6));
    assert_eq!(*chain.endpoint(), endpoint(two.address));
}

#[tokio::test]
async fn the_preferred_node_is_returned_to_once_it_has_caught_up() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    let wire = Wire::to(one.address).await;
    let chain = prefers(wire.address, two.address).connect().await.unwrap();
    wire.set(Fault::Cut);
    moves_to(&chain, two.address).await;
    two.script.finalize(10);
    wire.set(Fault::None);
    // It answers, but ten blocks behind: three looks at it change nothing.
    let looked = || chain.requests_by_method()["chain_getHeader"];
    let before = looked();
    let looking = async {
        while looked() < before + 6 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), looking).await.unwrap();
    assert_eq!(*chain.endpoint(), endpoint(two.address));
    one.script.finalize(10);
    moves_to(&chain, wire.address).await;
}

#[tokio::test]
async fn a_node_of_another_chain_is_no_fallback() {
    let (one, other) = (Node::spawn().await, Node::of_chain(1).await);
    let wire = Wire::to(one.address).await;
    let chain = prefers(wire.address, other.address)
        .call_deadline(Duration::from_millis(500))
        .connect()
        .await
        .unwrap();
    wire.set(Fault::Cut);
    let outcome = chain.head().await;
    assert!(
        matches!(outcome, Err(ChainError::Unavailable { .. })),
        "{outcome:?}"
    );
    wire.set(Fault::None);
    let healing = async {
        loop {
            match chain.head().await {
                Ok(head) => break assert_eq!(head, one.script.block(5)),
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
    };
    timeout(Duration::from_secs(60), healing).await.unwrap();
}
