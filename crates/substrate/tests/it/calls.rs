use std::sync::Mutex;

use async_trait::async_trait;
use axonry_chain::{Call, Carrier, ChainError, Dispatch, Mortality};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, MechId, NetUid, Signature, Signer, SignerError, Uid,
    Weights,
};

use crate::recorded::{replaced, runtimes};

fn weights(dests: &[u16], values: &[u16]) -> Weights {
    let pairs = dests
        .iter()
        .map(|uid| Uid(*uid))
        .zip(values.iter().copied());
    Weights::new(pairs.collect()).unwrap()
}

fn set_weights(weights: Weights) -> Call {
    Call::SetWeights {
        netuid: NetUid(1),
        mechanism: MechId(0),
        weights,
        version_key: 0,
    }
}

#[test]
fn a_call_that_a_runtime_does_not_have_is_named() {
    for (_, runtime) in runtimes([218]) {
        let call = Call::SetWeights {
            netuid: NetUid(1),
            mechanism: MechId(1),
            weights: weights(&[0], &[65_535]),
            version_key: 0,
        };
        let error = runtime.call_data(&call).unwrap_err();
        assert!(
            matches!(&error, ChainError::Incompatible { item, .. }
                if item == "SubtensorModule.set_mechanism_weights"),
            "{error}"
        );
    }
}

/// Signs with a recognisable constant and keeps what it was asked to sign.
#[derive(Debug, Default)]
struct Notary(Mutex<Vec<Vec<u8>>>);

#[async_trait]
impl Signer for Notary {
    fn account(&self) -> AccountId {
        AccountId::from_bytes([3; 32])
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        self.0.lock().unwrap().push(message.to_vec());
        Ok(Signature([9; 64]))
    }
}

const BIRTH: Mortality = Mortality {
    birth: Block {
        number: BlockNumber(1000),
        hash: BlockHash([5; 32]),
    },
    period: 64,
};

#[tokio::test]
async fn an_extrinsic_is_call_extensions_and_signature_in_the_chains_order() {
    for (spec, runtime) in runtimes([218, 343, 365, 393]) {
        let call = set_weights(weights(&[0, 1, 2], &[65_535, 100, 7]));
        let notary = Notary::default();
        let signed = runtime.sign(&call, &notary, 7, BIRTH).await.unwrap();

        let data = runtime.call_data(&call).unwrap();
        let extra = [0x85, 0x02, 0x1c, 0x00, 0x00];
        let payload = [
            &data[..],
            &extra,
            &spec.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &[7; 32],
            &[5; 32],
            &[0],
        ]
        .concat();
        assert_eq!(*notary.0.lock().unwrap(), [payload], "spec {spec}");
        let body = [
            &[0x84, 0x00][..],
            &[3; 32],
            &[0x01],
            &[9; 64],
            &extra,
            &data,
        ]
        .concat();
        // 130 bytes, as a two-byte compact number, in front.
        assert_eq!(
            signed.bytes,
            [&[0x09, 0x02][..], &body].concat(),
            "spec {spec}"
        );
        assert_eq!(signed.bytes.len(), 132);
        assert_eq!(signed.account, notary.account());
        assert_eq!((signed.nonce, signed.valid_until), (7, BlockNumber(1063)));
    }
}

#[tokio::test]
async fn a_long_payload_is_signed_by_its_hash() {
    for (_, runtime) in runtimes([393]) {
        let uids: Vec<u16> = (0..256).collect();
        let call = set_weights(weights(&uids, &[65_535; 256]));
        let notary = Notary::default();
        runtime.sign(&call, &notary, 0, BIRTH).await.unwrap();
        assert_eq!(notary.0.lock().unwrap()[0].len(), 32);
    }
}

#[tokio::test]
async fn an_extrinsic_lives_no_longer_than_the_chain_remembers_its_birth() {
    for (_, runtime) in runtimes([393]) {
        let call = set_weights(weights(&[0], &[65_535]));
        let last = async |period| {
            let mortality = Mortality { period, ..BIRTH };
            let signed = runtime.sign(&call, &Notary::default(), 0, mortality).await;
            signed.map(|signed| signed.valid_until.0)
        };
        assert_eq!(
            last(3).await.unwrap(),
            1003,
            "the shortest era has 4 blocks"
        );
        assert_eq!(last(100).await.unwrap(), 1127, "rounded up to 128");
        assert_eq!(
            last(4096).await.unwrap(),
            3399,
            "2400 block hashes are kept"
        );
        let error = last(65_536).await.unwrap_err();
        assert!(error.to_string().contains("multiple of 16"), "{error}");
    }
}

#[tokio::test]
async fn an_unknown_extension_with_bytes_says_that_the_client_is_too_old() {
    let Some(metadata) = crate::recorded::metadata(393) else {
        return;
    };
    // The same runtime with an extension renamed, as a later one might have it.
    let renamed = replaced(&metadata, b"CheckMetadataHash", b"CheckMetadataHusk");
    let runtime =
        axonry_substrate::offline::Runtime::decode(&renamed, crate::recorded::GENESIS).unwrap();
    let call = set_weights(weights(&[0], &[65_535]));
    let error = runtime
        .sign(&call, &Notary::default(), 0, BIRTH)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ChainError::Incompatible { item, reason }
            if item == "CheckMetadataHusk" && reason.contains("too old")),
        "{error}"
    );
}

