//! What the watchdog says of validators that are well, and of those that are not.

use std::sync::Arc;

use axonry_chain::{EpochClock, StatefulEpochs};
use axonry_core::BlockNumber;
use axonry_weights::watchdog::Stall;

use super::{EPOCH, EPOCH_3, reach, watchdog};
use crate::fake::{FakeChain, MemoryJournal, Submission, block};
use crate::setter::{plan, setter, settings, submitted};

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
async fn a1_and_a13_a_thousand_healthy_epochs_land_at_once_without_a_rejection() {
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

#[tokio::test(start_paused = true)]
async fn a13_by_the_stateful_clock_a_thousand_epochs_land_at_once_as_well() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    let tempo = 360;
    for epoch in 0..1_000 {
        let start = EPOCH_3 + u64::from(tempo) * epoch;
        reach(&chain, start).await;
        chain.state().rules.epochs = EpochClock::Stateful(StatefulEpochs {
            at: BlockNumber(start),
            tempo,
            last_epoch_block: BlockNumber(start),
            pending_epoch_at: BlockNumber(0),
            epoch_index: epoch,
            blocks_since_last_step: 0,
        });
        let outcome = setter.set(&plan(&chain), epoch).await;
        let landed = outcome.expect("sent").block().expect("landed").number.0;
        assert!(landed <= start + 2, "{landed} of {start}");
    }
    assert_eq!(
        submitted(&chain),
        1_000,
        "no rejection, and nothing sent twice"
    );
}
