use axonry_chain::{Chain, Mortality};
use axonry_core::NetUid;
use axonry_wallet::Keypair;
use jsonrpsee::core::client::SubscriptionClientT;
use jsonrpsee::rpc_params;
use serde_json::{Value, json};

use crate::rig::{Rig, config, hex, refusal, rig, weights};

async fn submit(rig: &Rig, extrinsic: &[u8]) -> (i32, String, String) {
    let params = rpc_params![hex(extrinsic)];
    rig.refusal("author_submitExtrinsic", params).await
}

fn invalid(words: &str) -> (i32, String, String) {
    (1010, "Invalid Transaction".into(), words.into())
}

#[tokio::test]
async fn what_is_not_signed_for_this_chain_is_refused_in_a_nodes_words() {
    let rig = rig(config()).await;
    let good = rig.sign(&weights(&[65_535]), "//Alice", 0).await;

    let mut forged = good.bytes.clone();
    forged[40] ^= 1;
    assert_eq!(
        submit(&rig, &forged).await,
        invalid("Transaction has a bad signature")
    );

    let mut changed = good.bytes.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    assert_eq!(
        submit(&rig, &changed).await,
        invalid("Transaction has a bad signature")
    );

    // Another chain of the same make: its neurons are the same, its time is not.
    let other = crate::rig::rig(axonry_devnet::DevnetConfig {
        tempo: 21,
        ..config()
    })
    .await;
    let foreign = other.sign(&weights(&[65_535]), "//Alice", 0).await;
    assert_eq!(
        submit(&rig, &foreign.bytes).await,
        invalid("Transaction has a bad signature")
    );

    let (code, message, _) = submit(&rig, b"\x10\x84\x00\x01\x02").await;
    assert_eq!(code, 1002, "{message}");
    let (code, message, _) = submit(&rig, b"\x10\x84").await;
    assert_eq!(code, 1001, "{message}");
    let (code, message, data) = submit(&rig, b"\x0c\x04\x02\x00").await;
    assert_eq!(code, 1011, "{message}");
    assert_eq!(data, "NoUnsignedValidator");
}

#[tokio::test]
async fn an_invalid_extrinsic_is_banned_and_a_pending_one_is_known() {
    let rig = rig(config()).await;
    let good = rig.sign(&weights(&[65_535]), "//Alice", 0).await;
    let mut forged = good.bytes.clone();
    forged[40] ^= 1;
    submit(&rig, &forged).await;
    let (code, message, _) = submit(&rig, &forged).await;
    assert_eq!(
        (code, &*message),
        (1012, "Transaction is temporarily banned")
    );

    rig.ask("author_submitExtrinsic", rpc_params![hex(&good.bytes)])
        .await;
    let (code, message, data) = submit(&rig, &good.bytes).await;
    assert_eq!((code, &*message), (1013, "Transaction Already Imported"));
    assert_eq!(data, good.hash.to_string());

    let rival = rig.sign(&weights(&[65_535, 3]), "//Alice", 0).await;
    let (code, message, data) = submit(&rig, &rival.bytes).await;
    assert_eq!((code, &*message), (1014, "Priority is too low: (1 vs 1)"));
    assert!(
        data.starts_with("The transaction has too low priority"),
        "{data}"
    );

    rig.devnet.chain().seal().expect("a block");
    let (code, ..) = submit(&rig, &good.bytes).await;
    assert_eq!(
        code, 1012,
        "a node does not look again at what a block has used up"
    );
    let outdated = rig.sign(&weights(&[65_535, 4]), "//Alice", 0).await;
    assert_eq!(
        submit(&rig, &outdated.bytes).await,
        invalid("Transaction is outdated")
    );
}

#[tokio::test]
async fn weights_without_stake_or_too_soon_do_not_enter_the_pool() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    chain
        .edit(|rules| rules.stake_threshold = 1)
        .expect("a block");
    let poor = rig.sign(&weights(&[65_535]), "//Miner//0", 0).await;
    assert_eq!(submit(&rig, &poor.bytes).await, invalid("Custom error: 1"));

    chain
        .edit(|rules| rules.weights_rate_limit = 3)
        .expect("a block");
    let first = rig.sign(&weights(&[65_535]), "//Alice", 0).await;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&first.bytes)])
        .await;
    chain.seal().expect("a block");
    let soon = rig.sign(&weights(&[65_535]), "//Alice", 1).await;
    assert_eq!(submit(&rig, &soon.bytes).await, invalid("Custom error: 6"));
    chain.seal_many(2).expect("blocks");
    let later = rig.sign(&weights(&[65_535]), "//Alice", 1).await;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&later.bytes)])
        .await;
}

