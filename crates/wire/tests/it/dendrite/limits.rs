//! What an answer may cost, whole or in pieces.

use std::time::Duration;

use axonry_wire::{AnswerLimits, CallError, Patience};

use super::{Echo, PATIENCE, alice, call, hello, target};
use crate::fleet::{Fake, Manner};

#[tokio::test]
async fn a_caller_who_does_not_take_answers_is_given_no_more_to_hold() {
    const AT_ONCE: usize = 4;

    let (honest, other) = (
        Fake::spawn(Manner::Honest).await,
        Fake::spawn(Manner::Honest).await,
    );
    let dendrite = alice().build();
    let targets = (0..32).map(|uid| target(uid, honest.address));
    let patience = Patience {
        at_once: AT_ONCE,
        ..Patience::each(PATIENCE)
    };
    let answers = dendrite.ask::<Echo>(targets, &hello(), patience);
    let mut answers = answers.expect("a question");
    for taken in 1..=32 {
        let (_, answer) = answers.next().await.expect("an answer");
        answer.expect("honest");
        // Time enough for others to ask and be answered.
        for _ in 0..2 {
            call(&dendrite, other.address).await.expect("honest");
        }
        let asked = honest.heads().len();
        assert!(
            asked < taken + AT_ONCE,
            "{asked} asked while {taken} are taken"
        );
    }
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn pieces_meet_the_same_limits_as_whole_answers_and_counters_tell_how_calls_ended() {
    let limits = AnswerLimits {
        grace: Duration::from_millis(300),
        wire: 1 << 20,
        ..AnswerLimits::default()
    };
    let dendrite = alice().limits(limits).build();
    let read = async |manner: Manner| {
        let fake = Fake::spawn(manner).await;
        let (asked, question) = (target(0, fake.address), hello());
        let chunks = dendrite.stream::<Echo>(&asked, &question, Duration::from_secs(2));
        chunks.await?.whole().await
    };
    let honest = read(Manner::Honest).await.expect("whole");
    assert_eq!((honest.value.len(), honest.bytes), (38, 38));
    assert!(!honest.latency.is_zero());
    let cut = |manner| async { read(manner).await.expect_err("cut off") };
    let drip = cut(Manner::Drip).await;
    assert!(
        matches!(drip, CallError::Slow { received: 1.., .. }),
        "{drip}"
    );
    let truncated = cut(Manner::Truncated).await;
    assert!(matches!(truncated, CallError::Broken { .. }), "{truncated}");
    let endless = cut(Manner::OversizedChunked).await;
    assert!(
        matches!(endless, CallError::TooLarge { limit } if limit == limits.wire),
        "{endless}"
    );
    let announced = cut(Manner::OversizedAnnounced).await;
    assert!(
        matches!(announced, CallError::TooLarge { .. }),
        "{announced}"
    );
    let packed = cut(Manner::Bomb).await;
    assert!(matches!(packed, CallError::Encoding), "{packed}");
    let hanging = cut(Manner::Hang).await;
    assert!(matches!(hanging, CallError::Timeout { .. }), "{hanging}");
    let refused = cut(Manner::Refusing).await;
    assert!(
        matches!(refused, CallError::Refused { status: 403, .. }),
        "{refused}"
    );

    let counters = dendrite.counters();
    // The head of a stream is its answer; that it was cut is told beside.
    assert_eq!((counters.answered, counters.streams_cut), (6, 5));
    assert_eq!(
        (counters.late, counters.refused, counters.connections),
        (1, 1, 8)
    );
    assert!(counters.bytes > 38, "{counters:?}");
}

#[tokio::test]
async fn who_answers_before_he_is_asked_has_not_answered() {
    let early = Fake::spawn(Manner::TooEarly).await;
    let dendrite = alice().build();
    for _ in 0..20 {
        // Where it lies when the question goes is chance; that it is no answer is not.
        if let Ok(answer) = call(&dendrite, early.address).await {
            assert!(
                !answer.latency.is_zero(),
                "it came after the question had gone"
            );
        }
    }
}
