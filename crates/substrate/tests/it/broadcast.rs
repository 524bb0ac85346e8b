//! The same bytes for every endpoint.

use std::time::Duration;

use axonry_chain::{
    Chain, ExtrinsicHash, ExtrinsicStatus, PoolRejection, SignedExtrinsic, SubmitError,
};
use axonry_core::{AccountId, BlockNumber};
use axonry_substrate::{Substrate, SubstrateBuilder};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use crate::frames::{Fate, Frames};
use crate::node::{Node, builder};

fn extrinsic() -> SignedExtrinsic {
    let hash = blake2b_simd::Params::new().hash_length(32).hash(&[1, 2, 3]);
    SignedExtrinsic {
        bytes: vec![1, 2, 3],
        hash: ExtrinsicHash(hash.as_bytes().try_into().unwrap()),
        account: AccountId::from_bytes([5; 32]),
        nonce: 0,
        valid_until: BlockNumber(64),
    }
}

fn to_both(one: std::net::SocketAddr, two: &Node) -> SubstrateBuilder {
    builder(one)
        .fallback(format!("ws://{}", two.address).parse().unwrap())
        .silence_of_heads(Duration::from_millis(30))
        .call_deadline(Duration::from_secs(2))
        .broadcast(true)
}

async fn connected(builder: SubstrateBuilder) -> Substrate {
    let chain = builder.connect().await.unwrap();
    // What is looked for is looked for from here on.
    chain.head().await.unwrap();
    chain
}

#[tokio::test]
async fn every_endpoint_is_handed_the_same_bytes() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    let chain = connected(to_both(one.address, &two)).await;
    *one.script.pool.lock().unwrap() = Ok(vec![json!("ready")]);
    // It has heard of it from the first.
    *two.script.pool.lock().unwrap() = Err((1013, "Already imported", None));
    let mut statuses = chain.submit(&extrinsic()).await.unwrap();
    let said = statuses.next().await.unwrap().unwrap();
    assert_eq!(said, ExtrinsicStatus::Ready);
    // It is handed on while what becomes of it is waited for.
    let handing = async {
        tokio::select! {
            said = statuses.next() => panic!("{said:?}"),
            () = async {
                while two.script.submitted.lock().unwrap().is_empty() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            } => {}
        }
    };
    timeout(Duration::from_secs(5), handing).await.unwrap();
    assert_eq!(*two.script.submitted.lock().unwrap(), [json!("0x010203")]);
}

#[tokio::test]
async fn what_another_endpoint_takes_is_not_unknown() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    // The first loses the connection whenever it is handed something.
    let frames = Frames::between(one.address, |seen| match seen.text.contains("0xdead") {
        true => Fate::Cut,
        false => seen.pass(),
    })
    .await;
    *one.script.pool.lock().unwrap() = Err((-32603, "0xdead", None));
    let chain = connected(to_both(frames.address, &two)).await;
    let mut statuses = chain.submit(&extrinsic()).await.unwrap();
    let said = statuses.next().await.unwrap().unwrap();
    assert_eq!(said, ExtrinsicStatus::Ready);
    for node in [&one, &two] {
        node.script.extrinsics.lock().unwrap().push(vec![1, 2, 3]);
        node.script.finalize(1);
    }
    let said = timeout(Duration::from_secs(10), statuses.next()).await;
    let found = ExtrinsicStatus::Finalized(two.script.block(6).hash);
    assert_eq!(said.unwrap().unwrap().unwrap(), found);
}

#[tokio::test]
async fn what_nobody_answers_stays_unknown_and_a_bad_one_goes_nowhere() {
    let (one, two) = (Node::spawn().await, Node::spawn().await);
    let chain = connected(to_both(one.address, &two)).await;
    *one.script.pool.lock().unwrap() = Err((-32603, "something went wrong", None));
    *two.script.pool.lock().unwrap() = Err((-32603, "something went wrong", None));
    let outcome = chain.submit(&extrinsic()).await;
    assert!(matches!(outcome, Err(SubmitError::Unknown(_))));
    assert_eq!(two.script.submitted.lock().unwrap().len(), 1);
    let stale = json!("Transaction is outdated");
    *one.script.pool.lock().unwrap() = Err((1010, "Invalid Transaction", Some(stale)));
    let outcome = chain.submit(&extrinsic()).await;
    assert!(matches!(
        outcome,
        Err(SubmitError::Rejected(PoolRejection::Invalid(_)))
    ));
    assert_eq!(two.script.submitted.lock().unwrap().len(), 1);
}
