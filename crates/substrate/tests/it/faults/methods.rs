use std::time::Duration;

use axonry_chain::{Chain, ChainError, ExtrinsicHash, ExtrinsicStatus, SignedExtrinsic};
use axonry_core::{AccountId, BlockNumber};
use axonry_substrate::At;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;
use tokio::time::timeout;

use crate::frames::Frames;
use crate::node::{Node, builder};
use crate::toy::SN;

const ACCOUNT: AccountId = AccountId::from_bytes([5; 32]);

/// Everything that is asked of a node, with what it should come to.
async fn works(node: &Node, unserved: &'static str) {
    let frames = Frames::without(node.address, [unserved]).await;
    let client = builder(frames.address).silence_of_heads(Duration::from_millis(30));
    let chain = client.connect().await.expect(unserved);
    let head = chain.head().await.expect(unserved);
    let view = chain.at(At::Head).await.expect(unserved);
    let tempo = view.storage::<u16>("SubtensorModule", "Tempo", (SN.0,));
    assert_eq!(tempo.await.expect(unserved), Some(20), "{unserved}");
    let rules = chain.hyperparameters(SN, head.hash).await.expect(unserved);
    assert_eq!(rules.tempo(), 20, "{unserved}");
    let keys = view.map::<(u16,), u16>("SubtensorModule", "Tempo", ());
    let keys: Result<Vec<_>, _> = keys.unwrap().try_collect().await;
    match unserved {
        "state_getKeysPaged" => {
            let error = keys.unwrap_err();
            assert!(error.to_string().contains(unserved), "{error}");
        }
        _ => assert_eq!(keys.expect(unserved).len(), 1),
    }
    let nonce = chain.next_nonce(ACCOUNT).await.expect(unserved);
    let expected = match unserved {
        "system_accountNextIndex" => 40,
        _ => 41,
    };
    assert_eq!(nonce, expected, "{unserved}");
    let mut blocks = chain.blocks().await.expect(unserved);
    node.script.finalize(2);
    for number in [head.number.0 + 1, head.number.0 + 2] {
        let block = timeout(Duration::from_secs(5), blocks.next()).await;
        let block = block.unwrap().unwrap().expect(unserved);
        assert_eq!(block.number.0, number, "{unserved}");
    }
}

/// CH11: a method that is listed, or should be, and is not served costs its place only.
#[tokio::test]
async fn each_method_that_is_not_served_has_another_way() {
    let node = Node::spawn().await;
    for unserved in [
        "state_queryStorageAt",
        "state_getStorage",
        "state_getRuntimeVersion",
        "state_getKeysPaged",
        "state_subscribeRuntimeVersion",
        "chain_getHeader",
        "chain_subscribeFinalizedHeads",
        "system_accountNextIndex",
        // Listed by nodes and never asked for here.
        "rpc_methods",
        "archive_v1_storage",
        "chainHead_v1_follow",
    ] {
        works(&node, unserved).await;
    }
}

/// CH11: what cannot be done without is named, and asked for once.
#[tokio::test]
async fn a_method_without_another_way_is_named_in_the_error() {
    let node = Node::spawn().await;
    let frames = Frames::without(node.address, ["state_getKeysPaged"]).await;
    let chain = builder(frames.address).connect().await.unwrap();
    let view = chain.at(At::Head).await.unwrap();
    for _ in 0..3 {
        let keys = view.map::<(u16,), u16>("SubtensorModule", "Tempo", ());
        let outcome: Result<Vec<_>, _> = keys.unwrap().try_collect().await;
        assert!(
            matches!(&outcome, Err(ChainError::Incompatible { item, .. })
                if item == "state_getKeysPaged"),
            "{outcome:?}"
        );
    }
    let counts = chain.requests_by_method();
    assert_eq!(counts["state_getKeysPaged"], 1);
    assert_eq!(counts["state_getKeysPagedAt"], 1);
}

/// CH11: nobody tells what becomes of it, so the blocks are looked into.
#[tokio::test]
async fn an_extrinsic_that_no_node_watches_is_found_in_its_block() {
    let node = Node::spawn().await;
    let frames = Frames::without(node.address, ["author_submitAndWatchExtrinsic"]).await;
    let client = builder(frames.address).silence_of_heads(Duration::from_millis(30));
    let chain = client.connect().await.unwrap();
    let head = chain.head().await.unwrap();
    let bytes = vec![1, 2, 3];
    let hash = blake2b_simd::Params::new().hash_length(32).hash(&bytes);
    let mut extrinsic = SignedExtrinsic {
        bytes: bytes.clone(),
        hash: ExtrinsicHash(hash.as_bytes().try_into().unwrap()),
        account: ACCOUNT,
        nonce: 0,
        valid_until: BlockNumber(head.number.0 + 8),
    };
    let mut statuses = chain.submit(&extrinsic).await.unwrap();
    let said = statuses.next().await.unwrap().unwrap();
    assert_eq!(said, ExtrinsicStatus::Ready);
    assert_eq!(*node.script.submitted.lock().unwrap(), [json!("0x010203")]);
    node.script.extrinsics.lock().unwrap().push(bytes);
    node.script.finalize(1);
    let found = node.script.block(6).hash;
    let said = statuses.next().await.unwrap().unwrap();
    assert_eq!(said, ExtrinsicStatus::Finalized(found));
    assert!(statuses.next().await.is_none());
    // One that is in no block is said to be invalid when its time has passed.
    extrinsic.hash = ExtrinsicHash([9; 32]);
    let mut statuses = chain.submit(&extrinsic).await.unwrap();
    statuses.next().await.unwrap().unwrap();
    node.script.finalize(10);
    let said = statuses.next().await.unwrap().unwrap();
    assert_eq!(said, ExtrinsicStatus::Invalid);
}
