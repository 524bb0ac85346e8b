//! Faults that a validator lives through, each by its name, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{DispatchFailure, InvalidReason, PoolRejection};
use axonry_core::{BlockNumber, MechId, Uid};
use axonry_weights::watchdog::{Stall, Watchdog};
use axonry_weights::{Evidence, Landing, Refusal, Rejection, SetError, SetterSettings};
use proptest::prelude::*;
use tokio::time::{sleep, timeout};

use crate::fake::{FIRST, FakeChain, MemoryJournal, NETUID, Submission, block, hotkey};
use crate::setter::{plan, set, setter, settings, submitted};

/// Blocks of an epoch of the fake, and the first block of one of them.
const EPOCH: u64 = 361;
const EPOCH_3: u64 = 1_008;
const BLOCK: Duration = Duration::from_secs(12);

fn watchdog() -> Watchdog {
    Watchdog::new(hotkey(0), (NETUID, MechId(0)), 7)
}

/// Waits until the chain is as high as that.
async fn reach(chain: &FakeChain, number: u64) {
    while chain.now() < number {
        let blocks = u32::try_from(number - chain.now()).expect("few");
        sleep(BLOCK * blocks).await;
    }
}

#[tokio::test(start_paused = true)]
async fn tx3_and_tx15_what_is_pending_is_waited_for_and_not_sent_again() {
    for pending in [
        PoolRejection::PriorityTooLow,
        PoolRejection::AlreadyImported,
    ] {
        let chain = FakeChain::new([Submission::Reject(pending.clone())]);
        chain.set_in(FIRST + 3, plan(&chain).weights().as_slice().to_vec());
        let landing = set(&chain, &Arc::default()).await.expect("sent");
        let block = block(FIRST + 3);
        assert_eq!(landing, Landing::VerifiedInState { block }, "{pending}");
        assert_eq!(submitted(&chain), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn tx4_and_tx5_what_is_not_about_the_vector_is_tried_again_at_the_next_block() {
    let chain = FakeChain::new([
        Submission::Reject(PoolRejection::Banned),
        Submission::Reject(PoolRejection::PoolFull),
        Submission::Reject(PoolRejection::UnknownValidity("later".into())),
    ]);
    let landing = set(&chain, &Arc::default()).await.expect("sent");
    let block = block(FIRST + 4);
    assert_eq!(landing, Landing::VerifiedInState { block });
}

#[test]
fn tx6_every_dispatch_error_of_weights_has_a_reason() {
    for (name, stall) in [
        ("HotKeyNotRegisteredInSubNet", Stall::Deregistered),
        ("NeuronNoValidatorPermit", Stall::NoPermit),
        ("NotEnoughStakeToSetWeights", Stall::TooLittleStake),
        ("IncorrectWeightVersionKey", Stall::VersionKey),
        ("SettingWeightsTooFast", Stall::RateLimit),
        ("CommittingWeightsTooFast", Stall::RateLimit),
        ("ExpiredWeightCommit", Stall::RevealOverdue),
        ("MaxWeightExceeded", Stall::Dispatch),
    ] {
        let failure = DispatchFailure {
            pallet: "SubtensorModule".into(),
            name: name.into(),
            description: String::new(),
        };
        let reason = Rejection::Dispatch(failure);
        assert_eq!(
            Stall::of(&Ok(Landing::Rejected { reason })),
            Some(stall),
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn tx8_weights_or_a_nonce_that_are_not_ours_stop_the_setter_until_acknowledged() {
    type Intrude = fn(&FakeChain);
    type Shows = fn(&Evidence) -> bool;
    let rows: [(Intrude, Shows); 2] = [
        (
            |chain| chain.set_in(FIRST + 50, vec![(Uid(3), 65_535)]),
            |evidence| matches!(evidence, Evidence::LastUpdate { found, .. } if found.0 == FIRST + 50),
        ),
        (
            |chain| chain.state().nonce += 1,
            |evidence| {
                matches!(
                    evidence,
                    Evidence::Nonce {
                        expected: 6,
                        found: 7
                    }
                )
            },
        ),
    ];
    for (intrude, shows) in rows {
        let (chain, journal) = (FakeChain::new([]), Arc::default());
        let plan = plan(&chain);
        let mut setter = setter(&chain, &journal, settings());
        assert!(setter.set(&plan, 1).await.expect("sent").is_verified());
        intrude(&chain);
        reach(&chain, EPOCH_3 + EPOCH).await;
        let refused = setter.set(&plan, 2).await;
        assert!(
            matches!(&refused, Err(SetError::Refused(Refusal::Doppelganger(it))) if shows(it)),
            "{refused:?}"
        );
        assert_eq!(submitted(&chain), 1);
        setter.acknowledge();
        assert!(setter.set(&plan, 2).await.expect("sent").is_verified());
    }
}

#[tokio::test(start_paused = true)]
async fn tx9_a_rate_limit_raised_meanwhile_moves_the_vector_to_the_first_legal_block() {
    let too_soon = PoolRejection::Invalid(InvalidReason::Custom(6));
    let (chain, journal) = (
        FakeChain::new([Submission::Reject(too_soon)]),
        Arc::default(),
    );
    let plan = plan(&chain);
    let mut setter = setter(&chain, &journal, settings());
    let (landing, ()) = tokio::join!(setter.set(&plan, 1), async {
        sleep(BLOCK / 2).await;
        chain.state().rules.weights_rate_limit = 115;
    });
    let landed = landing.expect("sent").block().map(|block| block.number);
    assert_eq!(landed, Some(BlockNumber(900 + 115)));
}

#[tokio::test(start_paused = true)]
async fn tx12_and_tx13_what_blocks_the_next_vector_is_known_before_it_is_due() {
    let chain = FakeChain::new([]);
    let observe = async || {
        let at = block(chain.now());
        watchdog().observe(&*chain, at).await.expect("readable")
    };
    assert!(!observe().await.blocked);
    chain.state().rules.weights_version_key = 8;
    let seen = observe().await;
    assert_eq!((seen.reason, seen.blocked), (Some(Stall::VersionKey), true));
    chain.state().rules.weights_version_key = 7;
    chain.state().neurons[0].validator_permit = false;
    let seen = observe().await;
    assert_eq!((seen.reason, seen.blocked), (Some(Stall::NoPermit), true));
    chain.state().neurons[0].hotkey = hotkey(99);
    let seen = observe().await;
    assert_eq!(
        (seen.reason, seen.blocked),
        (Some(Stall::Deregistered), true)
    );
    assert!(seen.is_alarm());
}

#[tokio::test(start_paused = true)]
async fn a1_a_chain_that_drops_everything_raises_the_alarm_by_the_third_tempo() {
    let chain = FakeChain::new((0..100).map(|_| Submission::Forget));
    let journal = Arc::<MemoryJournal>::default();
    let mut dog = watchdog();
    let mut ages = Vec::new();
    for round in 0..4 {
        let outcome = setter(&chain, &journal, settings())
            .set(&plan(&chain), round)
            .await;
        dog.note(&outcome);
        reach(&chain, 900 + EPOCH * (round + 1)).await;
        let seen = dog
            .observe(&*chain, block(chain.now()))
            .await
            .expect("readable");
        assert_eq!(seen.reason, Some(Stall::Dropped), "{outcome:?}");
        ages.push((seen.tempos_since_landed.floor(), seen.is_alarm()));
    }
    assert_eq!(ages[0], (1.0, false));
    assert_eq!(ages[1], (2.0, false));
    assert!(ages[2].1 && ages[3].1, "{ages:?}");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_healthy_epochs_land_at_once_and_raise_no_alarm() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let (mut setter, mut dog) = (setter(&chain, &journal, settings()), watchdog());
    for epoch in 0..1_000 {
        let start = EPOCH_3 + EPOCH * epoch;
        reach(&chain, start).await;
        let before = dog
            .observe(&*chain, block(chain.now()))
            .await
            .expect("readable");
        assert!(!before.is_alarm(), "{before:?}");
        let outcome = setter.set(&plan(&chain), epoch).await;
        dog.note(&outcome);
        let landed = outcome.expect("sent").block().expect("landed").number.0;
        assert!(landed <= start + 2, "{landed} of {start}");
    }
    assert_eq!(submitted(&chain), 1_000, "nothing is sent twice");
}

/// Halves, without a source of chance that differs from run to run.
fn coin(state: &mut u64) -> bool {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 63 == 1
}

#[tokio::test(start_paused = true)]
async fn a2_with_every_second_transport_failing_96_of_100_epochs_land() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut state = 1;
    // Time for five attempts, one per block.
    let brief = SetterSettings {
        deadline: BLOCK * 9 / 2,
        ..settings()
    };
    let mut setter = setter(&chain, &journal, brief);
    for epoch in 0..1_000 {
        reach(&chain, EPOCH_3 + EPOCH * epoch).await;
        let toss = std::iter::repeat_with(|| match coin(&mut state) {
            true => Submission::Lose,
            false => Submission::Land,
        });
        chain.state().script = toss.take(5).collect();
        let _ = setter.set(&plan(&chain), epoch).await;
    }
    let landed = chain.set_at(plan(&chain).weights().as_slice()).len();
    assert!(landed >= 960, "{landed}");
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
