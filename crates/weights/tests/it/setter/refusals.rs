//! What is not sent, or not sent yet.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::PoolRejection;
use axonry_core::BlockNumber;
use axonry_weights::{JournalError, Landing, Refusal, Rejection, SetError, SetterSettings};

use super::{plan, plan_of, set, setter, settings, submitted};
use crate::fake::{FIRST, FakeChain, MemoryJournal, Submission, Told, hotkey};

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
    let journal = Arc::new(MemoryJournal::broken());
    let failed = set(&chain, &journal).await;
    assert!(
        matches!(failed, Err(SetError::Journal(JournalError::Failed(_)))),
        "{failed:?}"
    );
    assert_eq!(submitted(&chain), 0);
}
