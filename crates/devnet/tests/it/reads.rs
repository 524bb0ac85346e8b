use axonry_chain::Chain;
use axonry_core::{MechId, Uid};
use axonry_devnet::DevnetConfig;
use frame_metadata::RuntimeMetadataPrefixed;
use jsonrpsee::rpc_params;
use parity_scale_codec::{Compact, Decode, Encode};
use serde_json::{Value, json};

use crate::rig::{NETUID, Rig, bytes, config, hex, rig, weights};

/// `SubtensorModule.Weights[7][0]`: both keys are hashed by identity.
fn weights_key() -> String {
    let prefix = concat!(
        "0x658faa385070e074c85bf6b568cf0555",
        "a1e7036061f484bc3048a64b64e35ec4"
    );
    format!("{prefix}07000000")
}

async fn land_weights(rig: &Rig, values: &[u16], nonce: u64) -> axonry_core::Block {
    let extrinsic = rig.sign(&weights(values), "//Alice", nonce).await;
    rig.ask("author_submitExtrinsic", rpc_params![hex(&extrinsic.bytes)])
        .await;
    rig.devnet.chain().seal().expect("a block")
}

#[tokio::test]
async fn a_block_hash_is_the_blake2_256_of_the_encoded_header() {
    let rig = rig(config()).await;
    rig.devnet.chain().seal_many(70).expect("blocks");
    let hash = rig.ask("chain_getBlockHash", rpc_params![70]).await;
    let header = rig.ask("chain_getHeader", rpc_params![&hash]).await;
    assert_eq!(header["number"], "0x46");
    let parent = rig.ask("chain_getBlockHash", rpc_params!["0x45"]).await;
    assert_eq!(header["parentHash"], parent);

    let mut encoded = bytes(&header["parentHash"]);
    Compact(70_u32).encode_to(&mut encoded);
    encoded.extend(bytes(&header["stateRoot"]));
    encoded.extend(bytes(&header["extrinsicsRoot"]));
    let logs = header["digest"]["logs"].as_array().expect("logs");
    Compact(u32::try_from(logs.len()).expect("few")).encode_to(&mut encoded);
    encoded.extend(logs.iter().flat_map(bytes));
    let blake2 = blake2b_simd::Params::new().hash_length(32).hash(&encoded);
    assert_eq!(hash, hex(blake2.as_bytes()));

    let list = rig.ask("chain_getBlockHash", rpc_params![[70, 999]]).await;
    assert_eq!(list, json!([hash, null]), "what is not there is null");
    let best = rig.ask("chain_getBlockHash", rpc_params![]).await;
    assert_eq!(best, hash);
    assert_eq!(rig.ask("chain_getFinalizedHead", rpc_params![]).await, hash);
}

#[tokio::test]
async fn a_read_is_pinned_to_its_block() {
    let rig = rig(config()).await;
    let first = land_weights(&rig, &[65_535, 7], 0).await;
    let second = land_weights(&rig, &[65_535, 9], 1).await;
    let key = weights_key();
    let stored = |pairs: &[(u16, u16)]| hex(&pairs.encode());
    for (at, expected) in [
        (Some(rig.devnet.chain().genesis()), Value::Null),
        (Some(first.hash), json!(stored(&[(1, 65_535), (2, 7)]))),
        (Some(second.hash), json!(stored(&[(1, 65_535), (2, 9)]))),
        (None, json!(stored(&[(1, 65_535), (2, 9)]))),
    ] {
        let value = rig.ask("state_getStorage", rpc_params![&key, at]).await;
        assert_eq!(value, expected, "at {at:?}");
    }
    let set = rig
        .ask(
            "state_queryStorageAt",
            rpc_params![[&key, "0x1234"], first.hash],
        )
        .await;
    assert_eq!(set[0]["block"], first.hash.to_string());
    assert_eq!(set[0]["changes"][0][0], key);
    assert_eq!(set[0]["changes"][1], json!(["0x1234", null]));
}

