//! Rounds in which many do not answer, or move.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_core::{Alpha, BlockNumber, NetUid, Uid};
use axonry_wire::{AnswerLimits, Axon, CallError, Caller, Dendrite, Failure, Patience, Route};
use axonry_wire::{Roster, Standing, Target};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::dendrite::{Answer, Echo, PATIENCE, Question, alice, call, hello, target};
use crate::fleet::{BlackHole, Fake, Manner, nobody};
use crate::hotkey;

/// Neurons of a subnet, and how many of them cannot be reached.
const ALL: u16 = 256;
const DEAD: u16 = 200;

async fn round(dendrite: &Dendrite, targets: &[Target], each: Duration) -> (usize, Duration) {
    let started = Instant::now();
    let asked = targets.iter().copied();
    let answers = dendrite.ask::<Echo>(asked, &hello(), Patience::each(each));
    let landed = answers.expect("a question").until(usize::MAX).await;
    assert_eq!(landed.len(), targets.len(), "an entry each");
    let good = landed.iter().filter(|(_, answer)| answer.is_ok()).count();
    (good, started.elapsed())
}

/// Rounds of which most cannot be reached, against the same with everybody there.
async fn dead_rounds(rounds: usize) {
    const THINKING: Duration = Duration::from_secs(1);

    let limits = AnswerLimits {
        connect: Duration::from_millis(800),
        ..AnswerLimits::default()
    };
    let honest = Fake::spawn(Manner::Thinking(THINKING)).await;
    let reset = Fake::spawn(Manner::ResetAtOnce).await;
    let (refused, hole) = (nobody().await, BlackHole::dig().await);
    let dead = [refused, hole.address, reset.address];
    let alive: Vec<_> = (0..ALL).map(|uid| target(uid, honest.address)).collect();
    let mut targets = alive.clone();
    for one in &mut targets[..usize::from(DEAD)] {
        one.address = dead[usize::from(one.uid.0) % dead.len()];
    }
    let (good, whole) = round(&alice().build(), &alive, PATIENCE).await;
    assert_eq!(good, usize::from(ALL));
    let dendrite = alice().limits(limits).build();
    let mut took = Vec::new();
    for _ in 0..rounds {
        let (good, time) = round(&dendrite, &targets, PATIENCE).await;
        assert_eq!(good, usize::from(ALL - DEAD), "all who are there");
        took.push(time);
    }
    took.sort_unstable();
    let median = took[took.len() / 2];
    assert!(
        median <= whole.mul_f64(1.2),
        "{median:?} with {DEAD} of {ALL} dead, {whole:?} with all alive; {took:?}"
    );
    // Two kinds of three do not let anybody in: those rest after three rounds, and cost nothing.
    let counters = dendrite.counters();
    let unreachable = u64::from(DEAD) - u64::from(DEAD) / 3;
    assert_eq!(
        (counters.unreachable, counters.resting),
        (3 * unreachable, unreachable)
    );
}

#[tokio::test]
async fn mi1_two_hundred_dead_axons_do_not_hold_the_round_up() {
    dead_rounds(4).await;
}

#[tokio::test]
#[ignore = "four minutes"]
async fn mi1_at_length() {
    // A rest is ten seconds at first: the rounds of one dendrite are those before it tries again.
    for _ in 0..50 {
        dead_rounds(4).await;
    }
}

