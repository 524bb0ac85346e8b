use std::time::Duration;

use axonry_wire::bt::{
    Call, Head, PythonValue, Receiver, Refusal, Request, Rules, Sender, body_hash, verify, version,
};
use axonry_wire::{Replay, ReplayGuard};

use crate::{NOW, SECOND, hotkey, key};

fn fields() -> Vec<(String, PythonValue)> {
    vec![
        ("text".to_owned(), PythonValue::Str("it's".to_owned())),
        ("count".to_owned(), PythonValue::Int(3)),
        ("answer".to_owned(), PythonValue::None),
    ]
}

async fn request(nonce: u64) -> Request {
    let sender = Sender {
        signer: key("//Alice"),
        uuid: "one".to_owned(),
        ip: None,
        version: version(10, 2, 0),
    };
    let receiver = Receiver {
        hotkey: hotkey("//Bob"),
        ip: [127, 0, 0, 1].into(),
        port: 8091,
    };
    let call = Call {
        name: "Echo",
        timeout: Duration::from_secs(12),
        fields: &fields(),
        required: &["text", "count", "answer"],
        hashed: &["count", "text"],
    };
    let call = call.prepare().expect("its own fields");
    let request = sender.request(&call, &receiver, nonce);
    request.await.expect("the key signs")
}

fn head(request: &Request) -> Head {
    let headers = request.headers.iter();
    Head::parse(headers.map(|(name, value)| (name.as_str(), value.as_str()))).expect("readable")
}

type Change = fn(&mut Head);
type Expected = fn(&Refusal) -> bool;

/// What a request may be changed into on its way, and how that is called.
const TAMPERED: [(&str, Change, Expected); 14] = [
    (
        "no signature",
        |head| head.dendrite.signature = None,
        |refusal| matches!(refusal, Refusal::NoSignature),
    ),
    (
        "an empty signature",
        |head| head.dendrite.signature = Some(String::new()),
        |refusal| matches!(refusal, Refusal::Signature(_)),
    ),
    (
        "a short signature",
        |head| {
            head.dendrite
                .signature
                .as_mut()
                .expect("signed")
                .truncate(100)
        },
        |refusal| matches!(refusal, Refusal::Signature(_)),
    ),
    (
        "a signature without its prefix",
        |head| {
            let signature = head.dendrite.signature.take().expect("signed");
            head.dendrite.signature = Some(signature[2..].to_owned());
        },
        |refusal| matches!(refusal, Refusal::Signature(_)),
    ),
    (
        "a signature of zeros",
        |head| head.dendrite.signature = Some(format!("0x{}", "0".repeat(128))),
        |refusal| matches!(refusal, Refusal::Mismatch { .. }),
    ),
    (
        "another sender",
        |head| head.dendrite.hotkey = Some(hotkey("//Charlie").to_string()),
        |refusal| matches!(refusal, Refusal::Mismatch { .. }),
    ),
    (
        "no sender",
        |head| head.dendrite.hotkey = None,
        |refusal| matches!(refusal, Refusal::Hotkey),
    ),
    (
        "a sender that is no address",
        |head| head.dendrite.hotkey = Some("5Grwva".to_owned()),
        |refusal| matches!(refusal, Refusal::Hotkey),
    ),
    (
        "another uuid",
        |head| head.dendrite.uuid = Some("two".to_owned()),
        |refusal| matches!(refusal, Refusal::Mismatch { .. }),
    ),
    (
        "a uuid that goes on and on",
        |head| head.dendrite.uuid = Some("a".repeat(65)),
        |refusal| matches!(refusal, Refusal::Uuid),
    ),
    (
        "another body hash",
        |head| head.computed_body_hash = Some("00".repeat(32)),
        |refusal| matches!(refusal, Refusal::Mismatch { .. }),
    ),
    (
        "no nonce",
        |head| head.dendrite.nonce = None,
        |refusal| matches!(refusal, Refusal::NoNonce),
    ),
    (
        "a negative nonce",
        |head| head.dendrite.nonce = Some(-1),
        |refusal| matches!(refusal, Refusal::Old { .. }),
    ),
    (
        "a nonce beyond all time",
        |head| head.dendrite.nonce = Some(i128::MAX),
        |refusal| matches!(refusal, Refusal::Ahead { .. }),
    ),
];

