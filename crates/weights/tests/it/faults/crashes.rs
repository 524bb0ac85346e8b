//! Many callers and sudden deaths.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::PoolRejection;
use axonry_weights::{SetError, SetterSettings};
use proptest::prelude::*;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::{EPOCH, EPOCH_3, reach};
use crate::fake::{BLOCK, FakeChain, MemoryJournal, Submission};
use crate::setter::{plan, setter, settings};

/// Which of the epochs that begin with the third a block belongs to.
fn epoch_of(number: u64) -> u64 {
    (number - EPOCH_3) / EPOCH
}

/// Numbers without a pattern, the same in every run.
fn next(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

#[tokio::test(start_paused = true)]
async fn a6_sixty_four_callers_and_random_crashes_never_give_an_epoch_two_vectors() {
    const CALLERS: u64 = 64;
    const EPOCHS: u64 = 10_000;
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let impatient = SetterSettings {
        patience: Duration::ZERO,
        ..settings()
    };
    // One actor signs for the hotkey; all callers go through it, and it dies with who holds it.
    let actor = Arc::new(Mutex::new(setter(&chain, &journal, impatient)));
    let (mut state, mut round, mut crashes) = (1, 0, 0);
    for epoch in 0..EPOCHS {
        let start = EPOCH_3 + EPOCH * epoch;
        reach(&chain, start).await;
        let script = (0..4).map(|_| match next(&mut state, 8) {
            0 => Submission::Lose,
            1 => Submission::LandUnseen,
            2 => Submission::LandUnanswered,
            3 => Submission::LandLate(next(&mut state, 14)),
            4 => Submission::Reject(PoolRejection::PoolFull),
            5 => Submission::Forget,
            _ => Submission::Land,
        });
        chain.state().script = script.collect();
        // Some of the callers come at once, each with a vector of its own.
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..1 + next(&mut state, 4) {
            let (caller, life) = (next(&mut state, CALLERS), next(&mut state, 40));
            let (chain, journal) = (Arc::clone(&chain), Arc::clone(&journal));
            let actor = Arc::clone(&actor);
            round += 1;
            let round = round * CALLERS + caller;
            callers.spawn(async move {
                let mut held = actor.lock().await;
                let plan = plan(&chain);
                let done = timeout(BLOCK * u32::try_from(life).expect("few") / 4, async {
                    held.set(&plan, round).await
                });
                let crashed = done.await.is_err();
                if crashed {
                    // What the process knew is gone; the journal is what the next one has.
                    *held = setter(&chain, &journal, impatient);
                }
                u64::from(crashed)
            });
        }
        crashes += callers.join_all().await.into_iter().sum::<u64>();
    }
    let landed = chain.set_at(plan(&chain).weights().as_slice());
    let mut epochs: Vec<u64> = landed.iter().map(|block| epoch_of(*block)).collect();
    epochs.dedup();
    assert_eq!(epochs.len(), landed.len(), "an epoch has two vectors");
    assert!(crashes > EPOCHS / 4, "{crashes}");
    let landed = u64::try_from(landed.len()).expect("few");
    assert!(landed > EPOCHS * 4 / 5, "{landed}: most epochs have one");
}

#[tokio::test(start_paused = true)]
async fn of_two_callers_in_an_epoch_the_second_is_told_to_wait() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let impatient = SetterSettings {
        patience: Duration::ZERO,
        ..settings()
    };
    chain.state().rules.weights_rate_limit = 0;
    reach(&chain, EPOCH_3).await;
    let mut setter = setter(&chain, &journal, impatient);
    let plan = plan(&chain);
    assert!(setter.set(&plan, 1).await.expect("sent").is_verified());
    let second = setter.set(&plan, 2).await;
    let refused = matches!(
        &second,
        Err(SetError::Refused(
            axonry_weights::Refusal::EpochTaken { .. }
        ))
    );
    assert!(refused, "{second:?}");
}

fn any_submission() -> impl Strategy<Value = Submission> {
    prop_oneof![
        Just(Submission::Land),
        Just(Submission::Land),
        Just(Submission::LandUnseen),
        Just(Submission::LandUnanswered),
        (0..14_u64).prop_map(Submission::LandLate),
        Just(Submission::Lose),
        Just(Submission::Forget),
        Just(Submission::Reject(PoolRejection::PoolFull)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_and_wherever_it_crashes_no_epoch_has_two_vectors(
        script in proptest::collection::vec(any_submission(), 0..40),
        lives in proptest::collection::vec((1..4_000_u64, 1..3_000_u64), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let landed = runtime.block_on(async {
            let (chain, journal) = (FakeChain::new(script), Arc::<MemoryJournal>::default());
            for (round, (life, pause)) in lives.into_iter().enumerate() {
                let round = u64::try_from(round).expect("few");
                // A process that is killed after so many seconds, and the next one.
                let mut setter = setter(&chain, &journal, settings());
                let plan = plan(&chain);
                let _ = timeout(Duration::from_secs(life), setter.set(&plan, round)).await;
                sleep(Duration::from_secs(pause)).await;
            }
            chain.set_at(plan(&chain).weights().as_slice())
        });
        let mut epochs: Vec<u64> = landed.iter().map(|block| (block + 75) / EPOCH).collect();
        epochs.dedup();
        prop_assert_eq!(epochs.len(), landed.len(), "{:?}", landed);
    }
}
