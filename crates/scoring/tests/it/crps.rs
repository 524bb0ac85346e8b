//! Laws of the ranked probability score.

use axonry_scoring::crps::{CrpsError, Ensemble, Interval, Judge};
use proptest::collection::vec;
use proptest::prelude::*;

/// The definition, in the time it asks for: `Σ |y_n − x| / N − Σ Σ |y_n − y_m| / (2 N²)`.
fn by_definition(members: &[f64], observation: f64) -> f64 {
    let count = members.len() as f64;
    let distances: f64 = members
        .iter()
        .map(|member| (member - observation).abs())
        .sum();
    let within = |one: &f64| -> f64 { members.iter().map(|other| (one - other).abs()).sum() };
    let within: f64 = members.iter().map(within).sum();
    distances / count - within / (2.0 * count * count)
}

/// Members as fields of miners have them: spread, in clusters, with some far out.
fn members() -> impl Strategy<Value = Vec<f64>> {
    let member = prop_oneof![
        8 => -50.0..50.0_f64,
        2 => (-5..5_i32).prop_map(f64::from),
        1 => -1e9..1e9_f64,
    ];
    vec(member, 1..300)
}

proptest! {
    #[test]
    fn the_score_is_that_of_the_definition(members in members(), observation in -60.0..60.0_f64) {
        let score = Ensemble::default().crps(&members, observation);
        let expected = by_definition(&members, observation);
        // The definition subtracts sums that may be far greater than what is left.
        let scale = members.iter().fold(observation.abs(), |scale, member| scale.max(member.abs()));
        prop_assert!((score - expected).abs() <= 1e-12 * scale.max(1.0), "{score} and {expected}");
        prop_assert!(score >= -1e-12 * scale.max(1.0));
    }

    #[test]
    fn the_order_of_members_does_not_matter(
        (members, shuffled) in members().prop_flat_map(|members| {
            (Just(members.clone()), Just(members).prop_shuffle())
        }),
        observation in -60.0..60.0_f64,
    ) {
        let mut ensemble = Ensemble::default();
        let (one, other) = (ensemble.crps(&members, observation), ensemble.crps(&shuffled, observation));
        prop_assert!((one - other).abs() <= 1e-9 * one.abs().max(1e-6), "{one} and {other}");
    }

    #[test]
    fn an_ensemble_used_before_scores_as_a_fresh_one(first in members(), second in members()) {
        let mut used = Ensemble::default();
        used.crps(&first, 0.0);
        let fresh = Ensemble::default().crps(&second, 1.0);
        prop_assert_eq!(used.crps(&second, 1.0).to_bits(), fresh.to_bits());
    }
}

#[test]
fn the_path_that_came_about_is_the_best_there_is() {
    let real: Vec<f64> = (0..13).map(|i| 100.0 + f64::from(i * i % 7)).collect();
    let intervals = [Interval::new("5min", 300), Interval::new("1h_abs", 3_600)];
    let judge = Judge::new(&real, 300, &intervals).expect("long enough");
    let score = |paths: &[f64]| judge.score(paths, &mut Ensemble::default());
    let exact = score(&[real.clone(), real.clone()].concat()).expect("scored");
    assert_eq!(exact.total, 0.0);
    let flat = score(&[100.0; 26]).expect("scored");
    assert!(flat.total > 0.0);
    assert_eq!(flat.intervals.len(), 2);
    assert_eq!(flat.details().count(), 12 + 1 + 1 + 1 + 1);

    assert_eq!(
        score(&real[1..]),
        Err(CrpsError::Points {
            prices: 12,
            points: 13
        })
    );
    let mut zero = real.clone();
    zero[12] = -0.0;
    assert_eq!(score(&zero), Err(CrpsError::ZeroPrice));
    let short = Judge::new(&real, 600, &intervals);
    assert!(matches!(short, Err(CrpsError::ShortInterval { .. })));
}
