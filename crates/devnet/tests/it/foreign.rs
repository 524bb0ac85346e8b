//! Other runtimes' metadata, presented. The blobs lie in the folder `AXONRY_METADATA`.

use std::path::{Path, PathBuf};

use axonry_chain::{Call, Chain, Dispatch, EpochClock};
use axonry_core::{MechId, Uid, Weights};
use axonry_devnet::DevnetConfig;
use jsonrpsee::rpc_params;
use parity_scale_codec::Encode;

use crate::rig::{NETUID, Rig, bytes, config, hex, rig, weights};

/// A blob of the folder, or `None`, which is told.
#[expect(clippy::print_stdout, reason = "a test that did not run must say so")]
pub(crate) fn blob(name: &str) -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/metadata");
    let folder = std::env::var_os("AXONRY_METADATA").map_or(beside, PathBuf::from);
    let path = folder.join(name);
    let blob = std::fs::read(&path).ok();
    if blob.is_none() {
        println!("NOT RUN: there is no `{}`", path.display());
    }
    blob
}

async fn presenting(name: &str) -> Option<Rig> {
    let metadata = Some(blob(name)?);
    Some(
        rig(DevnetConfig {
            metadata,
            ..config()
        })
        .await,
    )
}

#[tokio::test]
async fn weights_land_on_every_runtime_there_is_metadata_of() {
    for (name, spec, versions) in [
        ("finney.scale", 393, "0x0c0e0000000f00000010000000"),
        ("finney-2025-12.scale", 365, "0x0c0e0000000f00000010000000"),
        ("finney-343.scale", 343, "0x080e0000000f000000"),
        ("subtensor-218.scale", 218, "0x080e0000000f000000"),
    ] {
        let Some(rig) = presenting(name).await else {
            return;
        };
        let version = rig.ask("state_getRuntimeVersion", rpc_params![]).await;
        assert_eq!(version["specVersion"], spec, "{name}");
        let answer = rig
            .ask(
                "state_call",
                rpc_params!["Metadata_metadata_versions", "0x"],
            )
            .await;
        assert_eq!(answer, versions, "{name}");
        let chain = rig.devnet.chain();
        let extrinsic = rig.sign(&weights(&[65_535, 3]), "//Alice", 0).await;
        let _story = chain.submit(&extrinsic).await.expect(name);
        let block = chain.seal().expect(name);
        let dispatch = chain.dispatch(extrinsic.hash, block.hash).await;
        assert_eq!(dispatch.expect(name), Dispatch::Succeeded, "{name}");
        let stored = chain.weights(NETUID, MechId(0), Uid(0), block.hash).await;
        assert_eq!(stored.expect(name), [(Uid(1), 65_535), (Uid(2), 3)]);
        let rules = chain.hyperparameters(NETUID, block.hash).await.expect(name);
        assert!(matches!(rules.epochs, EpochClock::Formula(_)), "{name}");
        let metagraph = chain.metagraph(NETUID, block).await.expect(name);
        assert_eq!(metagraph.neurons()[0].last_update, block.number, "{name}");

        let miner = rig.sign(&weights(&[65_535, 3]), "//Miner//0", 0).await;
        let _story = chain.submit(&miner).await.expect(name);
        let block = chain.seal().expect(name);
        let dispatch = chain.dispatch(miner.hash, block.hash).await.expect(name);
        let Dispatch::Failed(failure) = dispatch else {
            panic!("{name}: a miner has no permit");
        };
        assert_eq!(failure.name, "NeuronNoValidatorPermit", "{name}");
    }
}

#[tokio::test]
async fn a_foreign_runtimes_answers_fill_its_own_structs() {
    let Some(rig) = presenting("finney.scale").await else {
        return;
    };
    let netuid = hex(&NETUID.0.encode());
    for name in [
        "NeuronInfoRuntimeApi_get_neurons",
        "NeuronInfoRuntimeApi_get_neurons_lite",
        "SubnetInfoRuntimeApi_get_subnet_info",
        "SubnetInfoRuntimeApi_get_subnet_info_v2",
        "SubnetInfoRuntimeApi_get_subnet_hyperparams",
        "SubnetInfoRuntimeApi_get_subnet_hyperparams_v2",
        "SubnetInfoRuntimeApi_get_metagraph",
        "SubnetInfoRuntimeApi_get_subnet_state",
        "SubnetInfoRuntimeApi_get_dynamic_info",
    ] {
        let answer = rig.ask("state_call", rpc_params![name, &netuid]).await;
        assert!(bytes(&answer).len() > 30, "{name}");
    }
    for name in [
        "SubnetInfoRuntimeApi_get_subnets_info",
        "SubnetInfoRuntimeApi_get_subnets_info_v2",
        "SubnetInfoRuntimeApi_get_all_dynamic_info",
        "SubnetInfoRuntimeApi_get_all_metagraphs",
        "SubnetInfoRuntimeApi_get_all_mechagraphs",
    ] {
        let answer = rig.ask("state_call", rpc_params![name, "0x"]).await;
        assert_eq!(bytes(&answer)[..2], [2 << 2, 1], "{name}: two subnets");
    }
    let price = rig
        .ask(
            "state_call",
            rpc_params!["SwapRuntimeApi_current_alpha_price", &netuid],
        )
        .await;
    assert_eq!(price, hex(&1_000_000_000_u64.encode()), "a TAO");
    let (code, message, _) = rig
        .refusal(
            "state_call",
            rpc_params!["SubnetInfoRuntimeApi_get_subnet_to_prune", "0x"],
        )
        .await;
    assert_eq!(code, 4003);
    assert!(
        message.contains("not supported by this dev chain yet"),
        "{message}"
    );
}

