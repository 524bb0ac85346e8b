use std::time::Duration;

use axonry_chain::{
    Chain, ChainError, ExtrinsicHash, ExtrinsicStatus, InvalidReason, PoolRejection,
    SignedExtrinsic, SubmitError,
};
use axonry_core::{AccountId, BlockHash, BlockNumber};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::node::{Node, builder};
use crate::wire::{Fault, Wire};

fn extrinsic() -> SignedExtrinsic {
    SignedExtrinsic {
        bytes: vec![1, 2, 3],
        hash: ExtrinsicHash([4; 32]),
        account: AccountId::from_bytes([5; 32]),
        nonce: 0,
        valid_until: BlockNumber(64),
    }
}

#[tokio::test]
async fn the_pools_codes_are_told_apart() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let invalid = PoolRejection::Invalid;
    for (code, data, expected) in [
        (
            1010,
            Some(json!("Transaction is outdated")),
            invalid(InvalidReason::Stale),
        ),
        (
            1010,
            Some(json!("Custom error: 6")),
            invalid(InvalidReason::Custom(6)),
        ),
        (
            1010,
            Some(json!("Transaction has a bad signature")),
            invalid(InvalidReason::BadProof),
        ),
        (1012, None, PoolRejection::Banned),
        (1013, Some(json!("0x04")), PoolRejection::AlreadyImported),
        (1014, Some(json!("(5, 5)")), PoolRejection::PriorityTooLow),
        (1016, None, PoolRejection::PoolFull),
    ] {
        *node.script.pool.lock().unwrap() = Err((code, "no", data));
        match chain.submit(&extrinsic()).await {
            Err(SubmitError::Rejected(found)) => assert_eq!(found, expected, "code {code}"),
            other => panic!("code {code}: {:?}", other.err()),
        }
    }
}

#[tokio::test]
async fn an_error_that_proves_nothing_leaves_the_outcome_unknown() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    for code in [-32603, -32005, 429] {
        *node.script.pool.lock().unwrap() = Err((code, "something went wrong", None));
        let outcome = chain.submit(&extrinsic()).await;
        assert!(
            matches!(outcome, Err(SubmitError::Unknown(_))),
            "code {code}"
        );
    }
}

#[tokio::test]
async fn every_word_of_the_node_is_passed_on_until_the_final_one() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let hash = BlockHash([8; 32]);
    let text = hash.to_string();
    let said: Vec<(Value, ExtrinsicStatus)> = vec![
        (json!("future"), ExtrinsicStatus::Future),
        (json!("ready"), ExtrinsicStatus::Ready),
        (json!({"broadcast": ["12D3"]}), ExtrinsicStatus::Broadcast),
        (json!({"inBlock": text}), ExtrinsicStatus::InBlock(hash)),
        (json!({"retracted": text}), ExtrinsicStatus::Retracted(hash)),
    ];
    for (last, expected) in [
        (json!({"finalized": text}), ExtrinsicStatus::Finalized(hash)),
        (
            json!({"finalityTimeout": text}),
            ExtrinsicStatus::FinalityTimeout(hash),
        ),
        (json!({"usurped": text}), ExtrinsicStatus::Usurped),
        (json!("dropped"), ExtrinsicStatus::Dropped),
        (json!("invalid"), ExtrinsicStatus::Invalid),
    ] {
        let all = said.iter().cloned().chain([(last, expected)]);
        let (words, expected): (Vec<_>, Vec<_>) = all.unzip();
        *node.script.pool.lock().unwrap() = Ok(words);
        let statuses = chain.submit(&extrinsic()).await.unwrap();
        let heard: Vec<_> = statuses.map(Result::unwrap).collect().await;
        assert_eq!(heard, expected);
    }
}

#[tokio::test]
async fn a_node_that_says_nothing_more_ends_the_stream_in_time() {
    let node = Node::spawn().await;
    let patience = Duration::from_millis(200);
    let chain = builder(node.address)
        .status_deadline(patience)
        .connect()
        .await
        .unwrap();
    *node.script.pool.lock().unwrap() = Ok(vec![json!("ready")]);
    let mut statuses = chain.submit(&extrinsic()).await.unwrap();
    assert_eq!(
        statuses.next().await.unwrap().unwrap(),
        ExtrinsicStatus::Ready
    );
    let end = statuses.next().await;
    assert!(
        matches!(&end, Some(Err(ChainError::Timeout { after, .. })) if *after == patience),
        "{end:?}"
    );
    assert!(statuses.next().await.is_none());
}

