//! A dendrite that asks axons on real sockets, kind and unkind.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axonry_core::Uid;
use axonry_wire::{
    AnswerLimits, Axon, CallError, Dendrite, DendriteBuilder, Failure, Patience, Protocol, Route,
    Synapse, Target,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::fleet::{Fake, Manner, nobody};
use crate::{hotkey, key};

mod limits;

#[derive(Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) text: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) echo: String,
    pub(crate) asked_by: String,
}

pub(crate) struct Echo;

impl Synapse for Echo {
    const NAME: &'static str = "Echo";
    const REQUIRED: &'static [&'static str] = &["text"];
    type Request = Question;
    type Response = Answer;
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn hello() -> Question {
    Question {
        text: "hello".to_owned(),
    }
}

pub(crate) fn alice() -> DendriteBuilder {
    Dendrite::builder(key("//Alice")).private_addresses()
}

pub(crate) fn target(uid: u16, address: SocketAddr) -> Target {
    Target {
        uid: Uid(uid),
        hotkey: hotkey(&format!("//Miner//{uid}")),
        address,
    }
}

/// Asks whoever is there.
pub(crate) async fn call(
    dendrite: &Dendrite,
    address: SocketAddr,
) -> Result<axonry_wire::Answer<Answer>, CallError> {
    dendrite
        .call::<Echo>(&target(0, address), &hello(), PATIENCE)
        .await
}

pub(crate) async fn axon() -> Axon {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let answering = |caller: axonry_wire::Caller, question: Question| async move {
        Ok::<_, Failure>(Answer {
            echo: question.text,
            asked_by: caller.hotkey.to_string(),
        })
    };
    let axon = Axon::builder(hotkey("//Miner//0")).route::<Echo, _, _>(Route::strict(), answering);
    axon.serve(listener).expect("it listens")
}

#[tokio::test]
async fn a_dendrite_and_an_axon_understand_each_other_in_both_protocols() {
    let axon = axon().await;
    let version = axonry_wire::bt::version(10, 2, 0);
    for protocol in [Protocol::Headers { version }, Protocol::BtAuth] {
        let dendrite = alice().protocol(protocol).build();
        let target = target(0, axon.address());
        let calls =
            (0..50).map(|_| async { dendrite.call::<Echo>(&target, &hello(), PATIENCE).await });
        for answer in futures_util::future::join_all(calls.take(8)).await {
            let answer = answer.expect("an answer, also at once");
            assert_eq!(answer.value.asked_by, hotkey("//Alice").to_string());
        }
        for _ in 0..20 {
            dendrite
                .call::<Echo>(&target, &hello(), PATIENCE)
                .await
                .expect("one by one");
        }
    }
    let counters = axon.counters();
    assert_eq!((counters.answered, counters.refused), (56, 0));
    assert!(
        counters.connections <= 16,
        "connections are kept: {counters:?}"
    );
}

#[tokio::test]
async fn every_unkind_axon_fails_for_its_own_reason_and_harms_nobody() {
    const INTERNAL: SocketAddr = SocketAddr::new(
        std::net::IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 169, 254)),
        80,
    );
    const KINDS: [Manner; 14] = [
        Manner::Hang,
        Manner::Reset,
        Manner::SlowHead,
        Manner::Drip,
        Manner::Truncated,
        Manner::BadJson,
        Manner::WrongShape,
        Manner::Bomb,
        Manner::BrokenGzip,
        Manner::OversizedAnnounced,
        Manner::OversizedChunked,
        Manner::Redirect(INTERNAL),
        Manner::Headers(100_000),
        Manner::Refusing,
    ];

    let limits = AnswerLimits {
        grace: Duration::from_millis(300),
        wire: 1 << 20,
        unpacked: 1 << 20,
        ..AnswerLimits::default()
    };
    let dendrite = alice().limits(limits).build();
    let mut fleet = Vec::new();
    for (uid, manner) in (0..).zip(KINDS) {
        fleet.push((2 * uid, manner.clone(), Fake::spawn(manner).await));
        fleet.push((
            2 * uid + 1,
            Manner::Honest,
            Fake::spawn(Manner::Honest).await,
        ));
    }
    let manners: BTreeMap<_, _> = fleet
        .iter()
        .map(|(uid, manner, _)| (Uid(*uid), manner.clone()))
        .collect();
    let targets: Vec<_> = fleet
        .iter()
        .map(|(uid, _, fake)| target(*uid, fake.address))
        .collect();
    let patience = Patience::each(Duration::from_secs(2));
    let started = Instant::now();
    let mut answers = dendrite
        .ask::<Echo>(targets, &hello(), patience)
        .expect("a question");
    let mut landed = BTreeMap::new();
    while let Some((uid, answer)) = answers.next().await {
        let outcome = answer.map(|answer| answer.value.echo);
        assert!(landed.insert(uid, outcome).is_none(), "one entry each");
    }
    assert_eq!(landed.len(), manners.len());
    for (uid, outcome) in &landed {
        let manner = &manners[uid];
        let as_expected = match (manner, outcome) {
            (Manner::Honest, Ok(echo)) => echo == "hello",
            (Manner::Hang | Manner::SlowHead, Err(CallError::Timeout { .. })) => true,
            (
                Manner::Reset | Manner::Truncated | Manner::Headers(_),
                Err(CallError::Broken { .. }),
            ) => true,
            (Manner::Drip, Err(CallError::Slow { .. })) => true,
            (Manner::BadJson | Manner::WrongShape, Err(CallError::Unreadable { .. })) => true,
            (
                Manner::Bomb | Manner::OversizedAnnounced | Manner::OversizedChunked,
                Err(CallError::TooLarge { .. }),
            ) => true,
            (Manner::BrokenGzip, Err(CallError::Encoding)) => true,
            (Manner::Redirect(_), Err(CallError::Refused { status: 307, .. })) => true,
            (
                Manner::Refusing,
                Err(CallError::Refused {
                    status: 403,
                    message,
                }),
            ) => message.starts_with("no no") && message.len() <= 256,
            _ => false,
        };
        assert!(as_expected, "{manner:?}: {outcome:?}");
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "nobody outlives his time"
    );
}

