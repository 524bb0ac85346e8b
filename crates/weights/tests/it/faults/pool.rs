//! What the pool says, and what it does not say.

use std::sync::Arc;

use axonry_chain::{InvalidReason, PoolRejection};
use axonry_weights::Rejection;

use super::{EPOCH, EPOCH_3, reach};
use crate::fake::{FIRST, FakeChain, MemoryJournal, Submission, block};
use crate::setter::{plan, set, setter, settings, submitted};
use axonry_weights::Landing;

/// Lands a vector in each of so many epochs through what `script` says of each, and gives for each
/// how many blocks after the epoch's first it was, and how many extrinsics it took.
async fn through(
    epochs: u64,
    script: impl Fn(u64) -> Vec<Submission>,
) -> (Arc<FakeChain>, Vec<(u64, usize)>) {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    let mut all = Vec::new();
    for epoch in 0..epochs {
        let start = EPOCH_3 + EPOCH * epoch;
        reach(&chain, start).await;
        chain.state().script = script(epoch).into();
        let before = submitted(&chain);
        let landing = setter.set(&plan(&chain), epoch).await.expect("sent");
        let landed = landing
            .block()
            .unwrap_or_else(|| panic!("{epoch}: {landing}"));
        all.push((landed.number.0 - start, submitted(&chain) - before));
        chain.state().script.clear();
    }
    let landed = chain.set_at(plan(&chain).weights().as_slice());
    assert_eq!(landed.len(), all.len(), "each once");
    (chain, all)
}

fn most(all: &[(u64, usize)]) -> (u64, usize) {
    let blocks = all.iter().map(|one| one.0).max();
    let sent = all.iter().map(|one| one.1).max();
    (blocks.unwrap_or_default(), sent.unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn tx1_an_answer_that_is_lost_is_found_in_state_within_three_blocks() {
    let kinds = [Submission::LandUnseen, Submission::LandUnanswered];
    let turn = |epoch: u64| kinds[usize::from(epoch % 2 == 1)].clone();
    let (chain, all) = through(1_000, |epoch| vec![turn(epoch)]).await;
    assert!(most(&all).0 <= 3, "{:?}", most(&all));
    let mut bytes = chain.state().submitted.clone();
    bytes.dedup();
    assert_eq!(bytes.len(), 1_000, "never other bytes for the same vector");
}

#[tokio::test(start_paused = true)]
async fn tx2_and_a4_nonces_used_up_behind_our_back_cost_two_blocks_at_most() {
    let (_, all) = through(1_000, |epoch| vec![Submission::Jump(1 + epoch % 5)]).await;
    assert_eq!(most(&all), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn tx3_tx15_and_a5_a_pending_one_is_waited_for_and_included_once() {
    let kinds = [
        PoolRejection::PriorityTooLow,
        PoolRejection::AlreadyImported,
    ];
    let turn = |epoch: u64| kinds[usize::from(epoch % 2 == 1)].clone();
    let (_, all) = through(1_000, |epoch| vec![Submission::LandRefused(turn(epoch))]).await;
    assert_eq!(most(&all), (1, 1), "nothing is sent again");
}

#[tokio::test(start_paused = true)]
async fn tx3_what_another_way_brought_in_later_is_waited_for_and_not_sent_again() {
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

#[tokio::test(start_paused = true)]
async fn tx4_and_tx5_a_pool_that_is_full_or_bans_costs_a_block_each_time() {
    let kinds = [
        PoolRejection::Banned,
        PoolRejection::PoolFull,
        PoolRejection::Cycle,
        PoolRejection::Other {
            code: 1099,
            message: "fee".into(),
        },
    ];
    let (_, all) = through(200, |epoch| {
        let refusals = kinds
            .iter()
            .cycle()
            .skip(usize::try_from(epoch).expect("few"));
        let refusals = refusals.take(1 + usize::from(epoch % 4 == 3));
        refusals.cloned().map(Submission::Reject).collect()
    })
    .await;
    assert_eq!(most(&all), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn tx7_what_the_pool_forgets_is_sent_again_once_it_cannot_land() {
    let (_, all) = through(500, |_| vec![Submission::Forget]).await;
    assert_eq!(most(&all), (17, 2), "after the era of 16 blocks, once");
}

#[tokio::test(start_paused = true)]
async fn a7_a_nonce_that_never_entered_the_pool_is_used_by_the_next() {
    // Lost at random on the way, and refused at random for other reasons than the nonce.
    let (chain, _) = through(1_000, |epoch| match epoch % 3 {
        0 => vec![Submission::Lose],
        1 => vec![Submission::Lose, Submission::Lose],
        _ => vec![],
    })
    .await;
    let state = chain.state();
    let mut nonces: Vec<u64> = state.submitted.iter().map(|(_, nonce)| *nonce).collect();
    nonces.dedup();
    assert_eq!(nonces, (5..1_005).collect::<Vec<_>>(), "no gap, none twice");
}

#[tokio::test(start_paused = true)]
async fn a8_inclusion_without_effect_is_never_done() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    for epoch in 0..100 {
        let start = EPOCH_3 + EPOCH * epoch;
        reach(&chain, start).await;
        chain.state().script = [Submission::Ignore].into();
        let landing = setter.set(&plan(&chain), epoch).await.expect("sent");
        let block = block(start + 1).hash;
        let reason = Rejection::NotApplied { block };
        assert_eq!(landing, Landing::Rejected { reason });
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_for_good_is_said_with_its_reason() {
    let no_stake = PoolRejection::Invalid(InvalidReason::Custom(1));
    let chain = FakeChain::new([Submission::Reject(no_stake.clone())]);
    let landing = set(&chain, &Arc::default()).await.expect("sent");
    let reason = Rejection::Pool(no_stake);
    assert_eq!(landing, Landing::Rejected { reason });
    assert_eq!(chain.now(), FIRST, "at once");
}