/// Slow axons of every kind, each of which is to be cut at the deadline of its call.
async fn slow_axons(count: u16) {
    const DEADLINE: Duration = Duration::from_secs(1);
    const KINDS: [Manner; 4] = [
        Manner::Drip,
        Manner::SlowHead,
        Manner::Thinking(PATIENCE),
        Manner::Hang,
    ];
    const OFF: Duration = Duration::from_millis(100);

    let mut fleet = Vec::new();
    for kind in KINDS {
        fleet.push(Fake::spawn(kind).await);
    }
    let targets = (0..count).map(|uid| {
        let kind = &fleet[usize::from(uid) % fleet.len()];
        target(uid, kind.address)
    });
    // How late timers are on this machine now, which is not ours to answer for.
    let started = Instant::now();
    let late = tokio::spawn(async move {
        tokio::time::sleep(DEADLINE).await;
        started.elapsed() - DEADLINE
    });
    let asked: Vec<_> = targets.collect();
    let dendrite = alice().build();
    let answers = dendrite.ask::<Echo>(asked, &hello(), Patience::each(DEADLINE));
    let mut answers = answers.expect("a question");
    let mut cut = Vec::new();
    while let Some((_, answer)) = answers.next().await {
        let error = answer.expect_err("too slow");
        assert!(matches!(error, CallError::Timeout { .. }), "{error}");
        cut.push(started.elapsed());
    }
    let late = late.await.expect("no panic");
    assert_eq!(cut.len(), usize::from(count));
    let (first, last) = (cut[0], cut[cut.len() - 1]);
    assert!(first + OFF >= DEADLINE, "{first:?}");
    assert!(
        last <= DEADLINE + OFF + late,
        "{last:?}, where a timer was {late:?} late"
    );
}

#[tokio::test]
async fn mi2_who_trickles_is_cut_at_the_deadline() {
    slow_axons(40).await;
}

#[tokio::test]
#[ignore = "a thousand connections"]
async fn mi2_at_length() {
    for _ in 0..5 {
        slow_axons(200).await;
    }
}

#[tokio::test]
async fn mi12_who_moves_in_a_round_is_asked_where_he_was_and_in_the_next_where_he_is() {
    let (old, new) = (
        Fake::spawn(Manner::Honest).await,
        Fake::spawn(Manner::Honest).await,
    );
    let dendrite = alice().build();
    for asked in 0..200 {
        // Of two axons the first one's answer brings news of the second.
        let (tell, metagraph) = watch::channel::<[SocketAddr; 2]>([old.address, old.address]);
        for now in [old.address, new.address] {
            let addresses = *metagraph.borrow();
            let snapshot = (0..2).zip(addresses).map(|(uid, it)| target(uid, it));
            let patience = Patience {
                at_once: 1,
                ..Patience::each(PATIENCE)
            };
            let answers = dendrite.ask::<Echo>(snapshot, &hello(), patience);
            let mut answers = answers.expect("a question");
            let (first, _) = answers.next().await.expect("an answer");
            tell.send_replace([old.address, new.address]);
            let (second, answer) = answers.next().await.expect("another one");
            answer.expect("honest");
            assert_eq!((first, second), (Uid(0), Uid(1)));
            let moved = now == new.address;
            let seen = (old.heads().len(), new.heads().len());
            let (before, after) = (3 * asked + 2, asked);
            assert_eq!(
                seen,
                (before + usize::from(moved), after + usize::from(moved))
            );
        }
    }
}

#[tokio::test]
async fn mi12_a_handler_sees_the_caller_as_he_was_when_he_was_let_in() {
    let standing = |block| Standing {
        uid: Uid(0),
        stake: Alpha::from_base_units(NetUid(1), 7),
        permit: true,
        block: BlockNumber(block),
    };
    let roster = move |block| -> Arc<Roster> {
        Arc::new([(hotkey("//Alice"), standing(block))].into_iter().collect())
    };
    let (tell, told) = watch::channel(roster(1));
    let tell = Arc::new(tell);
    let answering = {
        let tell = Arc::clone(&tell);
        move |caller: Caller, question: Question| {
            // The next block comes while the handler is at work.
            let before = tell
                .borrow()
                .standing(&caller.hotkey)
                .map(|one| one.block.0);
            tell.send_replace(roster(before.map_or(0, |block| block + 1)));
            async move {
                let seen = caller.standing.map(|standing| standing.block.0);
                assert_eq!(seen, before);
                Ok::<_, Failure>(Answer {
                    echo: question.text,
                    asked_by: seen.map_or_else(String::new, |block| block.to_string()),
                })
            }
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let axon = Axon::builder(hotkey("//Miner//0")).roster(told);
    let axon = axon.route::<Echo, _, _>(Route::strict().only_validators(), answering);
    let axon = axon.serve(listener).expect("it listens");
    let dendrite = alice().build();
    for block in 1..=50 {
        let answer = call(&dendrite, axon.address()).await;
        assert_eq!(answer.expect("an answer").value.asked_by, block.to_string());
    }
}