#[tokio::test]
async fn a_quorum_does_not_wait_for_the_rest() {
    let mut fakes = Vec::new();
    for manner in [Manner::Hang, Manner::Honest, Manner::Honest, Manner::Hang] {
        fakes.push(Fake::spawn(manner).await);
    }
    let targets = (0..)
        .zip(&fakes)
        .map(|(uid, fake)| target(uid, fake.address));
    let answers = alice()
        .build()
        .ask::<Echo>(targets, &hello(), Patience::each(PATIENCE));
    let started = Instant::now();
    let landed = answers.expect("a question").until(2).await;
    assert_eq!(
        landed.iter().filter(|(_, answer)| answer.is_ok()).count(),
        2
    );
    assert!(started.elapsed() < PATIENCE / 2);
}

#[tokio::test]
async fn when_the_round_is_over_who_was_not_asked_is_told_apart_from_who_did_not_answer() {
    let hanging = Fake::spawn(Manner::Hang).await;
    let patience = Patience {
        each: PATIENCE,
        whole: Duration::from_millis(100),
        at_once: 2,
    };
    let targets = (0..5).map(|uid| target(uid, hanging.address));
    let mut answers = alice()
        .build()
        .ask::<Echo>(targets, &hello(), patience)
        .expect("a question");
    let (mut timeouts, mut not_asked) = (0, 0);
    while let Some((_, answer)) = answers.next().await {
        match answer.expect_err("nobody answers") {
            CallError::Timeout { .. } => timeouts += 1,
            CallError::RoundOver => not_asked += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((timeouts, not_asked), (2, 3));
}

#[tokio::test]
async fn an_axon_that_cannot_be_reached_rests_and_one_inside_our_network_is_never_asked() {
    let gone = nobody().await;
    let dendrite = alice().build();
    let call = async |dendrite: &Dendrite, address| {
        let answer = dendrite
            .call::<Echo>(&target(0, address), &hello(), PATIENCE)
            .await;
        answer.expect_err("nobody is there")
    };
    for _ in 0..3 {
        assert!(matches!(
            call(&dendrite, gone).await,
            CallError::Connect { .. }
        ));
    }
    let resting = call(&dendrite, gone).await;
    assert!(matches!(resting, CallError::Resting { .. }) && resting.is_ours());

    let careful = Dendrite::builder(key("//Alice")).build();
    let fake = Fake::spawn(Manner::Honest).await;
    for address in [
        fake.address,
        ([0, 0, 0, 0], 80).into(),
        ([8, 8, 8, 8], 0).into(),
    ] {
        assert!(matches!(
            call(&careful, address).await,
            CallError::Address { .. }
        ));
    }
}

#[tokio::test]
async fn a_connection_that_the_other_side_closed_is_replaced_unseen() {
    let axon = axon().await;
    let dendrite = alice().build();
    let address = axon.address();
    let call = async || {
        dendrite
            .call::<Echo>(&target(0, address), &hello(), PATIENCE)
            .await
    };
    call().await.expect("an answer");
    axon.drain(PATIENCE).await;
    let again = TcpListener::bind(address).await;
    // Another process may have taken the port in the meantime; then there is nothing to see here.
    let Ok(listener) = again else {
        return;
    };
    let answering = |_: axonry_wire::Caller, question: Question| async move {
        Ok::<_, Failure>(Answer {
            echo: question.text,
            asked_by: String::new(),
        })
    };
    let axon = Axon::builder(hotkey("//Miner//0")).route::<Echo, _, _>(Route::strict(), answering);
    let _axon = axon.serve(listener).expect("it listens");
    call().await.expect("an answer on a new connection");
}
