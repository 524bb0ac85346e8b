//! Neurons that come, say where they serve, and say what they want to.

use axonry_chain::{
    Call, Chain, CommitmentField, Dispatch, InvalidReason, Ledger, PoolRejection, SubmitError,
};
use axonry_core::Uid;
use axonry_devnet::DevnetConfig;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::rpc_params;
use parity_scale_codec::Encode;

use super::{EVERY, TAO, coldkey, failed, fee, free, hotkey, make, named, rigs};
use crate::rig::{NETUID, Rig, bytes, config, hex, rig};

#[tokio::test]
async fn a_registration_burns_its_cost_and_a_full_subnet_gives_up_a_slot() {
    for rig in rigs(&EVERY).await {
        let chain = rig.devnet.chain();
        let register = |uri: &str| Call::BurnedRegister {
            netuid: NETUID,
            hotkey: hotkey(uri),
        };
        let at = chain.best().hash;
        let terms = chain.registration(NETUID, at).await.expect("there");
        let fee = fee(&rig, "//Alice", &register("//Fresh")).await;
        let (block, dispatch) = make(&rig, "//Alice", &register("//Fresh")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let uid = chain.uid_of(NETUID, hotkey("//Fresh"), block.hash).await;
        assert_eq!(uid.expect("readable"), Some(Uid(4)), "the next one");
        let left = 1_000 * TAO - fee - terms.burn.rao();
        assert_eq!(free(&rig, "//Alice").await, left);
        let owner = chain.owner_of(hotkey("//Fresh"), block.hash).await;
        assert_eq!(owner.expect("readable"), Some(coldkey("//Alice")));
        let metagraph = chain.metagraph(NETUID, block).await.expect("there");
        let fresh = &metagraph.neurons()[4];
        assert_eq!((metagraph.len(), fresh.last_update), (5, block.number));

        let (_, dispatch) = make(&rig, "//Alice", &register("//Fresh")).await;
        let again = named("SubtensorModule", "HotKeyAlreadyRegisteredInSubNet");
        assert_eq!(failed(dispatch), again);

        chain
            .edit(|rules| rules.max_allowed_uids = 5)
            .expect("a block");
        let (block, dispatch) = make(&rig, "//Alice", &register("//Fresher")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let uid = chain.uid_of(NETUID, hotkey("//Fresher"), block.hash).await;
        // All are immune and have earned nothing: the one that has been there longest goes.
        assert_eq!(uid.expect("readable"), Some(Uid(0)));
        let gone = chain.uid_of(NETUID, hotkey("//Alice"), block.hash).await;
        assert_eq!(gone.expect("readable"), None);
    }
}

#[tokio::test]
async fn a_registration_makes_the_next_one_dearer_until_time_passes() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let burn = async |at| {
        let terms = chain.registration(NETUID, at).await.expect("there");
        terms.burn.rao()
    };
    let before = burn(chain.best().hash).await;
    let call = Call::BurnedRegister {
        netuid: NETUID,
        hotkey: hotkey("//Fresh"),
    };
    let (block, dispatch) = make(&rig, "//Alice", &call).await;
    assert_eq!(dispatch, Dispatch::Succeeded);
    let after = burn(block.hash).await;
    assert!(
        (125..=126).contains(&(after * 100 / before)),
        "{before} {after}"
    );
    chain.seal_many(360).expect("blocks");
    let halved = burn(chain.best().hash).await;
    assert!(
        (49..=50).contains(&(halved * 100 / after)),
        "{after} {halved}"
    );
}

#[tokio::test]
async fn a_neuron_says_where_it_serves_and_what_it_wants_to_say() {
    for rig in rigs(&EVERY).await {
        let chain = rig.devnet.chain();
        let serve = |address: &str| Call::ServeAxon {
            netuid: NETUID,
            address: address.parse().expect("an address"),
            version: 7,
            protocol: 4,
        };
        let miner = hotkey("//Miner//0");
        assert_eq!(fee(&rig, "//Miner//0", &serve("127.0.0.1:8091")).await, 0);
        let (block, dispatch) = make(&rig, "//Miner//0", &serve("127.0.0.1:8091")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let axon = chain
            .axon(NETUID, miner, block.hash)
            .await
            .expect("readable");
        let axon = axon.expect("announced");
        assert_eq!(axon.address.to_string(), "127.0.0.1:8091");
        assert_eq!((axon.version, axon.announced), (7, block.number));
        let metagraph = chain.metagraph(NETUID, block).await.expect("there");
        assert_eq!(metagraph.neurons()[1].axon, Some(axon));

        let said = vec![
            CommitmentField::Raw(b"https://example.org/model".to_vec()),
            CommitmentField::Hash(axonry_chain::HashKind::Sha256, [7; 32]),
        ];
        let commit = |fields| Call::SetCommitment {
            netuid: NETUID,
            fields,
        };
        let (block, dispatch) = make(&rig, "//Miner//0", &commit(said.clone())).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let found = chain.commitment(NETUID, miner, block.hash).await;
        let found = found.expect("readable").expect("there");
        assert_eq!((found.fields.clone(), found.block), (said, block.number));
        let all = chain
            .commitments(NETUID, block.hash)
            .await
            .expect("readable");
        assert_eq!(all.into_iter().collect::<Vec<_>>(), [(miner, found)]);
        // Field 73 of a metagraph, where the runtime has one that can be asked for by fields.
        let name = "SubnetInfoRuntimeApi_get_selective_metagraph";
        let input = hex(&(NETUID.0, vec![73_u16]).encode());
        let told: Result<serde_json::Value, _> = rig
            .client
            .request("state_call", rpc_params![name, input])
            .await;
        if let Ok(told) = told {
            let told = bytes(&told);
            let start = [&[1, 4][..], miner.as_bytes()].concat();
            let found = told.windows(start.len()).any(|part| part == start);
            assert!(found, "one commitment, of this hotkey");
        }
        let stranger = commit(vec![CommitmentField::Raw(vec![1])]);
        let (_, dispatch) = make(&rig, "//Stranger", &stranger).await;
        let error = named("Commitments", "AccountNotAllowedCommit");
        assert_eq!(failed(dispatch), error);
    }
}

fn serve(address: &str) -> Call {
    Call::ServeAxon {
        netuid: NETUID,
        address: address.parse().expect("an address"),
        version: 1,
        protocol: 4,
    }
}

/// What the pool refuses a call with, as the runtime's own number.
async fn refused(rig: &Rig, uri: &str, call: &Call) -> u8 {
    let chain = rig.devnet.chain();
    let nonce = chain.next_nonce(super::key(uri).account()).await;
    let signed = rig.sign(call, uri, nonce.expect("known")).await;
    match chain.submit(&signed).await.err() {
        Some(SubmitError::Rejected(PoolRejection::Invalid(InvalidReason::Custom(number)))) => {
            number
        }
        other => panic!("{uri} {call:?}: {other:?}"),
    }
}

#[tokio::test]
async fn an_announcement_that_breaks_a_rule_does_not_enter_the_pool() {
    let rig = rig(DevnetConfig {
        strict_axons: true,
        ..config()
    })
    .await;
    for (uri, address, number) in [
        ("//Stranger", "10.0.0.1:80", 10),
        ("//Miner//0", "127.0.0.1:80", 11),
        ("//Miner//0", "255.255.255.255:80", 11),
        ("//Miner//0", "[::1]:80", 11),
        ("//Miner//0", "10.0.0.1:0", 13),
    ] {
        assert_eq!(
            refused(&rig, uri, &serve(address)).await,
            number,
            "{address}"
        );
    }
    let served = make(&rig, "//Miner//0", &serve("0.0.0.0:80")).await;
    assert_eq!(
        served.1,
        Dispatch::Succeeded,
        "zero takes an announcement back"
    );
    let again = serve("10.0.0.1:80");
    assert_eq!(refused(&rig, "//Miner//0", &again).await, 12, "too soon");
    rig.devnet.chain().seal_many(50).expect("blocks");
    assert_eq!(
        make(&rig, "//Miner//0", &again).await.1,
        Dispatch::Succeeded
    );
}

#[tokio::test]
async fn a_hotkey_can_say_so_much_in_an_epoch_and_no_more() {
    let rig = rig(DevnetConfig {
        tempo: 50,
        ..config()
    })
    .await;
    let long = || Call::SetCommitment {
        netuid: NETUID,
        fields: vec![CommitmentField::Raw(vec![7; 128]); 3],
    };
    // 3 100 bytes in an epoch, and each takes 384.
    for _ in 0..8 {
        assert_eq!(
            make(&rig, "//Miner//0", &long()).await.1,
            Dispatch::Succeeded
        );
    }
    let error = named("Commitments", "SpaceLimitExceeded");
    assert_eq!(failed(make(&rig, "//Miner//0", &long()).await.1), error);
    let four = Call::SetCommitment {
        netuid: NETUID,
        fields: vec![CommitmentField::Empty; 4],
    };
    let error = named("Commitments", "TooManyFieldsInCommitmentInfo");
    assert_eq!(failed(make(&rig, "//Miner//1", &four).await.1), error);
    rig.devnet.chain().seal_many(50).expect("blocks");
    assert_eq!(
        make(&rig, "//Miner//0", &long()).await.1,
        Dispatch::Succeeded
    );
}
