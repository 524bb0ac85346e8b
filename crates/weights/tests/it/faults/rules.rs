//! A subnet that changes while a vector is on its way.

use std::sync::Arc;

use axonry_chain::{EpochClock, FormulaEpochs, InvalidReason, PoolRejection};
use axonry_core::{BlockNumber, Uid};
use axonry_weights::watchdog::Stall;
use axonry_weights::{
    CommitForm, Evidence, Landing, Refusal, Rejection, Remedy, SetError, SetterSettings,
};
use tokio::time::sleep;

use super::{EPOCH, EPOCH_3, reach, watchdog};
use crate::fake::{
    BLOCK, FIRST, FakeChain, MemoryJournal, NETUID, State, Submission, block, hotkey,
};
use crate::setter::{plan, set, setter, settings, submitted};

#[tokio::test(start_paused = true)]
async fn tx6_a_failed_dispatch_is_tried_again_or_said_with_its_remedy() {
    for name in [
        "SettingWeightsTooFast",
        "CommitRevealEnabled",
        "HotKeyNotRegisteredInSubNet",
        "NeuronNoValidatorPermit",
        "NotEnoughStakeToSetWeights",
        "IncorrectWeightVersionKey",
        "MaxWeightExceeded",
        "DisabledTemporarily",
        "DuplicateUids",
    ] {
        let chain = FakeChain::new([Submission::Fail(name)]);
        let landing = set(&chain, &Arc::default()).await.expect("sent");
        let remedy = Remedy::of(name).expect("an error of weights");
        assert_eq!(landing.is_verified(), remedy.tries_again(), "{name}");
        assert_eq!(submitted(&chain), 1 + usize::from(remedy.tries_again()));
        if let Landing::Rejected { .. } = &landing {
            let said = landing.to_string();
            assert!(said.ends_with(remedy.advice()), "{said}");
        }
    }
}

#[test]
fn tx6_what_the_watchdog_says_follows_from_the_remedy() {
    for (name, stall) in [
        ("HotKeyNotRegisteredInSubNet", Stall::Deregistered),
        ("NeuronNoValidatorPermit", Stall::NoPermit),
        ("NotEnoughStakeToSetWeights", Stall::TooLittleStake),
        ("IncorrectWeightVersionKey", Stall::VersionKey),
        ("SettingWeightsTooFast", Stall::RateLimit),
        ("CommittingWeightsTooFast", Stall::RateLimit),
        ("ExpiredWeightCommit", Stall::RevealOverdue),
        ("MaxWeightExceeded", Stall::Dispatch),
        ("SomethingNew", Stall::Dispatch),
    ] {
        let failure = axonry_chain::DispatchFailure {
            pallet: "SubtensorModule".into(),
            name: name.into(),
            description: String::new(),
        };
        let reason = Rejection::Dispatch(failure);
        let outcome = Ok(Landing::Rejected { reason });
        assert_eq!(Stall::of(&outcome), Some(stall), "{name}");
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
async fn tx10_a_subnet_that_changes_its_ways_meanwhile_is_followed_in_the_same_window() {
    fn tempo(state: &mut State, tempo: u16) {
        state.rules.epochs = EpochClock::Formula(FormulaEpochs {
            netuid: NETUID,
            tempo,
        });
    }
    type Change = fn(&mut State);
    // What it is when the vector is signed, and what it is when the block is made.
    let rows: [(&str, Change, Change); 7] = [
        (
            "switched on",
            |_| (),
            |now| {
                now.rules.commit_reveal_enabled = true;
            },
        ),
        (
            "switched off",
            |then| then.rules.commit_reveal_enabled = true,
            |now| now.rules.commit_reveal_enabled = false,
        ),
        (
            "a longer period",
            |then| then.rules.commit_reveal_enabled = true,
            |now| now.rules.reveal_period_epochs = 3,
        ),
        (
            "a shorter tempo",
            |then| then.rules.commit_reveal_enabled = true,
            |now| tempo(now, 99),
        ),
        ("a longer tempo", |_| (), |now| tempo(now, 719)),
        (
            "a longer rate limit",
            |_| (),
            |now| {
                now.rules.weights_rate_limit = 113;
            },
        ),
        (
            "hidden and slower",
            |_| (),
            |now| {
                now.rules.commit_reveal_enabled = true;
                tempo(now, 719);
            },
        ),
    ];
    let hash = SetterSettings {
        commits: CommitForm::Hash,
        ..settings()
    };
    for (name, then, now) in rows {
        for late in 0..10 {
            let chain = FakeChain::new([]);
            reach(&chain, EPOCH_3 + late).await;
            then(&mut chain.state());
            let plan = plan(&chain);
            let journal = Arc::<MemoryJournal>::default();
            chain.state().between = Some(now);
            let landing = setter(&chain, &journal, hash).set(&plan, 1).await;
            let landing = landing.expect("sent");
            let landed = match &landing {
                Landing::VerifiedInState { block } | Landing::Committed { block } => block.number.0,
                other => panic!("{name}: {other}"),
            };
            let hidden = chain.state().rules.commit_reveal_enabled;
            assert_eq!(landing.is_committed(), hidden, "{name}");
            let legal = (EPOCH_3 + late + 1).max(900 + chain.state().rules.weights_rate_limit);
            assert!(landed <= legal + 2, "{name}: {landed} of {legal}");
            assert!(submitted(&chain) <= 2, "{name}");
        }
    }
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
async fn tx14_a_slot_that_changed_hands_is_left_out_and_the_rest_lands_at_once() {
    for stranger in 1..=3_u16 {
        let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
        reach(&chain, EPOCH_3).await;
        let scores = [(1, 3.0), (2, 1.0), (3, 1.0)];
        let outdated = crate::setter::plan_of(&chain, &scores);
        let mut setter = setter(&chain, &journal, settings());
        chain.state().neurons[usize::from(stranger)].hotkey = hotkey(90 + stranger);
        let refused = setter.set(&outdated, 1).await;
        let moved = [hotkey(stranger)];
        let says = |refusal: &Refusal| matches!(refusal, Refusal::PlanOutdated(it) if *it == moved);
        assert!(
            matches!(&refused, Err(SetError::Refused(refusal)) if says(refusal)),
            "{refused:?}"
        );
        // The same scores, planned anew, in the same round.
        let anew = crate::setter::plan_of(&chain, &scores);
        assert!(anew.dropped().contains_key(&hotkey(stranger)));
        let landing = setter.set(&anew, 1).await.expect("sent");
        let landed = landing.block().expect("landed").number;
        assert_eq!(landed, BlockNumber(EPOCH_3 + 1), "nothing was lost by it");
        let uids: Vec<Uid> = anew.weights().uids().collect();
        assert!(!uids.contains(&Uid(stranger)), "{uids:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a14_a_raised_version_key_is_said_within_a_block_and_nothing_is_wasted() {
    let (chain, journal) = (FakeChain::new([]), Arc::<MemoryJournal>::default());
    let mut setter = setter(&chain, &journal, settings());
    for epoch in 0..20 {
        reach(&chain, EPOCH_3 + EPOCH * epoch).await;
        let raised = epoch >= 10;
        chain.state().rules.weights_version_key = 7 + u64::from(raised);
        let seen = watchdog().observe(&*chain, block(chain.now())).await;
        let seen = seen.expect("readable");
        assert_eq!(seen.blocked, raised);
        let refused = setter.set(&plan(&chain), epoch).await.is_err();
        assert_eq!(refused, raised);
    }
    assert_eq!(submitted(&chain), 10);
}