#[tokio::test]
async fn the_payment_extension_may_go_by_its_own_name() {
    let Some(metadata) = crate::recorded::metadata(393) else {
        return;
    };
    // The name is longer than the one it replaces, so its length in front changes with it.
    let shown = [&[24 << 2][..], b"ChargeTransactionPayment"].concat();
    let own = [&[31 << 2][..], b"ChargeTransactionPaymentWrapper"].concat();
    let renamed = replaced(&metadata, &shown, &own);
    let runtime =
        axonry_substrate::offline::Runtime::decode(&renamed, crate::recorded::GENESIS).unwrap();
    let call = set_weights(weights(&[0], &[65_535]));
    let notary = Notary::default();
    runtime.sign(&call, &notary, 7, BIRTH).await.unwrap();
    let payload = &notary.0.lock().unwrap()[0];
    let data = runtime.call_data(&call).unwrap();
    assert_eq!(payload[data.len()..][..5], [0x85, 0x02, 0x1c, 0x00, 0x00]);
}

#[test]
fn dispatch_errors_go_by_the_name_the_metadata_gives_them() {
    for (spec, runtime) in runtimes([343, 365, 393]) {
        let name = |bytes: &[u8]| {
            let failure = runtime.dispatch_failure(bytes).unwrap();
            (failure.pallet, failure.name)
        };
        // Module 7, error 4; then what every runtime has.
        assert_eq!(
            name(&[3, 7, 4, 0, 0, 0, 99]),
            (
                "SubtensorModule".into(),
                "HotKeyNotRegisteredInSubNet".into()
            ),
            "spec {spec}"
        );
        assert_eq!(name(&[2]), ("BadOrigin".into(), "BadOrigin".into()));
        assert_eq!(name(&[7, 0]), ("Token".into(), "FundsUnavailable".into()));
        let error = runtime.dispatch_failure(&[3, 7, 250, 0, 0, 0]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("SubtensorModule has no error 250"),
            "{error}"
        );
    }
}

#[test]
fn a_key_that_does_not_exist_or_has_other_parts_is_named() {
    for (_, runtime) in runtimes([393]) {
        let error = runtime
            .storage_key("SubtensorModule", "Tempo", &[])
            .unwrap_err();
        assert!(error.to_string().contains("1 parts, not 0"), "{error}");
        let error = runtime
            .storage_key("SubtensorModule", "Temper", &[])
            .unwrap_err();
        assert!(
            matches!(&error, ChainError::Incompatible { item, .. }
                if item == "SubtensorModule.Temper"),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_metadata_is_refused() {
    for bytes in [
        &b""[..],
        b"met",
        b"meta",
        b"meta\x63garbage",
        &[0],
        &[1, 0x10],
    ] {
        let outcome = axonry_substrate::offline::Runtime::decode(bytes, crate::recorded::GENESIS);
        assert!(
            matches!(outcome, Err(ChainError::Decode { .. })),
            "{bytes:?}"
        );
    }
}

/// An event of extrinsic 0 without topics.
fn event(pallet: u8, name: u8, fields: &[u8]) -> Vec<u8> {
    [&[0, 0, 0, 0, 0, pallet, name][..], fields, &[0]].concat()
}

#[test]
fn a_call_that_fails_inside_another_is_told_with_its_place_and_its_name() {
    const SUCCESS: [u8; 4] = [0, 0, 0, 0];
    // `SubtensorModule.HotKeyNotRegisteredInSubNet`.
    const ERROR: [u8; 7] = [3, 7, 4, 0, 0, 0, 0];
    let error = &ERROR[..6];
    let failed = [&[1], error].concat();
    let (completed, item_failed) = (event(11, 3, &[]), event(11, 4, error));
    let stopped = event(11, 0, &[&[2, 0, 0, 0], error].concat());
    for (spec, runtime) in runtimes([365, 393]) {
        for (events, carriers) in [
            (vec![], vec![]),
            (vec![stopped.clone()], vec![Carrier::Batch { index: 2 }]),
            (
                vec![
                    completed.clone(),
                    item_failed.clone(),
                    completed.clone(),
                    item_failed.clone(),
                ],
                vec![
                    Carrier::ForceBatch { index: 1 },
                    Carrier::ForceBatch { index: 3 },
                ],
            ),
            (vec![event(16, 0, &failed)], vec![Carrier::Proxy]),
            (vec![event(16, 0, &[0])], vec![]),
            (vec![event(12, 0, &failed)], vec![Carrier::Sudo]),
            (
                vec![stopped.clone(), event(16, 0, &[0])],
                vec![Carrier::Batch { index: 2 }],
            ),
        ] {
            let count = u8::try_from(events.len() + 1).unwrap() << 2;
            let success = event(0, 0, &SUCCESS);
            let stored = [vec![count], events.concat(), success].concat();
            let dispatch = runtime.dispatch(stored, 0).unwrap();
            let inner = match &dispatch {
                Dispatch::Succeeded => &[][..],
                Dispatch::Partly(inner) => inner,
                other => panic!("spec {spec}: {other:?}"),
            };
            let found: Vec<_> = inner.iter().map(|inner| inner.carrier).collect();
            assert_eq!(found, carriers, "spec {spec}");
            for inner in inner {
                assert_eq!(inner.failure.pallet, "SubtensorModule");
                assert_eq!(inner.failure.name, "HotKeyNotRegisteredInSubNet");
            }
            let partly = matches!(dispatch, Dispatch::Partly(_));
            assert_eq!(partly, !carriers.is_empty(), "spec {spec}");
        }
    }
}
