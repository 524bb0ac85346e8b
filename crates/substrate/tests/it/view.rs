use axonry_chain::ChainError;
use axonry_core::{BlockHash, BlockNumber};
use axonry_substrate::dynamic::{Composite, Value};
use axonry_substrate::{At, Substrate, View};
use futures_util::TryStreamExt;
use parity_scale_codec::Encode;
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsType;

use crate::node::Node;
use crate::recorded::runtimes;
use crate::toy::{DispatchError, SN, SystemEvent, SystemEventOfTwo, TokenError, event};

const SUBTENSOR: &str = "SubtensorModule";

async fn head() -> (Node, Substrate, View) {
    let node = Node::spawn().await;
    let chain = node.connect().await;
    let view = chain.at(At::Head).await.unwrap();
    (node, chain, view)
}

#[tokio::test]
async fn a_block_is_found_by_hash_by_number_and_as_the_head() {
    let (node, chain, view) = head().await;
    assert_eq!(view.hash(), node.script.block(5).hash);
    let third = node.script.block(3);
    assert_eq!(chain.at(BlockNumber(3)).await.unwrap().hash(), third.hash);
    assert_eq!(chain.at(third.hash).await.unwrap().hash(), third.hash);
    let beyond = chain.at(BlockNumber(99)).await;
    assert!(matches!(beyond, Err(ChainError::NoBlock(BlockNumber(99)))));
}

#[tokio::test]
async fn values_are_read_by_name_wrapped_or_not_with_absence_told_from_the_default() {
    let (_node, chain, view) = head().await;
    let before = chain.requests();
    let tempo: Option<u16> = view.storage(SUBTENSOR, "Tempo", (SN.0,)).await.unwrap();
    assert_eq!(tempo, Some(20));
    let other: Option<u16> = view.storage(SUBTENSOR, "Tempo", (9_u16,)).await.unwrap();
    assert_eq!(other, Some(360), "the default");
    let other: Option<u16> = view.stored(SUBTENSOR, "Tempo", (9_u16,)).await.unwrap();
    assert_eq!(other, None, "nothing is stored");
    let version: Option<u64> = view
        .storage(SUBTENSOR, "WeightsVersionKey", (SN.0,))
        .await
        .unwrap();
    assert_eq!(version, Some(3), "a wrapped number");
    let dynamic: Option<Value> = view.storage(SUBTENSOR, "Tempo", vec![SN.0]).await.unwrap();
    assert_eq!(dynamic.and_then(|tempo| tempo.as_u128()), Some(20));
    assert_eq!(chain.requests() - before, 5, "one request for each");
}

#[tokio::test]
async fn constants_take_no_request() {
    #[derive(DecodeAsType)]
    struct Version {
        spec_version: u32,
    }
    let (_node, chain, view) = head().await;
    let before = chain.requests();
    let version: Version = view.constant("System", "Version").unwrap();
    assert_eq!(version.spec_version, 1);
    assert_eq!(chain.requests(), before);
}

#[tokio::test]
async fn what_a_runtime_has_not_is_named_before_anything_is_asked() {
    let (_node, chain, view) = head().await;
    let asked = |chain: &Substrate| chain.requests_by_method().get("state_getStorage").copied();
    let before = asked(&chain);
    let outcomes = [
        view.storage::<u16>("Nowhere", "Tempo", (1_u16,)).await,
        view.storage::<u16>(SUBTENSOR, "Nothing", (1_u16,)).await,
        view.storage::<u16>(SUBTENSOR, "Tempo", ()).await,
        view.storage::<u16>(SUBTENSOR, "Tempo", ("one",)).await,
        view.constant(SUBTENSOR, "Nothing").map(Some),
        view.runtime_call("NoApi", "nothing", ()).await.map(Some),
        view.runtime_call("NeuronInfoRuntimeApi", "get_neurons_lite", ())
            .await
            .map(Some),
    ];
    let named = [
        "Nowhere.Tempo",
        "SubtensorModule.",
        "get_neurons_lite",
        "NoApi.nothing",
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(matches!(error, ChainError::Incompatible { .. }), "{error}");
        let words = error.to_string();
        assert!(named.iter().any(|name| words.contains(name)), "{words}");
    }
    assert_eq!(asked(&chain), before);
    let other: Result<Option<String>, _> = view.storage(SUBTENSOR, "Tempo", (SN.0,)).await;
    assert!(
        matches!(&other, Err(ChainError::Decode { item, .. }) if item == "SubtensorModule.Tempo"),
        "{other:?}"
    );
}

