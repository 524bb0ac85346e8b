//! Answers that break who reads them.

use std::collections::BTreeMap;

use axonry_core::Uid;
use axonry_wire::{CallError, Patience, Question};
use bytes::Bytes;

use crate::dendrite::{Echo, PATIENCE, alice, hello, target};
use crate::fleet::{Fake, Manner};

const MINERS: u16 = 16;

#[tokio::test]
async fn mi6_a_reader_that_panics_over_one_answer_leaves_the_others_as_they_were() {
    let mut fleet = Vec::new();
    for uid in 0..MINERS {
        let body = Bytes::from(format!("{{\"echo\":\"{uid}\"}}"));
        fleet.push(Fake::spawn(Manner::Says(body)).await);
    }
    let dendrite = alice().build();
    let question = Question::of::<Echo>(&hello(), PATIENCE).expect("a question");
    let read = async |poison: Option<Uid>| {
        let targets = (0..)
            .zip(&fleet)
            .map(|(uid, fake)| target(uid, fake.address));
        let marked = poison.map(|Uid(uid)| format!("{{\"echo\":\"{uid}\"}}"));
        let patience = Patience::each(PATIENCE);
        let answers = dendrite.ask_prepared(targets, question.clone(), patience, move |answer| {
            let poisoned = marked
                .as_ref()
                .is_some_and(|marked| answer.value == *marked);
            async move {
                assert!(!poisoned, "on purpose");
                Ok(answer)
            }
        });
        let landed = answers.until(usize::MAX).await.into_iter();
        landed
            .map(|(uid, answer)| (uid, answer.map(|answer| answer.value)))
            .collect::<BTreeMap<_, _>>()
    };
    let whole = read(None).await;
    assert!(whole.len() == usize::from(MINERS) && whole.values().all(Result::is_ok));
    for poison in (0..MINERS).map(Uid) {
        for (uid, answer) in read(Some(poison)).await {
            match answer {
                Err(CallError::Unreadable { .. }) if uid == poison => {}
                Ok(bytes) if uid != poison => {
                    assert_eq!(&bytes, whole[&uid].as_ref().expect("an answer"));
                }
                other => panic!("{uid} while {poison} is poison: {other:?}"),
            }
        }
    }
}
