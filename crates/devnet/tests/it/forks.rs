//! Reorganisations, finality that stands still, and what the chain does wrong on command.

use axonry_chain::{
    Chain, Dispatch, ExtrinsicStatus, Ledger, PoolRejection, StatusStream, SubmitError,
};
use axonry_core::{BlockNumber, MechId, Uid};
use axonry_devnet::{ChainFault, DevnetConfig, ReorgError, successor};
use futures_util::StreamExt;
use jsonrpsee::rpc_params;

use crate::rig::{NETUID, config, rig, weights};

/// Everything said so far about an extrinsic.
async fn told(story: &mut StatusStream) -> Vec<ExtrinsicStatus> {
    let mut told = Vec::new();
    while let Some(Some(status)) = futures_util::FutureExt::now_or_never(story.next()) {
        told.push(status.expect("a status"));
    }
    told
}

#[tokio::test]
async fn a_fork_takes_blocks_back_and_the_extrinsic_lands_again() {
    for depth in 1..=10 {
        let rig = rig(DevnetConfig {
            finality_lag: 12,
            ..config()
        })
        .await;
        let chain = rig.devnet.chain();
        chain.seal_many(3).expect("blocks");
        let extrinsic = rig.sign(&weights(&[65_535, 7]), "//Alice", 0).await;
        let mut story = chain.submit(&extrinsic).await.expect("taken");
        let first = chain.seal().expect("a block");
        chain.seal_many(depth - 1).expect("blocks");
        let (old, before) = (chain.best(), told(&mut story).await);
        assert_eq!(before.last(), Some(&ExtrinsicStatus::InBlock(first.hash)));

        let best = chain.reorg(depth).expect("none of them is final");
        assert_eq!(best.number, old.number.plus(1), "the longer fork wins");
        assert_ne!(chain.block_hash(old.number).await.expect("there"), old.hash);
        let again = told(&mut story).await;
        assert_eq!(again.first(), Some(&ExtrinsicStatus::Retracted(first.hash)));
        assert_eq!(again.last(), Some(&ExtrinsicStatus::InBlock(best.hash)));
        let dispatch = chain.dispatch(extrinsic.hash, best.hash).await;
        assert_eq!(dispatch.expect("readable"), Dispatch::Succeeded);
        let updates = chain.last_updates(NETUID, MechId(0), best.hash).await;
        assert_eq!(updates.expect("readable")[0], best.number, "once, and here");
        let nonce = chain.next_nonce(extrinsic.account).await;
        assert_eq!(nonce.expect("known"), 1);
        chain.seal_many(12).expect("blocks");
        assert_eq!(
            told(&mut story).await,
            [ExtrinsicStatus::Finalized(best.hash)]
        );
    }
}

#[tokio::test]
async fn what_is_final_stays_and_an_upgrade_can_be_taken_back() {
    let rig = rig(DevnetConfig {
        finality_lag: 2,
        ..config()
    })
    .await;
    let chain = rig.devnet.chain();
    chain.seal_many(5).expect("blocks");
    assert!(matches!(
        chain.reorg(3),
        Err(ReorgError::Final {
            depth: 3,
            unfinalized: 2
        })
    ));
    let next = successor(&chain.metadata(), &["SubtensorModule.Rho"]).expect("it is there");
    chain.upgrade(&next).expect("a later version");
    assert_eq!(chain.metadata(), next);
    chain.reorg(1).expect("it is not final");
    assert_ne!(chain.metadata(), next);
    chain.seal().expect("a block of the old runtime");
}

#[tokio::test]
async fn finality_stands_still_until_it_is_let_go() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    chain.seal_many(2).expect("blocks");
    chain.faults().set(ChainFault::StallFinality);
    let best = chain.seal_many(30).expect("blocks");
    let head = chain.head().await.expect("there");
    assert_eq!((head.number.0, best.number.0), (2, 32));
    chain.reorg(30).expect("none of them is final");
    chain.faults().clear();
    let best = chain.seal().expect("a block");
    assert_eq!(chain.head().await.expect("there"), best);
}

#[tokio::test]
async fn the_pool_refuses_loses_or_wastes_what_it_is_told_to() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let extrinsic = rig.sign(&weights(&[65_535, 7]), "//Alice", 0).await;
    let faults = chain.faults();
    faults.set_times(ChainFault::Reject(PoolRejection::PoolFull), 1);
    let refused = chain.submit(&extrinsic).await.err();
    assert!(
        matches!(
            refused,
            Some(SubmitError::Rejected(PoolRejection::PoolFull))
        ),
        "{refused:?}"
    );
    faults.set_times(ChainFault::LoseSubmissions, 1);
    let mut story = chain.submit(&extrinsic).await.expect("taken, it says");
    let block = chain.seal().expect("a block");
    assert_eq!(told(&mut story).await, [], "nothing more is heard of it");
    let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
    assert_eq!(dispatch.expect("readable"), Dispatch::NotInBlock);

    faults.set_times(ChainFault::IncludeWithoutEffect, 1);
    let _story = chain.submit(&extrinsic).await.expect("taken");
    let block = chain.seal().expect("a block");
    let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
    assert_eq!(
        dispatch.expect("readable"),
        Dispatch::Succeeded,
        "it claims"
    );
    let stored = chain.weights(NETUID, MechId(0), Uid(0), block.hash).await;
    assert_eq!(stored.expect("readable"), []);
    let validity = chain.validate(&extrinsic, block.hash).await;
    assert!(!validity.expect("known").is_valid(), "its nonce is used up");
}

#[tokio::test]
async fn the_same_start_and_calls_give_the_same_blocks() {
    let run = async || {
        let rig = rig(DevnetConfig {
            start: Some("2026-01-01T00:00:00Z".parse().expect("a moment")),
            finality_lag: 3,
            ..config()
        })
        .await;
        let chain = rig.devnet.chain();
        let best = chain.seal_many(3).expect("blocks");
        let time = chain.timestamp(best.hash).await.expect("there");
        let fork = chain.reorg(2).expect("they are not final");
        (best.hash, time, fork.hash)
    };
    let (one, two) = (run().await, run().await);
    assert_eq!(one, two);
    assert_eq!(
        one.1.0,
        1_767_225_600_000 + 36_000,
        "a block takes twelve seconds"
    );
}

#[tokio::test]
async fn heads_tell_what_a_fork_put_in_the_place_of_what_was_told() {
    let rig = rig(DevnetConfig {
        finality_lag: 8,
        ..config()
    })
    .await;
    let chain = rig.devnet.chain();
    let mut all = rig
        .subscribe("chain_subscribeAllHeads", rpc_params![])
        .await;
    let mut new = rig
        .subscribe("chain_subscribeNewHeads", rpc_params![])
        .await;
    for _ in 0..4 {
        chain.seal().expect("a block");
    }
    for _ in 0..5 {
        all.next().await.expect("open").expect("a head");
        new.next().await.expect("open").expect("a head");
    }
    let best = chain.reorg(2).expect("they are not final");
    let parent = chain.block_hash(BlockNumber(4)).await.expect("there");
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let head = all.next().await.expect("open").expect("a head");
        numbers.push(head["number"].clone());
    }
    assert_eq!(numbers, ["0x3", "0x4", "0x5"], "every block of the fork");
    let head = new.next().await.expect("open").expect("a head");
    assert_eq!(
        head["number"],
        format!("{:#x}", best.number.0),
        "only its tip"
    );
    assert_eq!(head["parentHash"], parent.to_string());
}