#[tokio::test]
async fn many_values_come_in_one_request_in_the_order_of_their_keys() {
    let (node, chain, view) = head().await;
    let stored = (0..1_500_u16).filter(|netuid| netuid % 2 == 0);
    for netuid in stored {
        put_tempo(&node, &view, netuid, netuid + 1);
    }
    let keys: Vec<_> = (0..1_000_u16).rev().map(|netuid| (netuid,)).collect();
    let before = chain.requests();
    let tempos: Vec<Option<u16>> = view.storage_many(SUBTENSOR, "Tempo", &keys).await.unwrap();
    assert_eq!(chain.requests() - before, 1);
    for ((netuid,), tempo) in keys.iter().zip(tempos) {
        let expected = if netuid % 2 == 0 {
            netuid + 1
        } else if *netuid == 1 {
            20
        } else {
            360
        };
        assert_eq!(tempo, Some(expected), "of {netuid}");
    }
    let keys: Vec<_> = (0..1_001_u16).map(|netuid| (netuid,)).collect();
    let before = chain.requests();
    let _: Vec<Option<u16>> = view.storage_many(SUBTENSOR, "Tempo", &keys).await.unwrap();
    assert_eq!(chain.requests() - before, 2, "1,000 in a request");
}

fn put_tempo(node: &Node, view: &View, netuid: u16, tempo: u16) {
    let item = view.runtime().storage_item(SUBTENSOR, "Tempo").unwrap();
    let entry = (item.key((netuid,)).unwrap(), tempo.encode());
    node.script.storage.lock().unwrap().extend([entry]);
}

#[tokio::test]
async fn a_map_comes_in_pages_with_each_entry_once() {
    for entries in [0, 1, 999, 1_000, 1_001, 2_500_u16] {
        let (node, chain, view) = head().await;
        node.script.storage.lock().unwrap().clear();
        for netuid in 0..entries {
            put_tempo(&node, &view, netuid, netuid ^ 7);
        }
        let before = chain.requests();
        let map = view.map::<(u16,), u16>(SUBTENSOR, "Tempo", ()).unwrap();
        let mut tempos: Vec<_> = map.try_collect().await.unwrap();
        tempos.sort_unstable();
        let expected: Vec<_> = (0..entries).map(|netuid| ((netuid,), netuid ^ 7)).collect();
        assert_eq!(tempos, expected);
        let pages = u64::from(entries).div_ceil(1_000);
        assert!(chain.requests() - before <= 2 * pages + 1, "{entries}");
    }
}

#[tokio::test]
async fn a_map_ends_with_its_first_error() {
    let (node, _chain, view) = head().await;
    put_tempo(&node, &view, 3, 1);
    let map = view.map::<(u16,), String>(SUBTENSOR, "Tempo", ()).unwrap();
    let mut map = std::pin::pin!(map);
    assert!(matches!(
        map.try_next().await,
        Err(ChainError::Decode { .. })
    ));
    let map = view.map::<(u16,), u16>(SUBTENSOR, "Tempo", ()).unwrap();
    let error = (4003, "Client error: UnknownBlock: State already discarded");
    node.script
        .errors
        .lock()
        .unwrap()
        .insert("state_getKeysPaged", error);
    let outcome: Result<Vec<_>, _> = map.try_collect().await;
    assert!(matches!(outcome, Err(ChainError::NoState(hash)) if hash == view.hash()));
}

#[tokio::test]
async fn a_runtime_call_takes_and_gives_any_type() {
    #[derive(DecodeAsType)]
    struct Neuron {
        uid: u16,
        hotkey: [u8; 32],
    }
    let (_node, _chain, view) = head().await;
    let api = ("NeuronInfoRuntimeApi", "get_neurons_lite");
    let neurons: Vec<Neuron> = view.runtime_call(api.0, api.1, (SN.0,)).await.unwrap();
    let uids: Vec<_> = neurons.iter().map(|neuron| neuron.uid).collect();
    assert_eq!(uids, [0, 1, 2]);
    assert_eq!(neurons[1].hotkey, [2; 32]);
    let dynamic: Value = view.runtime_call(api.0, api.1, vec![SN.0]).await.unwrap();
    let Value { value, .. } = dynamic;
    assert!(matches!(
        value,
        axonry_substrate::dynamic::ValueDef::Composite(Composite::Unnamed(neurons))
            if neurons.len() == 3
    ));
}