#[tokio::test]
async fn keys_come_in_pages() {
    let rig = rig(config()).await;
    // `SubtensorModule.Uids`, whose second key is hashed: one entry per neuron.
    let prefix = "0x658faa385070e074c85bf6b568cf0555aab1b4e78e1ea8305462ee53b3686dc8";
    let mut found: Vec<Value> = Vec::new();
    loop {
        let params = rpc_params![prefix, 3, found.last()];
        let page = rig.ask("state_getKeysPaged", params).await;
        let page = page.as_array().expect("a list").clone();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found.len(), 4);
    let (code, message, _) = rig
        .refusal("state_getKeysPaged", rpc_params![prefix, 1_001])
        .await;
    assert_eq!(code, 4002, "{message}");
}

#[tokio::test]
async fn states_that_are_not_there_are_named_as_a_node_names_them() {
    let rig = rig(DevnetConfig {
        history: 4,
        ..config()
    })
    .await;
    let genesis = rig.devnet.chain().genesis();
    rig.devnet.chain().seal_many(20).expect("blocks");
    let nowhere = format!("0x{}", "ab".repeat(32));
    for (at, words) in [
        (genesis.to_string(), "State already discarded for"),
        (nowhere, "Header was not found in the database"),
    ] {
        let params = rpc_params!["0x00", &at];
        let (code, message, _) = rig.refusal("state_getStorage", params).await;
        assert_eq!(code, 4003);
        assert!(
            message.contains(words) && message.contains(&at),
            "{message}"
        );
    }
    let (code, message, _) = rig
        .refusal("state_call", rpc_params!["Nothing_here", "0x"])
        .await;
    assert_eq!(code, 4003);
    assert!(message.contains("Nothing_here is not found"), "{message}");
    let (code, _, _) = rig.refusal("system_makeCoffee", rpc_params![]).await;
    assert_eq!(code, -32601);
}

#[tokio::test]
async fn metadata_and_version_agree_in_every_form() {
    let rig = rig(config()).await;
    let versions = rig
        .ask(
            "state_call",
            rpc_params!["Metadata_metadata_versions", "0x"],
        )
        .await;
    let versions = Vec::<u32>::decode(&mut &*bytes(&versions)).expect("a list");
    assert_eq!(versions, [14, 15, 16]);
    for version in versions {
        let params = rpc_params!["Metadata_metadata_at_version", hex(&version.encode())];
        let answer = bytes(&rig.ask("state_call", params).await);
        let blob = Option::<Vec<u8>>::decode(&mut &*answer).expect("wrapped");
        let blob = blob.expect("offered, so there");
        let metadata = RuntimeMetadataPrefixed::decode(&mut &*blob).expect("metadata");
        assert_eq!(metadata.1.version(), version);
        if version == 14 {
            let plain = rig.ask("state_getMetadata", rpc_params![]).await;
            assert_eq!(bytes(&plain), blob);
        }
    }
    let version = rig.ask("state_getRuntimeVersion", rpc_params![]).await;
    assert_eq!(version["specName"], "node-subtensor");
    assert_eq!(version["transactionVersion"], 1);
    let core = rig
        .ask("state_call", rpc_params!["Core_version", "0x"])
        .await;
    type Version = (String, String, u32, u32, u32, Vec<([u8; 8], u32)>, u32, u8);
    let core = Version::decode(&mut &*bytes(&core)).expect("a version");
    assert_eq!(json!(core.3), version["specVersion"]);
    let told = rig.subscribe("state_subscribeRuntimeVersion", rpc_params![]);
    let told = told.await.next().await.expect("one").expect("a version");
    assert_eq!(told, version);
}

#[tokio::test]
async fn a_node_says_who_it_is_and_what_it_can() {
    let rig = rig(config()).await;
    let properties = rig.ask("system_properties", rpc_params![]).await;
    assert_eq!(properties["ss58Format"], 42);
    let health = rig.ask("system_health", rpc_params![]).await;
    assert_eq!(health["isSyncing"], false);
    let methods = rig.ask("rpc_methods", rpc_params![]).await;
    let methods = methods["methods"].as_array().expect("a list");
    for method in [
        "author_submitAndWatchExtrinsic",
        "author_unwatchExtrinsic",
        "chain_subscribeFinalizedHeads",
        "rpc_methods",
        "state_queryStorageAt",
    ] {
        assert!(methods.contains(&json!(method)), "{method}");
    }
    assert!(
        !methods.iter().any(|one| one
            .as_str()
            .is_some_and(|name| name.starts_with("chainHead_") || name.starts_with("archive_"))),
        "clients take the other backends when these are listed"
    );
}

