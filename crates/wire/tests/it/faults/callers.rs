//! Requests that were changed on their way, and callers who are deregistered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axonry_core::{Alpha, BlockNumber, NetUid, Uid};
use axonry_wire::bt::{self, PythonValue, Receiver, Sender};
use axonry_wire::{
    Axon, CallError, Caller, Failure, Limits, Rate, Roster, Route, Standing, btauth,
};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::dendrite::{Answer, Echo, Question, alice, call};
use crate::http::send;
use crate::{NOW, hotkey, key};

/// An axon that takes as many requests as come.
async fn axon(roster: Option<watch::Receiver<Arc<Roster>>>, route: Route) -> Axon {
    let without = Rate {
        burst: u32::MAX,
        per_second: u32::MAX,
    };
    let limits = Limits {
        requests_per_address: without,
        requests_per_hotkey: without,
        ..Limits::default()
    };
    let answering = |caller: Caller, question: Question| async move {
        // What the route insists on is here, whatever has become of it since.
        let asked_by = caller.standing.map(|standing| standing.uid.to_string());
        Ok::<_, Failure>(Answer {
            echo: question.text,
            asked_by: asked_by.unwrap_or_default(),
        })
    };
    let axon = Axon::builder(hotkey("//Miner//0")).limits(limits);
    let axon = axon.route::<Echo, _, _>(route, answering);
    let axon = match roster {
        Some(roster) => axon.roster(roster),
        None => axon.clock(|| NOW),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    axon.serve(listener).expect("it listens")
}

/// What a request consists of.
#[derive(Clone)]
struct Signed {
    start: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The headers whose every bit matters.
    matter: &'static [&'static str],
    /// Where in the body every bit matters.
    bound: std::ops::Range<usize>,
}

async fn by_headers(nonce: u64) -> Signed {
    let sender = Sender {
        signer: key("//Alice"),
        uuid: "one".to_owned(),
        ip: None,
        version: bt::version(10, 2, 0),
    };
    let receiver = Receiver {
        hotkey: hotkey("//Miner//0"),
        ip: [127, 0, 0, 1].into(),
        port: 1,
    };
    let fields = [("text".to_owned(), PythonValue::Str("hello".to_owned()))];
    let call = bt::Call {
        name: "Echo",
        timeout: Duration::from_secs(12),
        fields: &fields,
        required: &["text"],
        hashed: &["text"],
    };
    let call = call.prepare().expect("its own fields");
    let request = sender
        .request(&call, &receiver, nonce)
        .await
        .expect("signed");
    let field = br#""text":"hello""#;
    let at = request.body.windows(field.len()).position(|it| it == field);
    let at = at.expect("the field");
    Signed {
        start: "POST /Echo",
        headers: request.headers,
        body: request.body,
        matter: &[
            "bt_header_dendrite_nonce",
            "bt_header_dendrite_hotkey",
            "bt_header_dendrite_uuid",
            "bt_header_dendrite_signature",
            "computed_body_hash",
        ],
        bound: at..at + field.len(),
    }
}

async fn by_btauth(nonce: u64) -> Signed {
    let body = br#"{"text":"hello"}"#;
    let message = btauth::Message {
        method: "POST",
        path: "/Echo",
        body,
    };
    let (signer, receiver) = (key("//Alice"), hotkey("//Miner//0"));
    let headers = message.sign(&*signer, &receiver, nonce).await;
    let headers = headers.expect("signed").into_iter();
    Signed {
        start: "POST /Echo",
        headers: headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body: body.to_vec(),
        matter: &[
            "x-bittensor-version",
            "x-bittensor-hotkey",
            "x-bittensor-nonce",
            "x-bittensor-signature",
            "x-bittensor-receiver",
        ],
        bound: 0..body.len(),
    }
}

