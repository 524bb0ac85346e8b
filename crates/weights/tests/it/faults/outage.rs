//! A chain that is away, stands still or changes its mind.

use std::sync::Arc;
use std::time::Duration;

use axonry_weights::{Landing, SetError, SetterSettings};

use super::{EPOCH, EPOCH_3, reach, watchdog};
use crate::fake::{BLOCK, FakeChain, MemoryJournal, Submission, block, coin, hotkey};
use crate::setter::{plan, setter, settings, submitted};

#[tokio::test(start_paused = true)]
async fn a2_with_every_second_submission_lost_96_of_100_epochs_land() {
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

#[tokio::test(start_paused = true)]
async fn a2_with_every_second_question_lost_as_well_no_epoch_is_given_up() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    let mut state = 7;
    for epoch in 0..300 {
        reach(&chain, EPOCH_3 + EPOCH * epoch).await;
        let plan = plan(&chain);
        let toss = std::iter::repeat_with(|| match coin(&mut state) {
            true => Submission::Lose,
            false => Submission::Land,
        });
        chain.state().script = toss.take(40).collect();
        chain.state().flaky = Some(epoch);
        let outcome = setter.set(&plan, epoch).await;
        chain.state().flaky = None;
        let landing = outcome.unwrap_or_else(|error| panic!("{epoch}: {error}"));
        assert!(landing.is_verified(), "{epoch}: {landing}");
    }
    let landed = chain.set_at(plan(&chain).weights().as_slice());
    assert_eq!(landed.len(), 300, "and none twice");
}

#[tokio::test(start_paused = true)]
async fn ch15_a_vector_whose_block_is_replaced_is_verified_where_it_ended_up() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    for epoch in 0..1_000 {
        let (start, depth) = (EPOCH_3 + EPOCH * epoch, 1 + epoch % 10);
        reach(&chain, start).await;
        chain.state().script = [Submission::Reorg(depth)].into();
        let landing = setter.set(&plan(&chain), epoch).await.expect("sent");
        let block = block(start + 1 + depth);
        assert_eq!(landing, Landing::VerifiedInState { block });
        assert!(chain.now() <= start + 1 + depth + 2, "and soon");
    }
    assert_eq!(submitted(&chain), 1_000, "nothing is sent twice");
}

#[tokio::test(start_paused = true)]
async fn ch15_while_finality_stands_still_nothing_is_done_and_nothing_sent_again() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    let mut dog = watchdog();
    reach(&chain, EPOCH_3).await;
    // An hour, from the block that would have been final next.
    chain.state().stall = Some((EPOCH_3, EPOCH_3 + 300));
    let plan = plan(&chain);
    let outcome = setter.set(&plan, 1).await;
    let landing = outcome.as_ref().expect("sent");
    assert!(
        !landing.is_settled() && !landing.is_committed(),
        "{landing}: it is not known"
    );
    dog.note(&outcome);
    assert_eq!(submitted(&chain), 1);
    reach(&chain, EPOCH_3 + 301).await;
    let settled = setter.recover().await.expect("readable");
    let block = block(EPOCH_3 + 1);
    assert_eq!(settled[0].1, Landing::VerifiedInState { block });
    assert_eq!(submitted(&chain), 1);
}

#[tokio::test(start_paused = true)]
async fn ch18_after_an_outage_of_tempos_the_last_good_vector_lands_at_once() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let brief = SetterSettings {
        deadline: Duration::from_secs(600),
        ..settings()
    };
    let mut setter = setter(&chain, &journal, brief);
    let mut start = EPOCH_3;
    for (round, tempos) in (1..=6).cycle().take(100).enumerate() {
        let round = u64::try_from(2 * round).expect("few");
        reach(&chain, start).await;
        let plan = plan(&chain);
        assert!(setter.set(&plan, round).await.expect("sent").is_verified());
        chain.state().dark_from = Some(start + 2);
        for tempo in 1..=tempos {
            reach(&chain, start + EPOCH * tempo).await;
            let failed = setter.set(&plan, round + 1).await;
            assert!(
                matches!(&failed, Err(SetError::Chain(_) | SetError::Deadline)),
                "{failed:?}"
            );
            let at = block(chain.now());
            let seen = watchdog().observe(&*chain, at).await;
            assert!(seen.is_err(), "what cannot be read is no all-clear");
        }
        let back = start + EPOCH * (tempos + 1) - 3;
        reach(&chain, back).await;
        chain.state().dark_from = None;
        let seen = watchdog()
            .observe(&*chain, block(back))
            .await
            .expect("readable");
        assert_eq!(seen.is_alarm(), tempos >= 3, "{tempos}: {seen:?}");
        let landing = setter.set(&plan, round + 1).await.expect("sent");
        let landed = landing.block().expect("landed").number.0;
        assert!(landed <= back + 2, "{landed} of {back}");
        start += EPOCH * (tempos + 2);
    }
    let open = axonry_weights::Journal::unfinished(&*journal, hotkey(0)).await;
    assert!(open.expect("readable").is_empty(), "nothing is left open");
}
