//! What holds whatever the node does.

use std::sync::Arc;

use axonry_chain::{InvalidReason, PoolRejection};
use proptest::prelude::*;

use super::{plan, set};
use crate::fake::{FakeChain, MemoryJournal, Submission, hotkey};

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