/// Flips bits of a signed request, one at a time, and takes every `step`th of them.
async fn flipped([signed, fresh]: [Signed; 2], step: usize) {
    let axon = axon(None, Route::strict()).await;
    let status = async |one: &Signed| {
        let reply = send(axon.address(), one.start, &one.headers, &one.body).await;
        reply.status
    };
    let mut places: Vec<(Option<usize>, usize)> = Vec::new();
    for (place, (name, value)) in signed.headers.iter().enumerate() {
        if signed.matter.contains(&name.as_str()) {
            places.extend((0..8 * value.len()).map(|bit| (Some(place), bit)));
        }
    }
    let bound = 8 * signed.bound.start..8 * signed.bound.end;
    places.extend(bound.map(|bit| (None, bit)));
    let mut refused = 0;
    for (place, bit) in places.into_iter().step_by(step) {
        let (byte, mask) = (bit / 8, 1 << (bit % 8));
        let mut one = signed.clone();
        match place {
            None => one.body[byte] ^= mask,
            Some(place) => {
                let value = &mut one.headers[place].1;
                let mut bytes = value.clone().into_bytes();
                bytes[byte] ^= mask;
                // A header is text without control characters, to HTTP itself already.
                let visible = bytes[byte].is_ascii_graphic();
                let Some(text) = String::from_utf8(bytes).ok().filter(|_| visible) else {
                    continue;
                };
                // The digits of a signature and of a hash mean the same in either case.
                if text.eq_ignore_ascii_case(value) && text.starts_with("0x") {
                    continue;
                }
                *value = text;
            }
        }
        let status = status(&one).await;
        let judged = (400..=422).contains(&status);
        assert!(judged, "bit {bit} of {place:?} flipped: {status}");
        refused += 1;
    }
    assert!(refused * step >= 800, "{refused}");
    // Its nonce may be gone, where it was the body that was changed; that of another one is not.
    assert_eq!(status(&fresh).await, 200, "as it was signed");
    assert_eq!(status(&fresh).await, 401, "and not twice");
}

#[tokio::test]
async fn mi7_no_bit_of_what_was_signed_can_be_changed() {
    // Seven and eight have no common factor: every byte is hit, in every bit somewhere.
    flipped([by_headers(NOW).await, by_headers(NOW + 1).await], 7).await;
    flipped([by_btauth(NOW).await, by_btauth(NOW + 1).await], 7).await;
}

#[tokio::test]
#[ignore = "every bit"]
async fn mi7_at_length() {
    flipped([by_headers(NOW).await, by_headers(NOW + 1).await], 1).await;
    flipped([by_btauth(NOW).await, by_btauth(NOW + 1).await], 1).await;
}

/// Calls of somebody who is registered and deregistered all the while.
async fn deregistered(calls: usize) {
    let standing = Standing {
        uid: Uid(3),
        stake: Alpha::from_base_units(NetUid(1), 7),
        permit: true,
        block: BlockNumber(5),
    };
    let (tell, told) = watch::channel(Arc::new(Roster::default()));
    let axon = axon(Some(told), Route::strict().only_validators()).await;
    let over = Arc::new(AtomicBool::new(false));
    let changes = Arc::new(AtomicUsize::new(0));
    let changing = std::thread::spawn({
        let (over, changes) = (Arc::clone(&over), Arc::clone(&changes));
        move || {
            let registered = Arc::new([(hotkey("//Alice"), standing)].into_iter().collect());
            while !over.load(Ordering::Relaxed) {
                tell.send_replace(Arc::clone(&registered));
                std::thread::yield_now();
                tell.send_replace(Arc::default());
                std::thread::yield_now();
                changes.fetch_add(2, Ordering::Relaxed);
            }
        }
    });
    let dendrite = alice().build();
    let (mut served, mut refused) = (0, 0);
    while served + refused < calls || served == 0 || refused == 0 {
        match call(&dendrite, axon.address()).await {
            Ok(answer) => {
                assert_eq!(answer.value.asked_by, Uid(3).to_string());
                served += 1;
            }
            Err(CallError::Refused { status: 403, .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    over.store(true, Ordering::Relaxed);
    changing.join().expect("no panic");
    assert!(changes.load(Ordering::Relaxed) > 2);
    assert_eq!(axon.counters().failed, 0);
}

#[tokio::test]
async fn mi8_who_is_deregistered_is_refused_or_served_as_he_was_let_in() {
    deregistered(500).await;
}

#[tokio::test]
#[ignore = "a hundred thousand calls"]
async fn mi8_at_length() {
    deregistered(100_000).await;
}
