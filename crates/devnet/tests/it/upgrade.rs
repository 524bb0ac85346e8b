//! Runtime upgrades in the middle of a session.

use axonry_chain::{Chain, Dispatch, EpochClock, InvalidReason, PoolRejection, SubmitError};
use axonry_core::{MechId, Uid};
use axonry_devnet::{DevnetConfig, UpgradeError, successor};
use jsonrpsee::rpc_params;
use parity_scale_codec::Encode;
use serde_json::{Value, json};

use crate::foreign::blob;
use crate::rig::{NETUID, Rig, bytes, config, hex, rig, weights};

async fn spec(rig: &Rig, at: impl serde::Serialize + Send) -> Value {
    let version = rig.ask("state_getRuntimeVersion", rpc_params![at]).await;
    version["specVersion"].clone()
}

/// Sets weights with whatever runtime is in force, and makes the block that has them.
async fn land(rig: &Rig, values: &[u16], nonce: u64) -> axonry_core::Block {
    let chain = rig.devnet.chain();
    let extrinsic = rig.sign(&weights(values), "//Alice", nonce).await;
    let _story = chain.submit(&extrinsic).await.expect("taken");
    let block = chain.seal().expect("a block");
    let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
    assert_eq!(dispatch.expect("readable"), Dispatch::Succeeded);
    block
}

#[tokio::test]
async fn the_next_block_is_the_new_runtimes_and_older_ones_stay_what_they_were() {
    let (Some(old), Some(new)) = (blob("finney-2025-12.scale"), blob("finney.scale")) else {
        return;
    };
    let rig = rig(DevnetConfig {
        metadata: Some(old),
        ..config()
    })
    .await;
    let chain = rig.devnet.chain();
    let mut announced = rig
        .subscribe("state_subscribeRuntimeVersion", rpc_params![])
        .await;
    let mut next = async || announced.next().await.expect("open").expect("a version");
    assert_eq!(next().await["specVersion"], 365);
    let before = land(&rig, &[65_535, 7], 0).await;
    let pending = rig.sign(&weights(&[65_535, 8]), "//Alice", 1).await;
    let upgrade = chain.upgrade(&new).expect("393 is later than 365");
    assert_eq!(next().await["specVersion"], 393);

    let header = rig.ask("chain_getHeader", rpc_params![upgrade.hash]).await;
    let logs = header["digest"]["logs"].as_array().expect("a list");
    assert_eq!(logs.last(), Some(&json!("0x08")), "the header says so");
    assert_eq!(spec(&rig, before.hash).await, 365);
    assert_eq!(
        spec(&rig, upgrade.hash).await,
        393,
        "by the code in its state"
    );

    // What was signed for the old version is not signed for this one.
    let refused = chain.submit(&pending).await.err();
    let Some(SubmitError::Rejected(PoolRejection::Invalid(reason))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(reason, InvalidReason::BadProof);

    let after = land(&rig, &[65_535, 9], 1).await;
    for (block, values) in [(before, [65_535, 7]), (after, [65_535, 9])] {
        let stored = chain.weights(NETUID, MechId(0), Uid(0), block.hash).await;
        let expected = [(Uid(1), values[0]), (Uid(2), values[1])];
        assert_eq!(stored.expect("readable"), expected);
    }
    let (one, two) = (
        chain.metagraph(NETUID, before).await.expect("readable"),
        chain.metagraph(NETUID, after).await.expect("readable"),
    );
    assert_eq!(
        one.neurons()[1],
        two.neurons()[1],
        "nothing is lost on the way"
    );
    // 365 lacks this method, 393 has it.
    let price = "SwapRuntimeApi_current_alpha_price_all";
    let params = |at| rpc_params![price, "0x", at];
    rig.refusal("state_call", params(before.hash)).await;
    rig.ask("state_call", params(after.hash)).await;
    let metadata = |at| rpc_params!["Metadata_metadata_at_version", hex(&16_u32.encode()), at];
    let (one, two) = (
        rig.ask("state_call", metadata(before.hash)).await,
        rig.ask("state_call", metadata(after.hash)).await,
    );
    assert_ne!(bytes(&one), bytes(&two));
    assert!(matches!(
        chain.upgrade(&new),
        Err(UpgradeError::Version {
            from: 393,
            found: 393
        })
    ));
}

#[tokio::test]
async fn epochs_go_on_where_they_are_when_they_move_into_the_state() {
    let (Some(old), own) = (blob("finney.scale"), rig(config()).await) else {
        return;
    };
    let new = own.devnet.chain().metadata();
    // Later than a tempo: the last epoch must not lie before the genesis block.
    for upgrade_at in 8..15 {
        let rig = rig(DevnetConfig {
            metadata: Some(old.clone()),
            tempo: 5,
            ..config()
        })
        .await;
        let chain = rig.devnet.chain();
        chain.seal_many(upgrade_at - 1).expect("blocks");
        let rules = chain.hyperparameters(NETUID, chain.best().hash).await;
        let foretold = rules.expect("there").epochs;
        let upgrade = chain.upgrade(&new).expect("a later version");
        let expected = foretold.next_epoch_after(upgrade.number);
        let first = chain.seal().expect("a block");
        let clock = chain.hyperparameters(NETUID, first.hash).await;
        let EpochClock::Stateful(state) = clock.expect("there").epochs else {
            panic!("the new runtime keeps its epochs in state");
        };
        let ran = (state.blocks_since_last_step == 0).then_some(first.number);
        let next = ran.or_else(|| EpochClock::Stateful(state).next_epoch_after(first.number));
        assert_eq!(next, expected, "upgraded in block {upgrade_at}");
    }
}

#[tokio::test]
async fn what_the_new_runtime_has_no_place_for_is_gone_and_the_rest_stays() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let next = successor(&chain.metadata(), &["SubtensorModule.Rho"]).expect("it is there");
    chain.upgrade(&next).expect("a later version");
    let block = land(&rig, &[65_535, 7], 0).await;
    assert_eq!(spec(&rig, block.hash).await, 1_001);
    let metagraph = chain.metagraph(NETUID, block).await.expect("there");
    assert_eq!(metagraph.len(), 4);
    assert!(
        successor(&next, &["SubtensorModule.Rho"]).is_err(),
        "it is gone"
    );
}
