//! Between a commit and its reveal.

use std::sync::Arc;
use std::time::Duration;

use axonry_core::MechId;
use axonry_weights::watchdog::Stall;
use axonry_weights::{CommitForm, Journal, Landing, SetterSettings};

use super::{EPOCH, EPOCH_3, reach, watchdog};
use crate::fake::{FakeChain, MemoryJournal, NETUID, Submission, block, hotkey};
use crate::setter::{plan, setter, settings, submitted};

fn hidden(chain: &FakeChain, version: Option<u16>) {
    let mut state = chain.state();
    state.rules.commit_reveal_enabled = true;
    state.rules.commit_reveal_version = version;
}

#[cfg(feature = "timelock")]
#[tokio::test(start_paused = true)]
async fn tx11_a_pulse_that_is_late_leaves_the_commit_open_and_raises_the_alarm() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    hidden(&chain, Some(4));
    reach(&chain, EPOCH_3).await;
    let mut setter = setter(&chain, &journal, settings());
    let (mut dog, plan) = (watchdog(), plan(&chain));
    let outcome = setter.set(&plan, 1).await;
    assert!(
        outcome.as_ref().expect("sent").is_committed(),
        "{outcome:?}"
    );
    dog.note(&outcome);
    // Due an epoch later; the pulse is not there for four.
    for epoch in 1..=4 {
        reach(&chain, EPOCH_3 + EPOCH * epoch + 5).await;
        let settled = setter.recover().await.expect("readable");
        assert!(settled[0].1.is_committed(), "{epoch}: {}", settled[0].1);
        let seen = dog.observe(&*chain, block(chain.now())).await;
        let seen = seen.expect("readable");
        assert_eq!(seen.reason, Some(Stall::RevealOverdue));
        assert_eq!(seen.is_alarm(), epoch >= 3, "{epoch}: {seen:?}");
    }
    // Then the chain opens it.
    let number = chain.now();
    chain.state().sealed[0].until = Some(number);
    chain.set_in(number, plan.weights().as_slice().to_vec());
    reach(&chain, number + 1).await;
    let settled = setter.recover().await.expect("readable");
    assert!(settled[0].1.is_verified(), "{}", settled[0].1);
    assert_eq!(submitted(&chain), 1);
}

#[tokio::test(start_paused = true)]
async fn a9_a_hash_commit_is_revealed_in_its_epoch_across_restarts() {
    let hash = SetterSettings {
        commits: CommitForm::Hash,
        ..settings()
    };
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    hidden(&chain, None);
    for round in 0..20 {
        reach(&chain, EPOCH_3 + 2 * EPOCH * round).await;
        let plan = plan(&chain);
        let landing = setter(&chain, &journal, hash).set(&plan, round).await;
        assert!(landing.expect("sent").is_committed());
        // Another process, which has nothing but the journal.
        let mut next = setter(&chain, &journal, hash);
        let patience = Duration::from_secs(3 * 3_600);
        let seen = next.see_through(NETUID, MechId(0), round, patience);
        let landing = seen.await.expect("readable").expect("open");
        assert!(landing.is_verified(), "{round}: {landing}");
    }
    assert_eq!(chain.set_at(plan(&chain).weights().as_slice()).len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_reveal_that_was_made_already_is_found_in_state_and_not_taken_for_lost() {
    let hash = SetterSettings {
        commits: CommitForm::Hash,
        ..settings()
    };
    let gone = || {
        let reason = axonry_chain::InvalidReason::Custom(16);
        Submission::Reject(axonry_chain::PoolRejection::Invalid(reason))
    };
    for refusal in [gone(), Submission::Fail("NoWeightsCommitFound")] {
        let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
        hidden(&chain, None);
        reach(&chain, EPOCH_3).await;
        let plan = plan(&chain);
        let landing = setter(&chain, &journal, hash).set(&plan, 1).await;
        assert!(landing.expect("sent").is_committed());
        reach(&chain, EPOCH_3 + EPOCH).await;
        // A process that died had sent the reveal: the pool knows, and finality does not yet.
        chain.state().script = [refusal].into();
        let mut next = setter(&chain, &journal, hash);
        let settled = next.recover().await.expect("readable");
        assert!(settled[0].1.is_committed(), "{}", settled[0].1);
        let number = chain.now();
        chain.state().hashes[0].until = Some(number);
        chain.set_in(number, plan.weights().as_slice().to_vec());
        let settled = next.recover().await.expect("readable");
        assert!(settled[0].1.is_verified(), "{}", settled[0].1);
    }
}

#[tokio::test(start_paused = true)]
async fn a12_whose_slot_changed_hands_between_commit_and_reveal_is_named() {
    let hash = SetterSettings {
        commits: CommitForm::Hash,
        ..settings()
    };
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    hidden(&chain, None);
    reach(&chain, EPOCH_3).await;
    let plan = plan(&chain);
    let mut setter = setter(&chain, &journal, hash);
    let landing = setter.set(&plan, 1).await.expect("sent");
    assert!(matches!(landing, Landing::Committed { .. }), "{landing}");
    let (_, intent) = journal.unfinished(hotkey(0)).await.expect("read")[0].clone();
    let moved = async |at| setter.changed_hands(&intent, block(at)).await;
    assert_eq!(moved(EPOCH_3 + 10).await.expect("readable"), []);
    {
        let mut state = chain.state();
        let before = state.neurons.clone();
        state.neurons_until = Some((EPOCH_3 + 100, before));
        state.neurons[2].hotkey = hotkey(99);
    }
    reach(&chain, EPOCH_3 + 101).await;
    let named = moved(EPOCH_3 + 100).await.expect("readable");
    assert_eq!(named, [(axonry_core::Uid(2), hotkey(2))]);
}
