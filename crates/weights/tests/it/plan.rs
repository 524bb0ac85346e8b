//! From scores by hotkey to a vector, and the report of whoever fell out.

use std::collections::BTreeMap;

use axonry_core::{BlockNumber, Hotkey, MechId, Score, Uid};
use axonry_weights::{Conform, Dropped, Plan, PlanError, Planner, window};
use proptest::prelude::*;

use crate::fake::{FakeChain, hotkey, rules};

const POLICIES: [Conform; 2] = [Conform::Gittensor, Conform::Sdk11];

fn scores(pairs: &[(u16, f64)]) -> BTreeMap<Hotkey, Score> {
    pairs
        .iter()
        .map(|&(uid, score)| (hotkey(uid), Score::new(score).expect("a score")))
        .collect()
}

/// Plans for the fake's four neurons; `tune` sets minimum and maximum.
fn plan(
    conform: Conform,
    pairs: &[(u16, f64)],
    (minimum, maximum): (u16, u16),
) -> Result<Plan, PlanError> {
    let planner = Planner {
        conform,
        mechanism: MechId(0),
        own: hotkey(0),
    };
    let mut rules = rules();
    rules.min_allowed_weights = minimum;
    rules.max_weights_limit = maximum;
    planner.plan(&scores(pairs), &FakeChain::new([]).metagraph_now(), &rules)
}

