//! What becomes of what was sent.

use std::num::NonZeroU8;
use std::sync::Arc;

use axonry_chain::{InvalidReason, PoolRejection};
use axonry_core::BlockNumber;
use axonry_weights::{Landing, Rejection, SetterSettings};

use super::{plan, set, setter, settings, submitted};
use crate::fake::{FIRST, FakeChain, MemoryJournal, Submission, Told, block};

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
