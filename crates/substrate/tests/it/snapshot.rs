use axonry_chain::{Chain, ChainError, EpochClock, StatefulEpochs};
use axonry_core::{BlockHash, BlockNumber, NetUid, Uid};
use tokio::time::timeout;

use crate::node::Node;
use crate::toy::SN;

#[tokio::test]
async fn a_snapshot_at_one_hash_costs_at_most_five_requests() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    settled(&chain).await;
    let (before, counted) = (chain.requests(), chain.requests_by_method());

    let head = chain.head().await.unwrap();
    let (metagraph, rules) = tokio::try_join!(
        chain.metagraph(SN, head),
        chain.hyperparameters(SN, head.hash)
    )
    .unwrap();
    assert_eq!(
        chain.requests() - before,
        4,
        "{counted:?} {:?}",
        chain.requests_by_method()
    );
    assert_eq!(head, node.script.block(5));
    assert_eq!((metagraph.len(), rules.tempo()), (3, 20));

    // The same at a later block.
    node.script.finalize(7);
    let before = chain.requests();
    let head = chain.head().await.unwrap();
    chain.metagraph(SN, head).await.unwrap();
    chain.hyperparameters(SN, head.hash).await.unwrap();
    assert_eq!(chain.requests() - before, 4);
    assert_eq!(chain.requests_by_method()["chain_getFinalizedHead"], 4);
}

/// Waits until the node has announced its runtime and the client has matched it with a head's.
async fn settled(chain: &axonry_substrate::Substrate) {
    let heads = async {
        loop {
            let before = chain.requests();
            chain.head().await.unwrap();
            if chain.requests() - before == 2 {
                break;
            }
        }
    };
    timeout(std::time::Duration::from_secs(5), heads)
        .await
        .unwrap();
}

#[tokio::test]
async fn wrapped_types_and_fields_added_later_do_no_harm() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let head = chain.head().await.unwrap();
    let metagraph = chain.metagraph(SN, head).await.unwrap();
    let neuron = metagraph.neuron(Uid(2)).unwrap();
    assert_eq!(neuron.hotkey.as_bytes(), &[3; 32]);
    assert_eq!(
        neuron.stake.base_units(),
        1003,
        "the stakes of all coldkeys"
    );
    assert_eq!(neuron.axon.unwrap().address.to_string(), "127.0.0.1:8093");
    let rules = chain.hyperparameters(SN, head.hash).await.unwrap();
    assert_eq!(
        rules.weights_version_key, 3,
        "the default of a wrapped type"
    );
    assert_eq!(
        rules.epochs,
        EpochClock::Stateful(StatefulEpochs {
            at: BlockNumber(500),
            tempo: 20,
            last_epoch_block: BlockNumber(490),
            pending_epoch_at: BlockNumber(0),
            epoch_index: 24,
            blocks_since_last_step: 10,
        })
    );
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let head = chain.head().await.unwrap();
    let other = NetUid(9);
    let outcome = chain.metagraph(other, head).await;
    assert!(matches!(outcome, Err(ChainError::NoSubnet(found)) if found == other));
    let outcome = chain.hyperparameters(other, head.hash).await;
    assert!(matches!(outcome, Err(ChainError::NoSubnet(found)) if found == other));
    let outcome = chain.block_hash(BlockNumber(99)).await;
    assert!(matches!(outcome, Err(ChainError::NoBlock(BlockNumber(99)))));
    let words = "Client error: UnknownBlock: State already discarded for 0x07";
    let error = (4003, words);
    node.script
        .errors
        .lock()
        .unwrap()
        .insert("state_getRuntimeVersion", error);
    let unknown = BlockHash([7; 32]);
    let outcome = chain.hyperparameters(SN, unknown).await;
    assert!(
        matches!(outcome, Err(ChainError::NoState(found)) if found == unknown),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_runtime_upgrade_is_an_ordinary_day() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    settled(&chain).await;
    let downloads = |chain: &axonry_substrate::Substrate| chain.requests_by_method()["state_call"];
    let before = downloads(&chain);
    node.script.upgrade();
    settled(&chain).await;
    let head = chain.head().await.unwrap();
    let rules = chain.hyperparameters(SN, head.hash).await.unwrap();
    assert_eq!(rules.tempo(), 30);
    // Version 16, which the toy has not, and 15.
    assert_eq!(
        downloads(&chain) - before,
        2,
        "the new runtime's metadata, once"
    );
}

#[tokio::test]
async fn an_upgrade_nobody_announced_shows_in_the_bytes_and_is_looked_up() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    settled(&chain).await;
    node.script.upgrade_silently();
    node.script.finalize(1);
    let head = chain.head().await.unwrap();
    let rules = chain.hyperparameters(SN, head.hash).await.unwrap();
    assert_eq!(
        rules.tempo(),
        30,
        "four bytes, of which the old runtime knows two"
    );
}

#[tokio::test]
async fn many_calls_share_one_connection_and_one_download() {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let head = chain.head().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let chain = chain.clone();
        tasks.spawn(async move { chain.metagraph(SN, head).await.unwrap().len() });
    }
    assert_eq!(tasks.join_all().await, vec![3; 200]);
    let counts = chain.requests_by_method();
    assert_eq!(counts["state_subscribeRuntimeVersion"], 1);
    assert_eq!(
        counts["state_call"], 202,
        "200 reads and two questions for metadata"
    );
}