#[tokio::test]
async fn an_extrinsic_waits_for_its_nonce_and_dies_with_its_era() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let late = rig.sign(&weights(&[65_535, 2]), "//Alice", 1).await;
    let mut story = rig
        .subscribe(
            "author_submitAndWatchExtrinsic",
            rpc_params![hex(&late.bytes)],
        )
        .await;
    let mut next = async || story.next().await.expect("open").expect("a status");
    assert_eq!(next().await, "future");
    let alice = rig.devnet.hotkeys[&axonry_core::Uid(0)].to_string();
    let nonce = rig
        .ask("system_accountNextIndex", rpc_params![&alice])
        .await;
    assert_eq!(nonce, 0, "a gap is not counted over");

    let early = rig.sign(&weights(&[65_535, 1]), "//Alice", 0).await;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&early.bytes)])
        .await;
    assert_eq!(next().await, "ready");
    assert_eq!(next().await, json!({ "broadcast": [] }));
    let nonce = rig
        .ask("system_accountNextIndex", rpc_params![&alice])
        .await;
    assert_eq!(nonce, 2);
    let block = chain.seal().expect("a block");
    assert_eq!(next().await, json!({ "inBlock": block.hash }));
    assert_eq!(next().await, json!({ "finalized": block.hash }));

    let stuck = rig.sign(&weights(&[65_535, 3]), "//Alice", 9).await;
    let mut story = rig
        .subscribe(
            "author_submitAndWatchExtrinsic",
            rpc_params![hex(&stuck.bytes)],
        )
        .await;
    assert_eq!(
        story.next().await.expect("open").expect("a status"),
        "future"
    );
    chain.seal_many(20).expect("blocks");
    assert_eq!(
        story.next().await.expect("open").expect("a status"),
        "invalid"
    );
    let (code, ..) = submit(&rig, &stuck.bytes).await;
    assert_eq!(code, 1012);
}

#[tokio::test]
async fn an_era_whose_birth_is_forgotten_is_ancient() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let signer = Keypair::from_uri("//Alice").expect("a development key");
    let birth = chain.best();
    let mortality = Mortality {
        birth,
        period: 4_096,
    };
    let call = weights(&[65_535]);
    let extrinsic = chain.sign(&call, &signer, 0, mortality).await;
    chain.seal_many(3).expect("blocks");
    let extrinsic = extrinsic.expect("signed").bytes;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&extrinsic)])
        .await;

    let mortality = Mortality {
        birth: chain.best(),
        period: 4_096,
    };
    let late = chain.sign(&call, &signer, 1, mortality).await;
    chain.seal_many(2_401).expect("blocks");
    let late = late.expect("signed").bytes;
    let words = "Transaction has an ancient birth block";
    assert_eq!(submit(&rig, &late).await, invalid(words));
}

#[tokio::test]
async fn a_refused_watch_is_refused_like_a_submission() {
    let rig = rig(config()).await;
    let subnet = NetUid(9);
    let elsewhere = match weights(&[65_535]) {
        axonry_chain::Call::SetWeights {
            mechanism,
            weights,
            version_key,
            ..
        } => axonry_chain::Call::SetWeights {
            netuid: subnet,
            mechanism,
            weights,
            version_key,
        },
        _ => unreachable!("the call above"),
    };
    let mut extrinsic = rig.sign(&elsewhere, "//Alice", 0).await.bytes;
    extrinsic[50] ^= 1;
    let params = rpc_params![hex(&extrinsic)];
    let watch = rig
        .client
        .subscribe::<Value, _>(
            "author_submitAndWatchExtrinsic",
            params,
            "author_unwatchExtrinsic",
        )
        .await;
    assert_eq!(refusal(watch), invalid("Transaction has a bad signature"));
}

#[tokio::test]
async fn a_dry_run_tells_validity_without_submitting() {
    let rig = rig(config()).await;
    let good = rig.sign(&weights(&[65_535]), "//Alice", 0).await;
    let dry_run = async |extrinsic: &[u8]| {
        let input = [&[2_u8], extrinsic, &[0; 32]].concat();
        let name = "TaggedTransactionQueue_validate_transaction";
        let answer = rig.ask("state_call", rpc_params![name, hex(&input)]).await;
        crate::rig::bytes(&answer)
    };
    assert_eq!(dry_run(&good.bytes).await[0], 0, "valid");
    let mut forged = good.bytes.clone();
    forged[40] ^= 1;
    assert_eq!(dry_run(&forged).await, [1, 0, 4], "invalid: bad proof");
    let pending = rig.ask("author_pendingExtrinsics", rpc_params![]).await;
    assert_eq!(pending, json!([]));
    let fee = [&good.bytes[..], &132_u32.to_le_bytes()].concat();
    let name = "TransactionPaymentApi_query_info";
    let fee = rig.ask("state_call", rpc_params![name, hex(&fee)]).await;
    assert_eq!(crate::rig::bytes(&fee)[3..], [0; 8], "weights are free");
}