#[tokio::test]
async fn a_request_is_believed_as_it_was_signed_and_in_no_other_form() {
    let request = request(NOW).await;
    for rules in [Rules::STRICT, Rules::COMPAT] {
        let head = head(&request);
        let verified = verify(&head, &hotkey("//Bob"), NOW, &rules).expect("as it was signed");
        assert_eq!(verified.sender, hotkey("//Alice"));
        assert!(verified.binds(&body_hash([&fields()[1].1, &fields()[0].1])));
        assert!(!verified.binds(&body_hash([&fields()[0].1, &fields()[1].1])));
        for (what, change, expected) in TAMPERED {
            let mut head = head.clone();
            change(&mut head);
            let refusal = verify(&head, &hotkey("//Bob"), NOW, &rules).expect_err(what);
            assert!(expected(&refusal), "{what}: {refusal}");
        }
        let refusal = verify(&head, &hotkey("//Dave"), NOW, &rules).expect_err("not for Dave");
        assert!(matches!(refusal, Refusal::Mismatch { .. }), "{refusal}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_what_the_rules_say_and_the_sender_cannot_widen_it() {
    let request = request(NOW).await;
    let judged = |announced, at, rules: &Rules| {
        let mut head = head(&request);
        head.timeout = announced;
        verify(&head, &hotkey("//Bob"), at, rules).map(|verified| verified.nonce)
    };
    let strict = &Rules::STRICT;
    let late = |seconds: u64| NOW + seconds * SECOND;
    assert_eq!(judged(Some(12.0), late(10) - 1, strict), Ok(NOW));
    for announced in [
        None,
        Some(1e6),
        Some(f64::INFINITY),
        Some(f64::NAN),
        Some(1e300),
    ] {
        let refused = judged(announced, late(10), strict).expect_err("too old");
        assert!(
            matches!(
                refused,
                Refusal::Old {
                    most_ms: 10_000,
                    ..
                }
            ),
            "{refused}"
        );
    }
    assert_eq!(judged(None, NOW - 4 * SECOND, strict), Ok(NOW));
    let refused = judged(None, NOW - 4 * SECOND - 1, strict).expect_err("ahead");
    assert!(matches!(refused, Refusal::Ahead { .. }), "{refused}");

    let compat = &Rules::COMPAT;
    assert_eq!(judged(Some(12.0), late(16) - 1, compat), Ok(NOW));
    assert!(judged(Some(12.0), late(16), compat).is_err());
    assert!(judged(Some(1e9), late(124), compat).is_err(), "bounded");
    assert!(judged(Some(-9.0), NOW, compat).is_err(), "as in the SDK");
}

#[tokio::test]
async fn a_request_is_taken_once_even_if_it_is_captured() {
    let request = request(NOW).await;
    let mut guard = ReplayGuard::new(64);
    let verified = verify(&head(&request), &hotkey("//Bob"), NOW, &Rules::STRICT).expect("signed");
    let mut take = || guard.take_increasing(verified.sender, &verified.uuid, verified.nonce);
    assert_eq!(take(), Ok(()));
    assert_eq!(take(), Err(Replay::Used));
}

#[tokio::test]
async fn headers_announce_each_required_field_by_an_empty_value_of_its_kind() {
    let request = request(NOW).await;
    let announced: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| name.contains("input_obj"))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        announced,
        [
            ("bt_header_input_obj_text", "IiI="),
            ("bt_header_input_obj_count", "MA=="),
        ],
        "a field that is null has none"
    );
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(body["text"], "it's");
    assert_eq!(body["dendrite"]["nonce"], NOW);
}
