//! Answers that are not what they should be.

use std::time::{Duration, Instant};

use axonry_wire::{Answer, CallError, Dendrite, Nothing, Synapse};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::{Deserialize, Serialize};

use crate::dendrite::{PATIENCE, alice, target};
use crate::fleet::{Fake, Manner};

struct Numbers;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Counted {
    values: Vec<f64>,
    count: u64,
    #[serde(default)]
    more: serde_json::Value,
}

impl Synapse for Numbers {
    const NAME: &'static str = "Numbers";
    const REQUIRED: &'static [&'static str] = &[];
    type Request = Nothing;
    type Response = Counted;
}

async fn read(dendrite: &Dendrite, body: Bytes) -> Result<Answer<Counted>, CallError> {
    let fake = Fake::spawn(Manner::Says(body)).await;
    let asked = target(0, fake.address);
    dendrite
        .call::<Numbers>(&asked, &Nothing {}, PATIENCE)
        .await
}

#[tokio::test]
async fn mi4_what_is_no_answer_is_told_by_its_kind_within_a_tenth_of_a_second() {
    const DEEP: usize = 1_000_000;

    let within = |more: &str| format!(r#"{{"values":[0.5],"count":1,"more":{more}}}"#);
    let nested = |open: &str, close: &str| within(&(open.repeat(DEEP) + &close.repeat(DEEP)));
    let dendrite = alice().build();
    let bodies: [(&str, Vec<u8>, bool); 20] = [
        ("as it should be", within("null").into(), true),
        (
            "in another order",
            br#"{"count":1,"values":[0.5]}"#.into(),
            true,
        ),
        (
            "with what nobody asked for",
            br#"{"values":[0.5],"count":1,"x":[{}]}"#.into(),
            true,
        ),
        (
            "whole numbers for floats",
            br#"{"values":[1],"count":1}"#.into(),
            true,
        ),
        ("NaN", br#"{"values":[NaN],"count":1}"#.into(), false),
        (
            "infinity",
            br#"{"values":[Infinity],"count":1}"#.into(),
            false,
        ),
        ("1e400", br#"{"values":[1e400],"count":1}"#.into(), false),
        (
            "a whole number that is too large",
            br#"{"values":[],"count":18446744073709551616}"#.into(),
            false,
        ),
        (
            "a negative count",
            br#"{"values":[],"count":-1}"#.into(),
            false,
        ),
        (
            "digits without end",
            format!(r#"{{"values":[],"count":{}}}"#, "9".repeat(DEEP)).into(),
            false,
        ),
        ("deep lists", nested("[", "]").into(), false),
        ("deep objects", nested(r#"{"a":"#, "}").into(), false),
        ("deep and cut off", within(&"[".repeat(DEEP)).into(), false),
        (
            "a field twice",
            br#"{"values":[],"count":1,"count":2}"#.into(),
            false,
        ),
        ("a field too few", br#"{"values":[]}"#.into(), false),
        (
            "no UTF-8",
            b"{\"values\":[],\"count\":1,\"more\":\"\xff\xfe\"}".into(),
            false,
        ),
        (
            "half a surrogate",
            br#"{"values":[],"count":1,"more":"\ud800"}"#.into(),
            false,
        ),
        (
            "a byte order mark",
            b"\xef\xbb\xbf{\"values\":[],\"count\":1}".into(),
            false,
        ),
        (
            "something after the end",
            br#"{"values":[],"count":1}{"#.into(),
            false,
        ),
        ("nothing", Vec::new(), false),
    ];
    for (what, body, good) in bodies {
        let body = Bytes::from(body);
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            match (read(&dendrite, body.clone()).await, good) {
                (Ok(answer), true) => assert_eq!(answer.value.count, 1, "{what}"),
                (Err(CallError::Unreadable { reason }), false) => {
                    assert!(
                        !reason.is_empty() && reason.len() <= 256,
                        "{what}: {reason}"
                    );
                }
                (other, _) => panic!("{what}: {other:?}"),
            }
            fastest = fastest.min(begun.elapsed());
        }
        assert!(fastest < Duration::from_millis(100), "{what}: {fastest:?}");
    }
}

/// Answers that were good before something happened to them: they are read or they are not, and
/// what is read holds finite numbers.
fn damaged(times: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().expect("a runtime");
    let dendrite = alice().build();
    let good =
        br#"{"values":[0.5,-1e-7,3,12345678.9],"count":18446744073709551615,"more":{"a":[]}}"#;
    let damage = prop::collection::vec((0..good.len(), any::<u8>(), 0..4_u8), 1..4);
    let config = Config {
        cases: times,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&damage, |damage| {
            let mut body = good.to_vec();
            for (at, byte, how) in damage {
                let at = at.min(body.len().saturating_sub(1));
                match how {
                    0 => body.truncate(at),
                    1 => body.insert(at, byte),
                    _ => body.iter_mut().skip(at).take(1).for_each(|it| *it = byte),
                }
            }
            match runtime.block_on(read(&dendrite, body.into())) {
                Ok(answer) => prop_assert!(answer.value.values.iter().all(|it| it.is_finite())),
                Err(error) => {
                    prop_assert!(matches!(error, CallError::Unreadable { .. }), "{error}")
                }
            }
            Ok(())
        })
        .expect("every answer is read or refused");
}

#[test]
fn mi4_damaged_answers_are_read_or_refused() {
    damaged(100);
}

#[test]
#[ignore = "a hundred thousand answers"]
fn mi4_at_length() {
    damaged(100_000);
}