#[tokio::test]
async fn events_are_told_by_name_also_in_the_block_of_an_upgrade() {
    let (node, chain, view) = head().await;
    let failure = || DispatchError::Token(TokenError::Frozen);
    let told = event(
        4,
        SystemEvent::ExtrinsicFailed {
            dispatch_error: failure(),
        },
    );
    node.script.storage.lock().unwrap().extend([told.clone()]);
    for block in [view.hash(), upgraded(&node)] {
        let events = chain.at(block).await.unwrap().events().await.unwrap();
        assert_eq!(events.len(), 1);
        assert!(events[0].is("System", "ExtrinsicFailed"), "{:?}", events[0]);
        assert_eq!(events[0].extrinsic, Some(4));
        let fields: Composite<()> = events[0].decode().unwrap();
        assert!(format!("{fields}").contains("Frozen"), "{fields}");
    }
    // After it, the new runtime has its own word.
    node.script.finalize(1);
    let own = event(4, SystemEventOfTwo::ExtrinsicSuccess);
    node.script.storage.lock().unwrap().extend([own]);
    let after = chain.at(node.script.block(7).hash).await.unwrap();
    assert!(after.events().await.unwrap()[0].is("System", "ExtrinsicSuccess"));
}

fn upgraded(node: &Node) -> BlockHash {
    node.script.upgrade();
    node.script.block(6).hash
}

#[tokio::test]
async fn a_view_of_an_unannounced_upgrade_reads_with_the_right_runtime() {
    let (node, chain, view) = head().await;
    drop(view);
    // The client has heard of one runtime only.
    while !chain
        .requests_by_method()
        .contains_key("state_subscribeRuntimeVersion")
    {
        tokio::task::yield_now().await;
    }
    node.script.upgrade_silently();
    node.script.finalize(1);
    let view = chain.at(At::Head).await.unwrap();
    let tempo: Option<u32> = view.storage(SUBTENSOR, "Tempo", (SN.0,)).await.unwrap();
    assert_eq!(tempo, Some(30));
}

#[test]
fn keys_of_real_maps_are_read_back_as_they_were_made() {
    for (spec, runtime) in runtimes([218, 343, 365, 393]) {
        // Identity and a hash that keeps the part.
        let item = runtime.storage_item(SUBTENSOR, "Uids").unwrap();
        let key = item.key((7_u16, [9_u8; 32])).unwrap();
        let parts: (u16, [u8; 32]) = item.decode_key(&key).unwrap();
        assert_eq!(parts, (7, [9; 32]), "spec {spec}");
        assert!(key.starts_with(&item.prefix((7_u16,)).unwrap()));
        assert!(!key.starts_with(&item.prefix((8_u16,)).unwrap()));
        assert_eq!(item.prefix(()).unwrap().len(), 32);
        let short: Result<(u16, [u8; 32]), _> = item.decode_key(&key[..key.len() - 1]);
        assert!(matches!(short, Err(ChainError::Decode { .. })), "{short:?}");
        let longer = [&key[..], &[0]].concat();
        let long: Result<(u16, [u8; 32]), _> = item.decode_key(&longer);
        assert!(matches!(long, Err(ChainError::Decode { .. })), "{long:?}");
    }
}

#[test]
fn a_call_of_any_pallet_is_encoded_by_its_names() {
    #[derive(EncodeAsType)]
    struct Remark {
        remark: Vec<u8>,
    }
    for (spec, runtime) in runtimes([218, 343, 365, 393]) {
        let remark = Remark {
            remark: b"hi".to_vec(),
        };
        let by_type = runtime.encode_call("System", "remark", &remark).unwrap();
        let dynamic = Composite::named([("remark", Value::from_bytes(b"hi"))]);
        let by_value = runtime.encode_call("System", "remark", &dynamic).unwrap();
        assert_eq!(by_type, by_value);
        // System is pallet 0; remark, its first call, takes bytes behind their length.
        assert_eq!(by_type, [0, 0, 8, b'h', b'i'], "spec {spec}");
        for (pallet, call) in [("System", "remork"), ("Sistem", "remark"), ("Sudo", "sudo")] {
            let error = runtime.encode_call(pallet, call, &remark).unwrap_err();
            assert!(error.to_string().contains(pallet), "{error}");
        }
    }
}
