//! What another process or an outage left open.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, TimelockedCommit};
use axonry_core::{BlockNumber, MechId, Uid};
use axonry_weights::{Attempt, Carrier, Intent, Landing, Rejection, SetterSettings};

use super::{plan, set, setter, settings, submitted};
use crate::fake::{
    FIRST, FakeChain, MemoryJournal, NETUID, Submission, Told, Waiting, block, hotkey,
};

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

/// An era spans several epochs of a subnet whose tempo is short.
#[tokio::test(start_paused = true)]
async fn after_a_crash_a_commit_is_found_whichever_epoch_included_it() {
    let chain = FakeChain::new([]);
    let epochs = FormulaEpochs {
        netuid: NETUID,
        tempo: 4,
    };
    let sealed = vec![7; 8];
    let mut digest = [0; 32];
    let hash = blake2b_simd::Params::new().hash_length(32).hash(&sealed);
    digest.copy_from_slice(hash.as_bytes());
    {
        let mut state = chain.state();
        state.rules.epochs = EpochClock::Formula(epochs);
        state.rules.commit_reveal_enabled = true;
        state.rules.commit_reveal_version = Some(4);
        state.sealed.push(Waiting {
            commit: TimelockedCommit {
                hotkey: hotkey(0),
                block: BlockNumber(999),
                sealed,
                reveal_round: 1_000,
            },
            since: 999,
            until: None,
        });
    }
    let signed_in = epochs.epoch_of(BlockNumber(980)).expect("a tempo");
    let included_in = epochs.epoch_of(BlockNumber(999)).expect("a tempo");
    assert!(included_in > signed_in + 2, "epochs later");
    let mut intent = left_behind(&chain, 1, 1011);
    intent.attempt.birth = block(980);
    intent.attempt.carrier = Carrier::Timelocked {
        digest,
        round: 1_000,
        epoch: signed_in,
    };
    let landing = set(&chain, &MemoryJournal::with(intent)).await;
    let committed =
        matches!(&landing, Ok(Landing::Committed { block, .. }) if block.number.0 == 999);
    assert!(committed, "{landing:?}");
    assert_eq!(submitted(&chain), 0, "it is there, and not sent again");
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
