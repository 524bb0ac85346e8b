//! The client without async.

use axonry_chain::{ChainError, ExtrinsicHash, ExtrinsicStatus, SignedExtrinsic};
use axonry_core::{AccountId, BlockNumber};
use axonry_substrate::blocking::{BlockingError, Substrate};
use serde_json::json;

use crate::node::{Node, builder};
use crate::toy::SN;

/// A node on a runtime of its own, as it would be in another process.
struct Elsewhere {
    node: Node,
    _runtime: tokio::runtime::Runtime,
}

fn elsewhere() -> Elsewhere {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let node = runtime.block_on(Node::spawn());
    Elsewhere {
        node,
        _runtime: runtime,
    }
}

#[test]
fn everything_can_be_had_from_a_plain_function() {
    let elsewhere = elsewhere();
    let script = &elsewhere.node.script;
    let chain = Substrate::connect(&format!("ws://{}", elsewhere.node.address)).unwrap();
    let head = chain.head().unwrap();
    assert_eq!(head, script.block(5));
    assert_eq!(chain.metagraph(SN, head).unwrap().len(), 3);
    let view = chain.at(head.hash).unwrap();
    let tempo: Option<u16> = view.storage("SubtensorModule", "Tempo", (SN.0,)).unwrap();
    assert_eq!(tempo, Some(20));
    let entries = view.map::<(u16,), u16>("SubtensorModule", "Tempo", ());
    let entries: Result<Vec<_>, _> = entries.unwrap().collect();
    assert_eq!(entries.unwrap(), [((SN.0,), 20)]);
    let mut blocks = chain.blocks().unwrap();
    script.finalize(2);
    let blocks: Result<Vec<_>, _> = blocks.by_ref().take(2).collect();
    assert_eq!(blocks.unwrap(), [script.block(6), script.block(7)]);
    *script.pool.lock().unwrap() = Ok(vec![json!("ready"), json!("dropped")]);
    let extrinsic = SignedExtrinsic {
        bytes: vec![1],
        hash: ExtrinsicHash([4; 32]),
        account: AccountId::from_bytes([5; 32]),
        nonce: 0,
        valid_until: BlockNumber(64),
    };
    let statuses: Result<Vec<_>, _> = chain.submit(&extrinsic).unwrap().collect();
    let expected = [ExtrinsicStatus::Ready, ExtrinsicStatus::Dropped];
    assert_eq!(statuses.unwrap(), expected);
}

#[test]
fn threads_share_it_and_closing_ends_it_for_all() {
    let elsewhere = elsewhere();
    let chain = builder(elsewhere.node.address).connect_blocking().unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let chain = chain.clone();
            std::thread::spawn(move || chain.head().unwrap().number)
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), BlockNumber(5));
    }
    chain.clone().close().unwrap();
    let outcome = chain.head();
    assert!(
        matches!(outcome, Err(BlockingError::Chain(ChainError::Closed))),
        "{outcome:?}"
    );
}

#[test]
fn inside_of_async_it_is_refused_with_an_error() {
    let elsewhere = elsewhere();
    let chain = builder(elsewhere.node.address).connect_blocking().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let outcome = Substrate::connect("local");
        assert!(matches!(outcome, Err(BlockingError::InsideAsync)));
        let outcome = chain.head();
        assert!(matches!(outcome, Err(BlockingError::InsideAsync)));
    });
    // It is as good as before outside.
    chain.head().unwrap();
}