#[tokio::test]
async fn a_connection_lost_while_handing_in_is_unknown_and_not_tried_twice() {
    let node = Node::spawn().await;
    let wire = Wire::to(node.address).await;
    let chain = builder(wire.address).connect().await.unwrap();
    wire.set(Fault::Swallow);
    let handing_in = tokio::spawn({
        let chain = chain.clone();
        async move { chain.submit(&extrinsic()).await.err() }
    });
    const SUBMIT: &str = "author_submitAndWatchExtrinsic";
    while !chain.requests_by_method().contains_key(SUBMIT) {
        tokio::task::yield_now().await;
    }
    wire.cut().await;
    let error = handing_in.await.unwrap();
    assert!(matches!(error, Some(SubmitError::Unknown(_))), "{error:?}");
    chain.head().await.unwrap();
    assert_eq!(chain.requests_by_method()[SUBMIT], 1);
}

#[tokio::test]
async fn the_next_nonce_is_the_pools() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    assert_eq!(
        chain
            .next_nonce(AccountId::from_bytes([5; 32]))
            .await
            .unwrap(),
        41
    );
}

/// What an extrinsic becomes is read from the block it is in.
mod dispatch {
    use axonry_chain::{Chain, Dispatch, ExtrinsicHash};

    use crate::node::Node;
    use crate::toy::{DispatchError, SystemEvent, SystemEventOfTwo, TokenError, event};

    fn hash_of(extrinsic: &[u8]) -> ExtrinsicHash {
        let hash = blake2b_simd::Params::new().hash_length(32).hash(extrinsic);
        ExtrinsicHash(hash.as_bytes().try_into().unwrap())
    }

    fn put(node: &Node, (key, events): (Vec<u8>, Vec<u8>)) {
        node.script.storage.lock().unwrap().insert(key, events);
    }

    #[tokio::test]
    async fn success_failure_and_absence_are_told_apart() {
        let node = Node::spawn().await;
        *node.script.extrinsics.lock().unwrap() = vec![vec![1], vec![2]];
        let chain = node.connect().await;
        let at = chain.head().await.unwrap().hash;
        put(&node, event(1, SystemEvent::ExtrinsicSuccess));
        let outcome = chain.dispatch(hash_of(&[2]), at).await.unwrap();
        assert_eq!(outcome, Dispatch::Succeeded);
        // There is no word of the first one, which is not the same as success.
        assert!(chain.dispatch(hash_of(&[1]), at).await.is_err());
        assert_eq!(
            chain.dispatch(hash_of(&[3]), at).await.unwrap(),
            Dispatch::NotInBlock
        );
        let dispatch_error = DispatchError::Token(TokenError::Frozen);
        put(
            &node,
            event(0, SystemEvent::ExtrinsicFailed { dispatch_error }),
        );
        match chain.dispatch(hash_of(&[1]), at).await.unwrap() {
            Dispatch::Failed(failure) => assert_eq!(failure.to_string(), "Token.Frozen"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_events_of_an_upgrade_are_the_old_runtimes() {
        let node = Node::spawn().await;
        *node.script.extrinsics.lock().unwrap() = vec![vec![1]];
        let chain = node.connect().await;
        node.script.upgrade();
        let upgrade = chain.head().await.unwrap().hash;
        put(&node, event(0, SystemEvent::ExtrinsicSuccess));
        let outcome = chain.dispatch(hash_of(&[1]), upgrade).await.unwrap();
        assert_eq!(outcome, Dispatch::Succeeded);
        // One block later the new one writes them.
        node.script.finalize(1);
        let later = chain.head().await.unwrap().hash;
        put(&node, event(0, SystemEventOfTwo::ExtrinsicSuccess));
        let outcome = chain.dispatch(hash_of(&[1]), later).await.unwrap();
        assert_eq!(outcome, Dispatch::Succeeded);
        let dispatch_error = DispatchError::BadOrigin;
        put(
            &node,
            event(0, SystemEventOfTwo::ExtrinsicFailed { dispatch_error }),
        );
        let outcome = chain.dispatch(hash_of(&[1]), later).await.unwrap();
        assert!(matches!(outcome, Dispatch::Failed(failure) if failure.name == "BadOrigin"));
    }
}
