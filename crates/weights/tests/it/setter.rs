//! The ways to a landing, and the ways around one, on a chain that behaves by a script.

use std::collections::BTreeMap;
use std::num::NonZeroU8;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{InvalidReason, PoolRejection};
use axonry_core::{BlockNumber, MechId, Score, Uid};
use axonry_weights::{
    Attempt, Carrier, Conform, Intent, JournalError, Landing, Plan, Planner, Refusal, Rejection,
    SetError, Setter, SetterSettings,
};

use crate::fake::{
    FIRST, FakeChain, FakeSigner, MemoryJournal, NETUID, Submission, Told, block, hotkey,
};
use proptest::prelude::*;

pub(crate) fn plan(chain: &FakeChain) -> Plan {
    plan_of(chain, &[(1, 3.0), (2, 1.0)])
}

pub(crate) fn plan_of(chain: &FakeChain, scores: &[(u16, f64)]) -> Plan {
    let planner = Planner {
        conform: Conform::Gittensor,
        mechanism: MechId(0),
        own: hotkey(0),
    };
    let scores: BTreeMap<_, _> = scores
        .iter()
        .map(|&(uid, score)| (hotkey(uid), Score::new(score).expect("a score")))
        .collect();
    let rules = chain.state().rules.clone();
    planner
        .plan(&scores, &chain.metagraph_now(), &rules)
        .expect("a plan")
}

pub(crate) fn settings() -> SetterSettings {
    SetterSettings {
        version_key: 7,
        ..SetterSettings::default()
    }
}

pub(crate) fn setter(
    chain: &Arc<FakeChain>,
    journal: &Arc<MemoryJournal>,
    settings: SetterSettings,
) -> Setter {
    Setter::new(
        chain.clone(),
        journal.clone(),
        Arc::new(FakeSigner),
        settings,
    )
}

pub(crate) async fn set(
    chain: &Arc<FakeChain>,
    journal: &Arc<MemoryJournal>,
) -> Result<Landing, SetError> {
    let plan = plan(chain);
    setter(chain, journal, settings()).set(&plan, 1).await
}

pub(crate) fn submitted(chain: &FakeChain) -> usize {
    chain.state().submitted.len()
}

#[tokio::test(start_paused = true)]
async fn a_vector_is_written_down_sent_once_and_verified_in_state() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let landing = set(&chain, &journal).await.expect("sent");
    let block = block(FIRST + 1);
    assert_eq!(landing, Landing::VerifiedInState { block });
    assert_eq!(submitted(&chain), 1);
    let told = journal.told();
    let Told::Recorded(intent) = &told[0] else {
        panic!("the intent comes first: {told:?}");
    };
    assert_eq!(intent.attempt.extrinsic, chain.state().submitted[0].0);
    assert_eq!(intent.weights, *plan(&chain).weights());
    assert_eq!(intent.attempt.last_update, BlockNumber(900));
    assert!(matches!(&told[1..], [Told::Concluded(_, last)] if *last == landing));
}