#[tokio::test]
async fn calls_within_calls_do_not_go_on_for_ever() {
    let Some(rig) = presenting("finney.scale").await else {
        return;
    };
    let good = rig.sign(&weights(&[65_535]), "//Alice", 0).await.bytes;
    // Format, address, signature, era, nonce, tip and mode as in a good one; then `Utility.batch`
    // of one call, again and again.
    let head = &good[2..2 + 1 + 33 + 65 + 2 + 1 + 1 + 1];
    let body = [head.to_vec(), [11_u8, 0, 4].repeat(300_000)].concat();
    let params = rpc_params![hex(&body.encode())];
    let (code, message, _) = rig.refusal("author_submitExtrinsic", params).await;
    assert_eq!(code, 1002);
    assert!(message.contains("nests too deeply"), "{message}");
}

#[tokio::test]
async fn a_call_the_dev_chain_cannot_run_fails_by_name() {
    let Some(blob) = blob("finney.scale") else {
        return;
    };
    let rig = rig(DevnetConfig {
        metadata: Some(blob),
        ..config()
    })
    .await;
    let chain = rig.devnet.chain();
    // `SubtensorModule.root_register(hotkey)`, put in the place of the weights and signed again.
    let call = [&[7, 62][..], &[9; 32]].concat();
    let extrinsic = crate::rig::sign_raw(&rig, &call, "//Alice", 0).await;
    let params = rpc_params![hex(&extrinsic)];
    let hash = rig.ask("author_submitExtrinsic", params).await;
    let block = chain.seal().expect("a block");
    let hash: axonry_core::BlockHash = hash.as_str().expect("a text").parse().expect("a hash");
    let dispatch = chain.dispatch(axonry_chain::ExtrinsicHash(hash.0), block.hash);
    let Dispatch::Failed(failure) = dispatch.await.expect("readable") else {
        panic!("it does nothing, so it must not succeed");
    };
    assert_eq!(
        (&*failure.pallet, &*failure.name),
        ("System", "CallFiltered")
    );
}

#[tokio::test]
async fn a_mechanism_has_weights_of_its_own() {
    let Some(blob) = blob("finney.scale") else {
        return;
    };
    for metadata in [None, Some(blob)] {
        let mut config = config();
        config.hyperparameters.mechanism_count = 2;
        let rig = rig(DevnetConfig { metadata, ..config }).await;
        let chain = rig.devnet.chain();
        let call = Call::SetWeights {
            netuid: NETUID,
            mechanism: MechId(1),
            weights: Weights::new(vec![(Uid(2), 65_535)]).expect("one"),
            version_key: 0,
        };
        let extrinsic = rig.sign(&call, "//Alice", 0).await;
        let _story = chain.submit(&extrinsic).await.expect("taken");
        let block = chain.seal().expect("a block");
        let of = async |mechanism| {
            let weights = chain.weights(NETUID, MechId(mechanism), Uid(0), block.hash);
            weights.await.expect("readable")
        };
        assert_eq!(of(0).await, []);
        assert_eq!(of(1).await, [(Uid(2), 65_535)]);
    }
}

#[tokio::test]
async fn a_selective_metagraph_has_what_was_asked_for_of_the_mechanism_it_was_asked_of() {
    let Some(blob) = blob("finney.scale") else {
        return;
    };
    for metadata in [None, Some(blob)] {
        let mut config = config();
        config.hyperparameters.mechanism_count = 2;
        let rig = rig(DevnetConfig { metadata, ..config }).await;
        let chain = rig.devnet.chain();
        let call = Call::SetWeights {
            netuid: NETUID,
            mechanism: MechId(1),
            weights: Weights::new(vec![(Uid(2), 65_535)]).expect("one"),
            version_key: 0,
        };
        let extrinsic = rig.sign(&call, "//Alice", 0).await;
        let _story = chain.submit(&extrinsic).await.expect("taken");
        let block = chain.seal().expect("a block");
        let part = async |mechanism: u8, wanted: &[u16]| {
            let input = [NETUID.0.encode(), vec![mechanism], wanted.encode()].concat();
            let name = "SubnetInfoRuntimeApi_get_selective_mechagraph";
            let answer = rig.ask("state_call", rpc_params![name, hex(&input)]);
            bytes(&answer.await)
        };
        // `Some`, the netuid, and 73 fields that were not asked for.
        let nothing = [vec![1, 7 << 2], vec![0; 73]].concat();
        assert_eq!(part(1, &[]).await, nothing);
        // Field 59: when each uid set its weights, here by mechanism.
        let updates = |of_alice: u64| [1, 4 << 2, u8::try_from(of_alice << 2).expect("small")];
        assert_eq!(part(0, &[59]).await[60..63], updates(0));
        assert_eq!(part(1, &[59]).await[60..63], updates(block.number.0));
        // Field 73: commitments, of which there are none; the answer is an empty list, not `None`.
        assert_eq!(part(0, &[73]).await[74..], [1, 0]);
        assert_eq!(part(2, &[0]).await, [0], "there is no third mechanism");
    }
}
