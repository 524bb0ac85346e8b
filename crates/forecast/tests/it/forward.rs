//! A forward to miners on real sockets, kind and unkind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_core::{Coldkey, Uid};
use axonry_forecast::{
    Competition, Forward, Heard, Hearing, Keep, Kept, Miner, Prompt, Workers, limits,
};
use axonry_store::predictions::Prediction;
use axonry_wallet::Keypair;
use axonry_wire::{AnswerLimits, Dendrite};

use crate::farm::{Fake, Manner, body};

fn prompt(paths: u32) -> Prompt {
    let mut competition = Competition::high();
    competition.num_simulations = paths;
    let start = "2026-02-03T10:25:00Z".parse().expect("a moment");
    Prompt::new(&competition, competition.assets[0].clone(), start)
}

fn forward(prompt: &Prompt) -> Forward {
    let alice = Keypair::from_uri("//Alice").expect("a key");
    let limits = AnswerLimits {
        grace: Duration::from_millis(500),
        ..limits(prompt.prices())
    };
    let dendrite = Dendrite::builder(Arc::new(alice)).private_addresses();
    let workers = Workers::new(2, 4).expect("threads");
    Forward::new(dendrite.limits(limits).build(), Arc::new(workers))
}

fn miner(uid: u16, fake: &Fake) -> Miner {
    let key = Keypair::from_uri(&format!("//Miner//{uid}")).expect("a key");
    Miner {
        uid: Uid(uid),
        hotkey: key.hotkey(),
        coldkey: Coldkey::from_bytes([7; 32]),
        axon: Some(fake.address),
    }
}

async fn all(mut hearing: Hearing) -> BTreeMap<Uid, Heard> {
    let mut heard = BTreeMap::new();
    while let Some(one) = hearing.next().await {
        assert!(heard.insert(one.miner.uid, one).is_none(), "one entry each");
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_read_as_they_land_and_latencies_are_the_miners_own() {
    let prompt = prompt(100);
    let body = body(&prompt);
    let mut fakes = Vec::new();
    for uid in 0..8 {
        let after = Duration::from_millis(150 * u64::from(8 - uid));
        fakes.push((
            uid,
            Fake::spawn(Manner::Honest, Arc::clone(&body), after).await,
        ));
    }
    let miners: Vec<_> = fakes.iter().map(|(uid, fake)| miner(*uid, fake)).collect();
    let mut hearing = forward(&prompt)
        .ask(&prompt, miners, Duration::from_secs(20))
        .expect("a question");
    let mut order = Vec::new();
    while let Some(heard) = hearing.next().await {
        assert_eq!(heard.outcome(), "correct", "{heard:?}");
        assert_eq!(heard.bytes, body.len());
        let kept = heard.kept.expect("its text");
        let Prediction::Json(text) = kept.prediction() else {
            panic!("{kept:?}");
        };
        assert!(text.starts_with("[1770114300,60,[67000.0") && text.ends_with("]]"));
        let (_, fake) = &mut fakes[usize::from(heard.miner.uid.0)];
        let took = fake.took.recv().await.expect("it answered");
        let latency = heard.latency.expect("it answered");
        let error = latency.abs_diff(took).as_secs_f64() / took.as_secs_f64();
        assert!(error < 0.1, "{latency:?} for an answer of {took:?}");
        order.push(heard.miner.uid.0);
    }
    assert_eq!(order, [7, 6, 5, 4, 3, 2, 1, 0], "the quickest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_badly_fails_alone_and_for_its_own_reason() {
    const KINDS: [(Manner, &str, &str); 8] = [
        (Manner::Hang, "timeout", "no answer within"),
        (Manner::Drip, "too_slow", "came in too slowly"),
        (Manner::Reset, "broke_off", "broke off"),
        (Manner::Truncated, "broke_off", "broke off"),
        (Manner::BadJson, "unreadable", "as a synapse"),
        (Manner::WrongShape, "incorrect", ""),
        (Manner::Oversized, "too_large", "larger than"),
        (Manner::Refusing, "refused", "403: not you"),
    ];
    let prompt = prompt(10);
    let body = body(&prompt);
    let mut fakes = Vec::new();
    for (uid, (manner, ..)) in (0..).zip(KINDS) {
        for (uid, manner) in [(2 * uid, manner), (2 * uid + 1, Manner::Honest)] {
            let after = Duration::from_millis(20);
            fakes.push((uid, Fake::spawn(manner, Arc::clone(&body), after).await));
        }
    }
    let nobody = Miner {
        axon: None,
        ..miner(99, &fakes[0].1)
    };
    let miners = fakes.iter().map(|(uid, fake)| miner(*uid, fake));
    let (within, began) = (Duration::from_secs(3), Instant::now());
    let forward = forward(&prompt).keep(Keep::F32);
    let hearing = forward.ask(&prompt, miners.chain([nobody]), within);
    let heard = all(hearing.expect("a question")).await;
    assert!(began.elapsed() < 2 * within, "who hangs is not waited for");
    assert_eq!(heard.len(), fakes.len() + 1);
    for (uid, (manner, kind, words)) in (0..).zip(KINDS) {
        let (bad, good) = (&heard[&Uid(2 * uid)], &heard[&Uid(2 * uid + 1)]);
        assert_eq!(bad.outcome(), kind, "{manner:?}: {bad:?}");
        let reason = bad.failure.as_ref().map(ToString::to_string);
        assert!(
            reason.unwrap_or_default().contains(words),
            "{manner:?}: {bad:?}"
        );
        assert!(bad.kept.is_none() && !bad.validation.is_correct());
        assert_eq!(good.outcome(), "correct", "beside {manner:?}: {good:?}");
        let latency = good.latency.expect("an answer");
        assert!(
            latency < Duration::from_secs(1),
            "beside {manner:?}: {latency:?}"
        );
        assert_eq!(good.kept.as_ref().map(Kept::bytes), Some(4 * 610));
    }
    let nobody = &heard[&Uid(99)];
    assert_eq!(nobody.outcome(), "no_axon");
    assert_eq!(
        nobody.validation.to_string(),
        "time out or internal server error (process time is None)"
    );
    assert_eq!(nobody.process_time(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_answers_are_read_than_somebody_takes() {
    let prompt = prompt(2);
    let body = body(&prompt);
    let mut fakes = Vec::new();
    for uid in 0..6 {
        fakes.push((
            uid,
            Fake::spawn(Manner::Honest, Arc::clone(&body), Duration::ZERO).await,
        ));
    }
    let miners = fakes.iter().map(|(uid, fake)| miner(*uid, fake));
    let forward = forward(&prompt).unsaved(2);
    let hearing = forward.ask(&prompt, miners, Duration::from_secs(20));
    let mut hearing = hearing.expect("a question");
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(hearing.next().await.expect("there is a place for it"));
    }
    let more = tokio::time::timeout(Duration::from_millis(300), hearing.next());
    assert!(
        more.await.is_err(),
        "with two unsaved the third is not read"
    );
    held.clear();
    let mut rest = 0;
    while hearing.next().await.is_some() {
        rest += 1;
    }
    assert_eq!(rest, 4, "whoever is dropped makes room for the next");
}