#[tokio::test(start_paused = true)]
async fn a_failed_dispatch_is_a_typed_rejection() {
    let chain = FakeChain::new([Submission::Fail("NeuronNoValidatorPermit")]);
    let journal = Arc::default();
    let landing = set(&chain, &journal).await.expect("sent");
    let Landing::Rejected { reason } = &landing else {
        panic!("{landing:?}");
    };
    assert!(
        matches!(reason, Rejection::Dispatch(failure) if failure.name == "NeuronNoValidatorPermit")
    );
    assert_eq!(submitted(&chain), 1, "and it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_stream_lost_after_inclusion_is_settled_from_state_without_sending_again() {
    let (chain, journal) = (FakeChain::new([Submission::LandUnseen]), Arc::default());
    let landing = set(&chain, &journal).await.expect("sent");
    let block = block(FIRST + 1);
    assert_eq!(landing, Landing::VerifiedInState { block });
    assert_eq!(submitted(&chain), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_question_is_asked_again_with_the_same_bytes() {
    for lost in [Submission::Lose, Submission::LandUnanswered] {
        let (chain, journal) = (FakeChain::new([lost]), Arc::<MemoryJournal>::default());
        let landing = set(&chain, &journal).await.expect("sent");
        assert!(landing.is_verified(), "{landing:?}");
        let submitted = chain.state().submitted.clone();
        assert!(submitted.len() >= 2);
        assert!(
            submitted.iter().all(|one| *one == submitted[0]),
            "{submitted:?}"
        );
        let attempts = journal.told().len();
        assert_eq!(attempts, 2, "one intent, one outcome, no second attempt");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_pool_takes_badly_is_signed_anew_once_per_block() {
    let invalid = |reason| Submission::Reject(PoolRejection::Invalid(reason));
    let chain = FakeChain::new([
        invalid(InvalidReason::Stale),
        Submission::Reject(PoolRejection::Banned),
        invalid(InvalidReason::BadProof),
    ]);
    let journal = Arc::<MemoryJournal>::default();
    let landing = set(&chain, &journal).await.expect("sent");
    let block = block(FIRST + 4);
    assert_eq!(
        landing,
        Landing::VerifiedInState { block },
        "one attempt per block"
    );
    let nonces: Vec<u64> = chain
        .state()
        .submitted
        .iter()
        .map(|(_, nonce)| *nonce)
        .collect();
    assert_eq!(nonces, [5, 6, 7, 8], "each with the nonce of its moment");
    let attempted = journal
        .told()
        .iter()
        .filter(|told| matches!(told, Told::Attempted(..)))
        .count();
    assert_eq!(attempted, 3, "each written down before it was sent");
}

#[tokio::test(start_paused = true)]
async fn what_will_not_change_is_not_tried_again() {
    for reason in [
        InvalidReason::Custom(1),
        InvalidReason::Custom(19),
        InvalidReason::Payment,
    ] {
        let rejection = PoolRejection::Invalid(reason);
        let chain = FakeChain::new([Submission::Reject(rejection.clone())]);
        let landing = set(&chain, &Arc::default()).await.expect("sent");
        let reason = Rejection::Pool(rejection);
        assert_eq!(landing, Landing::Rejected { reason });
        assert_eq!(submitted(&chain), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_includes_without_applying_is_never_done() {
    for trick in [Submission::Ignore, Submission::Mangle] {
        let (chain, journal) = (FakeChain::new([trick]), Arc::default());
        let landing = set(&chain, &journal).await.expect("sent");
        let reason = Rejection::NotApplied {
            block: block(FIRST + 1).hash,
        };
        assert_eq!(landing, Landing::Rejected { reason });
    }
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_extrinsic_expires_and_is_signed_anew_a_bounded_number_of_times() {
    let forgetful = || (0..9).map(|_| Submission::Forget);
    let chain = FakeChain::new([Submission::Forget]);
    let landing = set(&chain, &Arc::default()).await.expect("sent");
    assert!(landing.is_verified(), "{landing:?}");
    assert!(
        chain.now() >= FIRST + 8,
        "not before the first one's era had ended, which is that of its epoch"
    );

    let chain = FakeChain::new(forgetful());
    let plan = plan(&chain);
    let two = SetterSettings {
        attempts: NonZeroU8::new(2).expect("two"),
        ..settings()
    };
    let landing = setter(&chain, &Arc::default(), two)
        .set(&plan, 1)
        .await
        .expect("sent");
    let expired = |reason: &Rejection| matches!(reason, Rejection::Expired { .. });
    assert!(
        matches!(&landing, Landing::Rejected { reason } if expired(reason)),
        "{landing:?}"
    );
    assert_eq!(submitted(&chain), 2);
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_waited_for_to_the_block_or_refused() {
    let chain = FakeChain::new([]);
    chain.state().rules.weights_rate_limit = 110;
    let landing = set(&chain, &Arc::default()).await.expect("sent");
    assert_eq!(
        landing.block().map(|block| block.number),
        Some(BlockNumber(1010))
    );

    let chain = FakeChain::new([]);
    chain.state().rules.weights_rate_limit = 110;
    let plan = plan(&chain);
    let impatient = SetterSettings {
        patience: Duration::ZERO,
        ..settings()
    };
    let refused = setter(&chain, &Arc::default(), impatient)
        .set(&plan, 1)
        .await;
    let (first_legal, head) = (BlockNumber(1010), BlockNumber(FIRST));
    let expected = Refusal::RateLimited { first_legal, head };
    assert!(matches!(refused, Err(SetError::Refused(refusal)) if refusal == expected));
    assert_eq!(submitted(&chain), 0);
}

#[tokio::test(start_paused = true)]
async fn what_would_not_land_is_refused_with_a_remedy_and_nothing_is_sent() {
    type Spoil = fn(&FakeChain);
    type Expected = fn(&Refusal) -> bool;
    let cases: [(Spoil, Expected); 5] = [
        (
            |chain| chain.state().neurons[0].validator_permit = false,
            |refusal| matches!(refusal, Refusal::NoPermit { .. }),
        ),
        (
            |chain| chain.state().neurons[0].hotkey = hotkey(99),
            |refusal| matches!(refusal, Refusal::NotRegistered { .. }),
        ),
        (
            |chain| chain.state().neurons[1].hotkey = hotkey(99),
            |refusal| matches!(refusal, Refusal::PlanOutdated(moved) if *moved == [hotkey(1)]),
        ),
        (
            |chain| chain.state().rules.weights_version_key = 8,
            |refusal| {
                matches!(
                    refusal,
                    Refusal::VersionKey {
                        needed: 8,
                        ours: 7,
                        ..
                    }
                )
            },
        ),
        (
            |chain| {
                chain.state().rules.commit_reveal_enabled = true;
                chain.state().rules.commit_reveal_version = Some(5);
            },
            |refusal| matches!(refusal, Refusal::CommitRevealVersion { version: 5, .. }),
        ),
    ];
    for (spoil, expected) in cases {
        let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
        let plan = plan(&chain);
        spoil(&chain);
        let refused = setter(&chain, &journal, settings()).set(&plan, 1).await;
        let Err(SetError::Refused(refusal)) = refused else {
            panic!("{refused:?}");
        };
        assert!(expected(&refusal), "{refusal:?}");
        assert!(!refusal.remedy().is_empty());
        assert_eq!(submitted(&chain), 0, "{refusal}");
        assert_eq!(journal.told(), [], "{refusal}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_permit_a_single_weight_on_oneself_is_fine() {
    let chain = FakeChain::new([]);
    chain.state().neurons[0].validator_permit = false;
    let plan = plan_of(&chain, &[(0, 1.0)]);
    let landing = setter(&chain, &Arc::default(), settings())
        .set(&plan, 1)
        .await;
    assert!(landing.expect("sent").is_verified());
}

#[tokio::test(start_paused = true)]
async fn a_permit_lost_between_two_attempts_ends_them() {
    let chain = FakeChain::new([Submission::Reject(PoolRejection::PoolFull)]);
    let (plan, journal) = (plan(&chain), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    let (landing, ()) = tokio::join!(setter.set(&plan, 1), async {
        // The first attempt is refused at once; the second would be made in the next block.
        tokio::time::sleep(Duration::from_secs(6)).await;
        chain.state().neurons[0].validator_permit = false;
    });
    let landing = landing.expect("something was sent");
    let refused =
        |reason: &Rejection| matches!(reason, Rejection::Refused(Refusal::NoPermit { .. }));
    assert!(
        matches!(&landing, Landing::Rejected { reason } if refused(reason)),
        "{landing:?}"
    );
    assert_eq!(submitted(&chain), 1);
    assert!(matches!(journal.told().last(), Some(Told::Concluded(_, last)) if *last == landing));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_that_could_not_be_written_down() {
    let chain = FakeChain::new([]);
    let journal = Arc::new(MemoryJournal {
        broken: true,
        ..MemoryJournal::default()
    });
    let failed = set(&chain, &journal).await;
    assert!(
        matches!(failed, Err(SetError::Journal(JournalError::Failed(_)))),
        "{failed:?}"
    );
    assert_eq!(submitted(&chain), 0);
}

/// What a process that died right after sending left behind: an extrinsic signed at block 995.
fn left_behind(chain: &FakeChain, round: u64, valid_until: u64) -> Intent {
    Intent {
        hotkey: hotkey(0),
        netuid: NETUID,
        mechanism: MechId(0),
        round,
        epoch: Some(2),
        weights: plan(chain).weights().clone(),
        attempt: Attempt {
            extrinsic: axonry_chain::ExtrinsicHash([1; 32]),
            nonce: 4,
            birth: block(995),
            valid_until: BlockNumber(valid_until),
            uid: Uid(0),
            last_update: BlockNumber(900),
            carrier: Carrier::Plain,
        },
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_a_vector_that_landed_is_found_and_not_sent_again() {
    let chain = FakeChain::new([]);
    let journal = MemoryJournal::with(left_behind(&chain, 1, 1011));
    chain.set_in(997, plan(&chain).weights().as_slice().to_vec());
    let landing = set(&chain, &journal).await.expect("settled");
    assert_eq!(landing, Landing::VerifiedInState { block: block(997) });
    assert_eq!(submitted(&chain), 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_nothing_is_sent_before_the_old_extrinsic_has_expired() {
    let chain = FakeChain::new([]);
    let journal = MemoryJournal::with(left_behind(&chain, 0, 1011));
    let landing = set(&chain, &journal).await.expect("sent");
    assert_eq!(
        landing.block().map(|block| block.number),
        Some(BlockNumber(1012))
    );
    let expired = Landing::Rejected {
        reason: Rejection::Expired {
            valid_until: BlockNumber(1011),
        },
    };
    let told = journal.told();
    assert!(
        matches!(&told[1], Told::Concluded(_, landing) if *landing == expired),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn when_the_chain_goes_dark_the_outcome_is_unknown_and_stays_open() {
    let chain = FakeChain::new([Submission::Lose]);
    let (plan, journal) = (plan(&chain), Arc::<MemoryJournal>::default());
    chain.state().dark_from = Some(FIRST + 1);
    chain
        .state()
        .script
        .extend((0..20).map(|_| Submission::Lose));
    let brief = SetterSettings {
        deadline: Duration::from_secs(300),
        ..settings()
    };
    let landing = setter(&chain, &journal, brief)
        .set(&plan, 1)
        .await
        .expect("sent");
    assert!(matches!(landing, Landing::Unknown { .. }), "{landing:?}");
    let open = axonry_weights::Journal::unfinished(&*journal, hotkey(0))
        .await
        .expect("read");
    assert_eq!(open.len(), 1, "the next start settles it");

    chain.state().dark_from = None;
    let recovered = setter(&chain, &journal, settings())
        .recover()
        .await
        .expect("read");
    let [(_, landing)] = &recovered[..] else {
        panic!("{recovered:?}");
    };
    assert!(
        matches!(
            landing,
            Landing::Rejected {
                reason: Rejection::Expired { .. }
            }
        ),
        "{landing:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn another_vector_set_behind_our_back_is_not_taken_for_ours() {
    let (chain, journal) = (FakeChain::new([Submission::Forget]), Arc::default());
    chain.set_in(FIRST + 2, vec![(Uid(3), 1), (Uid(1), 65_535)]);
    let landing = set(&chain, &journal).await.expect("sent");
    let differs = |reason: &Rejection| matches!(reason, Rejection::NotApplied { .. });
    assert!(
        matches!(&landing, Landing::Rejected { reason } if differs(reason)),
        "{landing:?}"
    );
    assert_eq!(submitted(&chain), 1);
}

fn any_submission() -> impl Strategy<Value = Submission> {
    let invalid = |reason| Submission::Reject(PoolRejection::Invalid(reason));
    prop_oneof![
        Just(Submission::Land),
        Just(Submission::LandUnseen),
        Just(Submission::LandUnanswered),
        (0..14_u64).prop_map(Submission::LandLate),
        Just(Submission::Lose),
        Just(Submission::Forget),
        Just(Submission::Fail("SettingWeightsTooFast")),
        Just(Submission::Reject(PoolRejection::PriorityTooLow)),
        Just(Submission::Reject(PoolRejection::PoolFull)),
        Just(invalid(InvalidReason::Stale)),
        Just(invalid(InvalidReason::Custom(6))),
        Just(invalid(InvalidReason::Custom(1))),
    ]
}

proptest! {
    #[test]
    fn whatever_the_node_does_a_vector_lands_at_most_once_and_the_outcome_is_true(
        script in proptest::collection::vec(any_submission(), 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let (landing, landed, open) = runtime.block_on(async {
            let (chain, journal) = (FakeChain::new(script), Arc::<MemoryJournal>::default());
            let landing = set(&chain, &journal).await.expect("something was sent");
            let landed = chain.set_at(plan(&chain).weights().as_slice());
            let open = axonry_weights::Journal::unfinished(&*journal, hotkey(0)).await;
            (landing, landed, open.expect("read").len())
        });
        prop_assert!(landing.is_settled(), "there was time enough: {landing:?}");
        prop_assert_eq!(open, 0);
        let block = landing.block().map(|block| block.number.0);
        prop_assert_eq!(landed, block.into_iter().collect::<Vec<_>>(), "{:?}", landing);
    }
}
