//! What goes wrong at a door, as a plain JSON-RPC client meets it.

use std::time::{Duration, Instant};

use axonry_devnet::{Door, DoorFault};
use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::rpc_params;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use serde_json::Value;

use crate::rig::{config, rig};

/// Longer than any answer takes on a busy machine, and waited for in full once.
const PATIENCE: Duration = Duration::from_millis(1_500);

async fn client(door: &Door) -> Result<WsClient, ClientError> {
    let builder = WsClientBuilder::default().request_timeout(PATIENCE);
    builder.build(door.url()).await
}

async fn ask(client: &WsClient, method: &str) -> Result<Value, ClientError> {
    client.request(method, rpc_params![]).await
}

async fn head(client: &WsClient) -> Value {
    let header = ask(client, "chain_getHeader").await.expect("a header");
    header["number"].clone()
}

#[tokio::test]
async fn a_door_refuses_cuts_and_lets_in_again() {
    let rig = rig(config()).await;
    let door = rig.devnet.door();
    let before = client(door).await.expect("it is open");
    door.faults().set([DoorFault::Refuse]);
    tokio::time::timeout(Duration::from_secs(5), before.on_disconnect())
        .await
        .expect("what was open is cut");
    let refused = client(door).await.expect_err("nobody listens");
    assert!(format!("{refused:?}").contains("refused"), "{refused:?}");
    door.faults().clear();
    let after = loop {
        if let Ok(client) = client(door).await {
            break client;
        }
    };
    assert_eq!(head(&after).await, "0x0");
    door.faults().set([DoorFault::Status(429)]);
    let refused = client(door).await.expect_err("too many requests");
    assert!(format!("{refused:?}").contains("429"), "{refused:?}");
    assert_eq!(head(&after).await, "0x0", "who is in stays in");
}

#[tokio::test]
async fn connections_follow_their_scripts_one_after_the_other() {
    let rig = rig(config()).await;
    let door = rig.devnet.door();
    door.faults().script([
        vec![DoorFault::Reset { after: 2 }],
        vec![DoorFault::BlackHole { after: 1 }],
    ]);
    let resets = client(door).await.expect("it is open");
    assert_eq!(head(&resets).await, "0x0");
    assert_eq!(head(&resets).await, "0x0");
    let error = ask(&resets, "chain_getHeader").await;
    assert!(
        matches!(error, Err(ClientError::RestartNeeded(_))),
        "{error:?}"
    );
    let swallows = client(door).await.expect("it is open");
    assert_eq!(head(&swallows).await, "0x0");
    let error = ask(&swallows, "chain_getHeader").await;
    assert!(
        matches!(error, Err(ClientError::RequestTimeout)),
        "{error:?}"
    );
    assert!(swallows.is_connected(), "nobody says that it is over");
    let healthy = client(door).await.expect("it is open");
    assert_eq!(head(&healthy).await, "0x0");
}

#[tokio::test]
async fn frames_come_late_twice_shuffled_or_damaged() {
    let rig = rig(config()).await;
    let door = rig.devnet.door();
    let client = client(door).await.expect("it is open");
    let (by, jitter) = (Duration::from_millis(50), Duration::from_millis(20));
    door.faults().set([DoorFault::Delay { by, jitter }]);
    let since = Instant::now();
    assert_eq!(head(&client).await, "0x0");
    assert!(since.elapsed() >= by, "it was held back");

    // Answers in any order still reach whoever asked.
    door.faults().set([DoorFault::Reorder { window: 4 }]);
    rig.devnet.chain().seal_many(8).expect("blocks");
    let asked = (0..8).map(|number: u64| {
        let client = &client;
        async move {
            let hash: Value = client
                .request("chain_getBlockHash", rpc_params![number])
                .await
                .expect("a hash");
            let header: Value = client
                .request("chain_getHeader", rpc_params![hash])
                .await
                .expect("a header");
            assert_eq!(header["number"], format!("{number:#x}"));
        }
    });
    futures_util::future::join_all(asked).await;
    // The last one asks alone, and is let go all the same.
    assert_eq!(head(&client).await, "0x8");

    door.faults().set([DoorFault::WrongId { every: 1 }]);
    let error = ask(&client, "chain_getHeader").await;
    assert!(error.is_err(), "the answer is somebody else's: {error:?}");
}

#[tokio::test]
async fn a_frame_without_end_is_sent_for_as_long_as_it_is_taken() {
    let rig = rig(config()).await;
    let door = rig.devnet.door();
    door.faults().set([DoorFault::Oversized {
        after: 0,
        bytes: 1 << 30,
    }]);
    let client = client(door).await.expect("it is open");
    let error = ask(&client, "chain_getHeader").await;
    assert!(error.is_err(), "{error:?}");
    drop(client);
    door.faults().clear();
    let closed = async {
        while door.connections() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .expect("the door has no patience with who has left");
}

#[tokio::test]
async fn one_door_may_be_behind_pruned_or_of_another_chain_while_another_is_not() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    chain.seal_many(30).expect("blocks");
    let sick = rig.devnet.open_door().await.expect("a port");
    let (well, ill) = (
        client(rig.devnet.door()).await.expect("it is open"),
        client(&sick).await.expect("it is open"),
    );
    sick.faults().set([DoorFault::Behind { blocks: 20 }]);
    assert_eq!(
        (head(&well).await, head(&ill).await),
        ("0x1e".into(), "0xa".into())
    );
    let newest: Value = ill
        .request("chain_getBlockHash", rpc_params![30])
        .await
        .expect("an answer");
    assert_eq!(newest, Value::Null, "it has not come to that block");

    sick.faults().set([DoorFault::Pruned { blocks: 4 }]);
    for (number, known) in [(26, false), (27, true)] {
        let hash: Value = ill
            .request("chain_getBlockHash", rpc_params![number])
            .await
            .expect("a hash");
        let value: Result<Value, _> = ill
            .request("state_getStorage", rpc_params!["0x00", hash])
            .await;
        assert_eq!(value.is_ok(), known, "{number}: {value:?}");
    }
    sick.faults().set([DoorFault::OtherChain]);
    let genesis = async |client: &WsClient| -> Value {
        let hash = client.request("chain_getBlockHash", rpc_params![0]).await;
        hash.expect("a hash")
    };
    assert_ne!(genesis(&ill).await, genesis(&well).await);

    let listed = async |client: &WsClient, method: &str| {
        let methods = ask(client, "rpc_methods").await.expect("a list");
        let methods = methods["methods"].as_array().expect("a list");
        methods.iter().any(|one| one == method)
    };
    sick.faults().set([
        DoorFault::Unserved("chain_getHeader".into()),
        DoorFault::Unlisted("system_chain".into()),
    ]);
    assert!(listed(&ill, "chain_getHeader").await);
    let error = ask(&ill, "chain_getHeader").await.expect_err("not served");
    assert!(error.to_string().contains("Method not found"), "{error}");
    assert!(!listed(&ill, "system_chain").await);
    ask(&ill, "system_chain")
        .await
        .expect("served all the same");
}

#[tokio::test]
async fn a_closed_door_leaves_nothing_behind() {
    let rig = rig(config()).await;
    let door = rig.devnet.open_door().await.expect("a port");
    let client = client(&door).await.expect("it is open");
    head(&client).await;
    assert_eq!((door.accepted(), door.connections()), (1, 1));
    door.close().await;
    assert_eq!(door.connections(), 0);
    tokio::time::timeout(Duration::from_secs(5), client.on_disconnect())
        .await
        .expect("it hears of it");
}