fn pairs(plan: &Plan) -> Vec<(u16, u16)> {
    plan.weights()
        .as_slice()
        .iter()
        .map(|(uid, value)| (uid.0, *value))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_hotkey_that_falls_out_is_named_with_the_reason() {
    let given = [(1, 1.0), (2, 1e-9), (3, 0.0), (77, 5.0)];
    for conform in POLICIES {
        let plan = plan(conform, &given, (1, u16::MAX)).expect("a plan");
        assert_eq!(pairs(&plan), [(1, 65_535)], "{conform:?}");
        let expected = BTreeMap::from([
            (hotkey(2), Dropped::RoundedToZero),
            (hotkey(3), Dropped::ZeroScore),
            (hotkey(77), Dropped::NotRegistered),
        ]);
        assert_eq!(*plan.dropped(), expected, "{conform:?}");
        assert!(plan.filled().is_empty());
        let entries: Vec<_> = plan.entries().collect();
        assert_eq!(entries, [(Uid(1), hotkey(1), 65_535)]);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_having_scored_is_a_refusal_and_never_equal_weights() {
    let unregistered_only: &[(u16, f64)] = &[(77, 1.0)];
    let zeros: &[(u16, f64)] = &[(1, 0.0), (2, 0.0)];
    for conform in POLICIES {
        for given in [&[], zeros, unregistered_only] {
            let refused = plan(conform, given, (1, u16::MAX));
            assert!(
                matches!(refused, Err(PlanError::NobodyScored { .. })),
                "{refused:?}"
            );
        }
    }
    // These vanish or overflow in single precision, where upstream falls back to equal weights.
    for given in [
        [(1, 1e-60), (2, 1e-61)],
        [(1, 1e60), (2, 1.0)],
        [(1, 3e38), (2, 3e38)],
    ] {
        let refused = plan(Conform::Gittensor, &given, (1, u16::MAX));
        assert_eq!(refused, Err(PlanError::OutOfRange), "{given:?}");
        let fine = plan(Conform::Sdk11, &given, (1, u16::MAX));
        assert!(fine.is_ok(), "double precision holds them: {fine:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn too_few_scores_are_filled_up_and_named_or_refused() {
    let filled = plan(Conform::Gittensor, &[(1, 1.0)], (3, u16::MAX)).expect("a plan");
    assert_eq!(pairs(&filled), [(0, 1), (1, 65_535), (2, 1), (3, 1)]);
    assert_eq!(filled.filled().len(), 3);
    assert!(filled.dropped().is_empty());
    let refused = plan(Conform::Sdk11, &[(1, 1.0)], (3, u16::MAX));
    assert_eq!(
        refused,
        Err(PlanError::TooFew {
            found: 1,
            needed: 3
        })
    );
    let small = plan(
        Conform::Sdk11,
        &[(0, 1.0), (1, 1.0), (2, 1.0), (3, 2.0)],
        (100, u16::MAX),
    );
    assert!(
        small.is_ok(),
        "the chain asks for as many as there are neurons: {small:?}"
    );
    let own = plan(Conform::Sdk11, &[(0, 1.0)], (3, 100)).expect("a plan");
    assert_eq!(
        pairs(&own),
        [(0, 65_535)],
        "a weight on oneself is exempt from both"
    );
}

#[tokio::test(start_paused = true)]
async fn a_share_above_the_limit_is_cut_or_refused() {
    for conform in POLICIES {
        let half = plan(conform, &[(1, 98.0), (2, 1.0), (3, 1.0)], (1, 32_768)).expect("a plan");
        let shares: Vec<u16> = half.weights().values().collect();
        assert!(
            u32::from(shares[0]) <= u32::from(shares[1]) + u32::from(shares[2]) + 2,
            "{shares:?}"
        );
        let refused = plan(conform, &[(1, 1.0), (2, 1.0)], (1, 20_000));
        let expected = PlanError::TooConcentrated {
            found: 2,
            limit: 20_000,
        };
        assert_eq!(refused, Err(expected), "{conform:?}");
    }
}

#[test]
fn the_window_closes_before_the_epoch_that_uses_it() {
    let mut rules = rules();
    // Epochs run in the blocks where (block + 75) mod 361 = 360, among them 1007 and 1368.
    rules.weights_rate_limit = 100;
    for (now, last, opens, closes, why) in [
        (1000, 0, 1001, 1006, "never set: from the next block on"),
        (1000, 904, 1004, 1006, "legal four blocks on"),
        (
            1000,
            907,
            1007,
            1367,
            "legal only in the epoch's own block, so for the next",
        ),
    ] {
        let window = window(BlockNumber(now), BlockNumber(last), &rules);
        assert_eq!(window.opens, BlockNumber(opens), "{why}");
        assert_eq!(window.closes, Some(BlockNumber(closes)), "{why}");
        assert!(window.contains(window.opens) && !window.contains(BlockNumber(closes + 1)));
    }
}

proptest! {
    #[test]
    fn whatever_is_planned_is_what_the_chain_takes(
        values in proptest::collection::vec(prop_oneof![Just(0.0), 1e-12..1e12_f64], 4),
        minimum in 0_u16..6,
        maximum in prop_oneof![Just(u16::MAX), 16_384_u16..65_535],
        gittensor: bool,
    ) {
        let conform = if gittensor { Conform::Gittensor } else { Conform::Sdk11 };
        let given: Vec<(u16, f64)> = (0_u16..).zip(values).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let plan = runtime.block_on(async { plan(conform, &given, (minimum, maximum)) });
        if let Ok(plan) = plan {
            let values: Vec<u16> = plan.weights().values().collect();
            prop_assert_eq!(values.iter().max(), Some(&u16::MAX), "stored is what was sent");
            let on_itself = plan.weights().as_slice() == [(Uid(0), u16::MAX)];
            prop_assert!(on_itself || values.len() >= usize::from(minimum.min(4)));
            if !on_itself && maximum < u16::MAX {
                let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
                prop_assert!(65_535.0 / sum <= f64::from(maximum) / 65_535.0 + 1e-9);
            }
            for (uid, holder, _) in plan.entries() {
                prop_assert_eq!(holder, hotkey(uid.0));
            }
            for (uid, _) in given {
                let hotkey = hotkey(uid);
                let weighted = plan.entries().any(|(_, other, _)| other == hotkey);
                prop_assert!(weighted != plan.dropped().contains_key(&hotkey), "never both");
            }
        }
    }
}
