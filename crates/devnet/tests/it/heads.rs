use std::time::Duration;

use axonry_devnet::{DevnetConfig, Sealing};
use jsonrpsee::rpc_params;

use crate::rig::{config, hex, rig, weights};

/// The numbers of the next heads of a subscription.
async fn numbers(
    subscription: &mut jsonrpsee::core::client::Subscription<serde_json::Value>,
    count: usize,
) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let head = subscription.next().await.expect("open").expect("a head");
        let number = head["number"].as_str().expect("a text");
        numbers.push(u64::from_str_radix(&number[2..], 16).expect("hexadecimal"));
    }
    numbers
}

#[tokio::test]
async fn every_head_is_told_once_and_in_order_and_final_ones_lag_behind() {
    let rig = rig(DevnetConfig {
        finality_lag: 2,
        ..config()
    })
    .await;
    let mut all = rig
        .subscribe("chain_subscribeAllHeads", rpc_params![])
        .await;
    let mut new = rig
        .subscribe("chain_subscribeNewHeads", rpc_params![])
        .await;
    let mut finalized = rig
        .subscribe("chain_subscribeFinalizedHeads", rpc_params![])
        .await;
    rig.devnet.chain().seal_many(5).expect("blocks");
    assert_eq!(numbers(&mut all, 6).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(numbers(&mut new, 6).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(numbers(&mut finalized, 4).await, [0, 1, 2, 3]);
    let finalized = rig.ask("chain_getFinalizedHead", rpc_params![]).await;
    let third = rig.ask("chain_getBlockHash", rpc_params![3]).await;
    assert_eq!(finalized, third);
}

#[tokio::test]
async fn blocks_come_by_themselves_at_an_interval() {
    let rig = rig(DevnetConfig {
        sealing: Sealing::Interval(Duration::from_millis(5)),
        ..config()
    })
    .await;
    let mut heads = rig
        .subscribe("chain_subscribeNewHeads", rpc_params![])
        .await;
    let seen = numbers(&mut heads, 4).await;
    assert!(
        seen.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{seen:?}"
    );
}

#[tokio::test]
async fn an_instant_chain_makes_a_block_of_each_extrinsic() {
    let rig = rig(DevnetConfig {
        sealing: Sealing::Instant,
        ..config()
    })
    .await;
    let extrinsic = rig.sign(&weights(&[65_535]), "//Alice", 0).await;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&extrinsic.bytes)])
        .await;
    assert_eq!(rig.devnet.chain().best().number.0, 1);
}

#[tokio::test]
async fn a_devnet_that_is_stopped_or_dropped_hangs_up() {
    for dropped in [false, true] {
        let rig = rig(config()).await;
        let client = rig.client;
        if dropped {
            drop(rig.devnet);
        } else {
            rig.devnet.stop().await;
        }
        tokio::time::timeout(Duration::from_secs(5), client.on_disconnect())
            .await
            .expect("the connection ends with the devnet");
    }
}
