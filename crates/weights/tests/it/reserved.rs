//! Shares that go to somebody whatever the scores are.

use axonry_chain::{Hyperparameters, Metagraph};
use axonry_core::{Coldkey, MechId, Score, Uid};
use axonry_weights::{
    Conform, Dropped, Plan, PlanError, Planner, ReservedError, ReservedShare, ReservedShares,
};
use proptest::prelude::*;

use crate::fake::{NETUID, block, hotkey, neuron, rules};

fn metagraph(neurons: u16) -> Metagraph {
    Metagraph::new(NETUID, block(1000), (0..neurons).map(neuron).collect()).expect("a metagraph")
}

fn plan(scores: &[f64], metagraph: &Metagraph, rules: &Hyperparameters) -> Plan {
    let planner = Planner {
        conform: Conform::Sdk11,
        mechanism: MechId(0),
        own: hotkey(0),
    };
    let scores = (1..)
        .zip(scores)
        .map(|(uid, &score)| (hotkey(uid), Score::new(score).expect("a score")))
        .collect();
    planner.plan(&scores, metagraph, rules).expect("a plan")
}

fn share(uid: u16, share: f64) -> ReservedShare {
    let neuron = neuron(uid);
    ReservedShare {
        uid: neuron.uid,
        hotkey: neuron.hotkey,
        coldkey: neuron.coldkey,
        share,
    }
}

fn reserved(shares: &[ReservedShare]) -> ReservedShares {
    ReservedShares::new(shares.to_vec()).expect("they go together")
}

#[test]
fn a_burn_of_ninety_percent_leaves_a_tenth_for_the_miners() {
    let (metagraph, rules) = (metagraph(8), rules());
    let plan = plan(&[3.0, 1.0, 4.0], &metagraph, &rules);
    let plan = plan
        .with_reserved(&reserved(&[share(3, 0.9)]), &metagraph, &rules)
        .expect("a plan");
    let pairs = plan.weights().as_slice();
    // 72 817 in all: 65 535 burn, 7282 in the proportion 3 to 1.
    assert_eq!(pairs, [(Uid(1), 5_461), (Uid(2), 1_821), (Uid(3), 65_535)]);
    assert_eq!(plan.dropped()[&hotkey(3)], Dropped::Reserved);
    assert_eq!(plan.entries().last().map(|entry| entry.1), Some(hotkey(3)));
}

#[test]
fn a_share_whose_slot_changed_hands_is_withheld_and_reported() {
    let (metagraph, rules) = (metagraph(8), rules());
    let stranger = ReservedShare {
        coldkey: Coldkey::from_bytes([1; 32]),
        ..share(5, 0.5)
    };
    let nobody = ReservedShare {
        uid: Uid(99),
        ..share(6, 0.1)
    };
    let before = plan(&[3.0, 1.0], &metagraph, &rules);
    let after = before
        .clone()
        .with_reserved(&reserved(&[stranger, nobody]), &metagraph, &rules)
        .expect("a plan");
    assert_eq!(after.weights(), before.weights(), "nobody else gets it");
    let withheld: Vec<_> = after.withheld().iter().map(|one| one.share).collect();
    assert_eq!(withheld, [stranger, nobody]);
    assert_eq!(after.withheld()[1].holder, None);
}

#[test]
fn shares_that_cannot_be_are_refused() {
    let refused = |shares: &[ReservedShare]| ReservedShares::new(shares.to_vec()).err();
    let (uid, nan) = (Uid(1), f64::NAN);
    assert!(matches!(
        refused(&[share(1, nan)]),
        Some(ReservedError::Share { .. })
    ));
    assert_eq!(
        refused(&[share(1, 1.5)]),
        Some(ReservedError::Share { uid, share: 1.5 })
    );
    assert_eq!(
        refused(&[share(1, 0.1), share(1, 0.1)]),
        Some(ReservedError::Twice(uid))
    );
    assert_eq!(
        refused(&[share(1, 0.6), share(2, 0.6)]),
        Some(ReservedError::Sum(1.2))
    );

    let mut rules = rules();
    rules.max_weights_limit = 32_767;
    let metagraph = metagraph(8);
    let plan = plan(&[1.0, 1.0, 1.0], &metagraph, &rules);
    let refused = plan.with_reserved(&reserved(&[share(5, 0.9)]), &metagraph, &rules);
    assert!(
        matches!(refused, Err(PlanError::TooConcentrated { .. })),
        "{refused:?}"
    );
}

proptest! {
    #[test]
    fn every_share_is_realised_within_a_65535th_and_the_largest_weight_is_65535(
        scores in proptest::collection::vec(0.001..1.0_f64, 1..300),
        parts in proptest::collection::vec(0.0001..1.0_f64, 1..5),
        taken in 0.001..0.999_f64,
    ) {
        let neurons = u16::try_from(scores.len() + parts.len() + 1).expect("few");
        let (metagraph, rules) = (metagraph(neurons), rules());
        let whole: f64 = parts.iter().sum();
        let first = u16::try_from(scores.len() + 1).expect("few");
        let shares: Vec<_> = (first..)
            .zip(&parts)
            .map(|(uid, part)| share(uid, taken * part / whole))
            .collect();
        let plan = plan(&scores, &metagraph, &rules);
        let plan = plan.with_reserved(&reserved(&shares), &metagraph, &rules).expect("a plan");
        prop_assert_eq!(plan.weights().values().max(), Some(u16::MAX));
        for share in shares {
            let off = (plan.share_of(share.uid) - share.share).abs();
            prop_assert!(off <= 1.0 / 65_535.0, "{} is {off} off", share.share);
        }
    }
}