#[tokio::test]
async fn a_block_starts_with_the_time_and_holds_what_was_submitted() {
    let rig = rig(config()).await;
    let extrinsic = rig.sign(&weights(&[65_535]), "//Alice", 0).await;
    let params = rpc_params![hex(&extrinsic.bytes)];
    let hash = rig.ask("author_submitExtrinsic", params).await;
    assert_eq!(hash, extrinsic.hash.to_string());
    let pending = rig.ask("author_pendingExtrinsics", rpc_params![]).await;
    assert_eq!(pending, json!([hex(&extrinsic.bytes)]));
    let block = rig.devnet.chain().seal().expect("a block");
    let block = rig.ask("chain_getBlock", rpc_params![block.hash]).await;
    let extrinsics = block["block"]["extrinsics"].as_array().expect("a list");
    let time = bytes(&extrinsics[0]);
    assert_eq!(time[1..4], [0x04, 2, 0], "unsigned `Timestamp.set`");
    assert_eq!(extrinsics[1], hex(&extrinsic.bytes));
    let now = rig
        .ask(
            "state_getStorage",
            rpc_params!["0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"],
        )
        .await;
    let now = u64::decode(&mut &*bytes(&now)).expect("a number");
    let told = Compact::<u64>::decode(&mut &time[4..]).expect("a number");
    assert_eq!(told.0, now);
}

#[tokio::test]
async fn runtime_apis_tell_the_subnet_by_the_types_of_the_metadata() {
    let rig = rig(config()).await;
    let block = land_weights(&rig, &[65_535, 5], 0).await;
    let netuid = hex(&NETUID.0.encode());
    // `Vec<NeuronInfoLite>`: hotkey and coldkey first, then compact uid and netuid, then `active`.
    let lite = rig
        .ask(
            "state_call",
            rpc_params!["NeuronInfoRuntimeApi_get_neurons_lite", &netuid],
        )
        .await;
    let lite = bytes(&lite);
    assert_eq!(lite[0], 4 << 2, "four neurons");
    let alice = rig.devnet.hotkeys[&Uid(0)];
    assert_eq!(&lite[1..33], alice.as_bytes());
    assert_eq!(lite[65..68], [0, 7 << 2, 1], "uid, netuid, active");
    // `Option<SubnetHyperparams>`: rho, kappa, immunity period, minimum of weights, all compact.
    let rules = rig
        .ask(
            "state_call",
            rpc_params![
                "SubnetInfoRuntimeApi_get_subnet_hyperparams",
                &netuid,
                block.hash
            ],
        )
        .await;
    let mut rules = &bytes(&rules)[1..];
    let rho = Compact::<u16>::decode(&mut rules).expect("rho");
    let kappa = Compact::<u16>::decode(&mut rules).expect("kappa");
    let immunity = Compact::<u16>::decode(&mut rules).expect("immunity period");
    let least = Compact::<u16>::decode(&mut rules).expect("minimum of weights");
    assert_eq!(
        (rho.0, kappa.0, immunity.0, least.0),
        (10, 32_767, 4_096, 1)
    );
    // A selective metagraph: the netuid, and field 52, the hotkeys; all else is left out.
    let wanted = [NETUID.0.encode(), vec![52_u16].encode()].concat();
    let part = rig
        .ask(
            "state_call",
            rpc_params!["SubnetInfoRuntimeApi_get_selective_metagraph", hex(&wanted)],
        )
        .await;
    let part = bytes(&part);
    assert_eq!(part[..2], [1, 7 << 2]);
    assert_eq!(part[2..53], [0; 51]);
    assert_eq!(part[53..55], [1, 4 << 2], "four hotkeys");
    assert_eq!(&part[55..87], alice.as_bytes());
    assert_eq!(part.len(), 55 + 4 * 32 + 21);
    // No such subnet.
    let none = rig
        .ask(
            "state_call",
            rpc_params!["SubnetInfoRuntimeApi_get_metagraph", "0x0900"],
        )
        .await;
    assert_eq!(none, "0x00");
    let chain = rig.devnet.chain();
    let weights = chain.weights(NETUID, MechId(0), Uid(0), block.hash).await;
    assert_eq!(weights.expect("there"), [(Uid(1), 65_535), (Uid(2), 5)]);
}
