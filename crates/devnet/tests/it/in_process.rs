use axonry_chain::{Call, Chain, ChainError, Dispatch, ExtrinsicHash, ExtrinsicStatus};
use axonry_core::{BlockNumber, MechId, NetUid, Uid, Weights};
use axonry_devnet::DevnetConfig;
use futures_util::StreamExt;

use crate::rig::{NETUID, config, rig, weights};

#[tokio::test]
async fn a_call_is_encoded_as_every_client_encodes_it() {
    let rig = rig(config()).await;
    let pairs = [(0, 65_535), (1, 100), (2, 7)].map(|(uid, value)| (Uid(uid), value));
    let call = Call::SetWeights {
        netuid: NetUid(1),
        mechanism: MechId(0),
        weights: Weights::new(pairs.to_vec()).expect("ascending"),
        version_key: 0,
    };
    let extrinsic = rig.sign(&call, "//Alice", 0).await;
    let golden = "070001000c0000010002000cffff640007000000000000000000";
    assert!(hex::encode(&extrinsic.bytes).ends_with(golden));
    assert_eq!(
        extrinsic.bytes.len(),
        2 + 1 + 1 + 32 + 1 + 64 + 2 + 1 + 1 + 1 + 26,
        "length, format, address, signature, era, nonce, tip, mode, call"
    );
}

#[tokio::test]
async fn weights_land_and_every_reader_sees_them() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let extrinsic = rig.sign(&weights(&[30_000, 65_535]), "//Alice", 0).await;
    let mut story = chain.submit(&extrinsic).await.expect("taken");
    let block = chain.seal().expect("a block");
    let mut told = Vec::new();
    while let Some(status) = story.next().await {
        told.push(status.expect("a status"));
    }
    assert_eq!(
        told,
        [
            ExtrinsicStatus::Ready,
            ExtrinsicStatus::Broadcast,
            ExtrinsicStatus::InBlock(block.hash),
            ExtrinsicStatus::Finalized(block.hash),
        ]
    );
    let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
    assert_eq!(dispatch.expect("readable"), Dispatch::Succeeded);
    let unknown = chain.dispatch(ExtrinsicHash([9; 32]), block.hash).await;
    assert_eq!(unknown.expect("readable"), Dispatch::NotInBlock);
    let stored = chain.weights(NETUID, MechId(0), Uid(0), block.hash).await;
    assert_eq!(stored.expect("there"), [(Uid(1), 30_000), (Uid(2), 65_535)]);
    let updates = chain.last_updates(NETUID, MechId(0), block.hash).await;
    assert_eq!(updates.expect("there")[0], BlockNumber(1));
    let metagraph = chain.metagraph(NETUID, block).await.expect("a subnet");
    assert_eq!(metagraph.len(), 4);
    assert!(metagraph.neurons()[0].validator_permit);
    assert_eq!(
        metagraph.neurons()[0].stake.base_units(),
        100_000_000_000_000
    );
    let account = metagraph.neurons()[0].hotkey.account();
    assert_eq!(chain.next_nonce(account).await.expect("known"), 1);
}

#[tokio::test]
async fn a_call_that_fails_tells_the_error_by_name_and_uses_up_its_nonce() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let call = weights(&[65_535, 1]);
    let extrinsic = rig.sign(&call, "//Miner//0", 0).await;
    let _story = chain.submit(&extrinsic).await.expect("taken");
    let block = chain.seal().expect("a block");
    let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
    let Dispatch::Failed(failure) = dispatch.expect("readable") else {
        panic!("a miner has no permit");
    };
    assert_eq!(failure.pallet, "SubtensorModule");
    assert_eq!(failure.name, "NeuronNoValidatorPermit");
    assert!(!failure.description.is_empty());
    let miner = rig.devnet.hotkeys[&Uid(1)].account();
    assert_eq!(chain.next_nonce(miner).await.expect("known"), 1);
}

#[tokio::test]
async fn epochs_run_every_tempo_and_blocks_are_streamed_without_gaps() {
    let rig = rig(DevnetConfig {
        tempo: 5,
        ..config()
    })
    .await;
    let chain = rig.devnet.chain();
    let blocks = chain.blocks().await.expect("a stream");
    let clock = |at| async move {
        let rules = chain.hyperparameters(NETUID, at).await.expect("a subnet");
        rules.epochs
    };
    let start = clock(chain.genesis()).await;
    assert_eq!(
        start.next_epoch_after(BlockNumber(0)),
        Some(BlockNumber(5)),
        "the clock foretells the first epoch"
    );
    chain.seal_many(12).expect("blocks");
    let blocks: Vec<_> = blocks
        .take(12)
        .map(|block| block.expect("a block"))
        .collect()
        .await;
    let mut epochs = Vec::new();
    for block in &blocks {
        let clock = clock(block.hash).await;
        epochs.push(
            clock
                .epoch_of(block.number.plus(1))
                .expect("the next block"),
        );
    }
    // What a call in the block after each belongs to: epochs ran in 5 and 10.
    assert_eq!(epochs, [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
    assert_eq!(blocks[11].number, BlockNumber(12));
    let nowhere = chain.metagraph(NetUid(9), blocks[11]).await;
    assert!(matches!(nowhere, Err(ChainError::NoSubnet(NetUid(9)))));
    let above = chain.block_hash(BlockNumber(99)).await;
    assert!(matches!(above, Err(ChainError::NoBlock(_))));
}
