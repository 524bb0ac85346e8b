//! Laws of what any subnet can use.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::{Observed, Score, UnixMillis, Unknown};
use axonry_scoring::decay::Curve;
use axonry_scoring::moving_average::MovingAverage;
use axonry_scoring::pool::{Idle, Pool, pay};
use axonry_scoring::quantile::{clip, quantile};
use axonry_scoring::softmax::softmax;
use axonry_scoring::trace::{
    Condition, Quantity, Trace, add, cap, decay, floor, gate, given, multiply, refused, round,
    saturate, share, slots, subtract, sum,
};
use proptest::prelude::*;

fn score() -> impl Strategy<Value = Score> {
    let value = prop_oneof![
        6 => 0.0..1e3_f64,
        1 => Just(0.0),
        1 => Just(f64::MAX),
        1 => Just(f64::MIN_POSITIVE),
    ];
    value.prop_map(|value| Score::new(value).expect("it is one"))
}

fn scores() -> impl Strategy<Value = BTreeMap<u8, Score>> {
    prop::collection::btree_map(any::<u8>(), score(), 0..12)
}

fn total<'a>(scores: impl IntoIterator<Item = &'a Score>) -> f64 {
    scores.into_iter().map(|score| score.value()).sum()
}

proptest! {
    #[test]
    fn softmax_shares_out_one_and_keeps_the_order(
        values in prop::collection::btree_map(any::<u8>(), -1e3..1e3_f64, 1..12),
        temperature in 1e-3..1e3_f64,
        shift in -1e3..1e3_f64,
    ) {
        let shares = softmax(&values, temperature);
        prop_assert!((total(shares.values()) - 1.0).abs() < 1e-12);
        for (a, b) in values.keys().zip(values.keys().skip(1)) {
            prop_assert!((values[a] <= values[b]) == (shares[a] <= shares[b]) || shares[a] == shares[b]);
        }
        let shifted = values.iter().map(|(key, x)| (*key, x + shift)).collect();
        for (key, moved) in softmax(&shifted, temperature) {
            let before = shares[&key].value();
            prop_assert!((moved.value() - before).abs() <= 1e-9, "a shift changes nothing");
        }
    }

    #[test]
    fn a_clip_keeps_the_order_and_lies_within_its_quantiles(
        scores in scores(),
        low in 0.0..0.5_f64,
        high in 0.5..1.0_f64,
    ) {
        let clipped = clip(&scores, low, high);
        prop_assert_eq!(clipped.len(), scores.len());
        let all: Vec<_> = scores.values().copied().collect();
        let bounds = quantile(&all, low).zip(quantile(&all, high));
        for (a, before) in &scores {
            let (low, high) = bounds.expect("there is a score");
            prop_assert!(low <= clipped[a] && clipped[a] <= high);
            for (b, other) in &scores {
                prop_assert!(before > other || clipped[a] <= clipped[b]);
            }
        }
        prop_assert_eq!(clip(&scores, 0.0, 1.0), scores);
    }

    #[test]
    fn what_pools_pay_and_what_they_do_not_is_one(
        pools in prop::collection::vec((0.0..0.4_f64, scores()), 0..5),
        spread in any::<bool>(),
    ) {
        let idle = if spread { Idle::Spread } else { Idle::Unpaid };
        let pools: Vec<_> = pools
            .into_iter()
            .map(|(share, scores)| Pool { share: Score::new(share).expect("it is one"), scores })
            .collect();
        let paid = pay(&pools, idle);
        let sum = total(paid.amounts.values()) + paid.unpaid.value();
        prop_assert!((sum - 1.0).abs() < 1e-9, "{}", sum);
        for (key, amount) in &paid.amounts {
            let best = pools.iter().filter_map(|pool| pool.scores.get(key)).max();
            prop_assert!(*amount == Score::ZERO || best > Some(&Score::ZERO));
        }
    }

    #[test]
    fn an_average_lies_between_what_it_was_and_what_came(
        rounds in prop::collection::vec(prop::collection::btree_map(0..6_u8, prop::option::of(score()), 0..6), 1..6),
        alpha in 0.01..=1.0_f64,
    ) {
        let members: BTreeSet<u8> = (0..5).collect();
        let mut average = MovingAverage::<u8, f64>::new(alpha);
        for round in rounds {
            let before = average.averages().clone();
            let observed = round.iter().map(|(key, score)| {
                let observed = match score {
                    Some(score) => Observed::known(*score, UnixMillis(0)),
                    None => Observed::unknown(Unknown::NotStoredYet),
                };
                (*key, observed)
            });
            let folded = average.fold(&members, &observed.collect(), &BTreeSet::new());
            prop_assert!(average.averages().keys().all(|key| members.contains(key)));
            for (key, now) in average.averages() {
                let was = before.get(key).copied().unwrap_or(0.0);
                let came = match round.get(key) {
                    Some(None) => was,
                    Some(Some(score)) => score.value(),
                    None => 0.0,
                };
                prop_assert_eq!(folded.carried.contains(key), round.get(key) == Some(&None));
                let slack = 1e-9 * was.max(came);
                prop_assert!(was.min(came) - slack <= *now && *now <= was.max(came) + slack);
            }
        }
        let mut excluded = average.clone();
        excluded.fold(&members, &BTreeMap::new(), &BTreeSet::from([2]));
        prop_assert_eq!(excluded.averages()[&2], 0.0);
        let sum: f64 = excluded.averages().values().sum();
        prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-9, "{}", sum);
    }
}

/// A rule over numbers, to be run twice.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(f64),
    Of(u8, f64, Vec<Self>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (-1e6..1e6_f64).prop_map(Tree::Leaf);
    leaf.prop_recursive(5, 64, 4, |inner| {
        let parts = prop::collection::vec(inner, 1..5);
        (0..12_u8, 0.5..50.0_f64, parts)
            .prop_map(|(rule, number, parts)| Tree::Of(rule, number, parts))
    })
}

fn run<Q: Quantity>(tree: &Tree) -> Q {
    let Tree::Of(rule, number, parts) = tree else {
        let Tree::Leaf(value) = tree else {
            unreachable!("there are two kinds")
        };
        return given("leaf", *value);
    };
    let mut parts = parts.iter().map(run::<Q>);
    let first = |parts: &mut dyn Iterator<Item = Q>| parts.next().expect("there is one");
    let two = |parts: &mut dyn Iterator<Item = Q>| {
        let one = parts.next().expect("there is one");
        (one, parts.next().unwrap_or_else(|| given("two", 2.0)))
    };
    match rule {
        0 => sum("sum", parts),
        1 => add("add", parts),
        2 => multiply("product", parts),
        3 => {
            let (one, other) = two(&mut parts);
            subtract("difference", one, other)
        }
        4 => {
            let (one, other) = two(&mut parts);
            share("share", one, other)
        }
        5 => cap("cap", *number, first(&mut parts)),
        6 => floor("floor", *number, first(&mut parts)),
        7 => round("round", first(&mut parts)),
        8 => decay(
            "decay",
            Curve::HalfLife { hours: *number },
            first(&mut parts),
        ),
        9 => saturate("saturation", *number, first(&mut parts)),
        10 => slots("slots", *number, first(&mut parts)),
        _ => {
            let passing = first(&mut parts);
            let have = Condition::at_least("value", passing.value(), *number);
            gate("gate", passing, [have])
        }
    }
}

proptest! {
    #[test]
    fn a_trace_is_the_number_it_explains(tree in tree()) {
        let number = run::<f64>(&tree);
        let trace = run::<Trace>(&tree);
        prop_assert_eq!(trace.value().to_bits(), number.to_bits());
        prop_assert_eq!(trace.evaluate().to_bits(), number.to_bits());
        prop_assert!(trace.contradiction().is_none());
        if number.is_finite() {
            let sent = serde_json::to_string(&trace).expect("JSON");
            if let Ok(read) = serde_json::from_str::<Trace>(&sent) {
                prop_assert_eq!(read, trace);
            }
        }
    }
}

#[test]
fn a_refusal_is_a_gate_that_stays_shut_and_says_why() {
    let trace: Trace = refused("pull request", given("worth", 5.0), "merged by its author");
    assert_eq!((trace.value(), trace.evaluate()), (0.0, 0.0));
    assert!(
        trace.conditions()[0].distance().is_none(),
        "nothing would help"
    );
    let text = trace.to_string();
    assert!(text.contains("refused: merged by its author"), "{text}");
}

#[test]
fn a_trace_that_was_tampered_with_is_caught() {
    let trace: Trace = multiply("product", [given::<Trace>("a", 2.0), given("b", 3.0)]);
    let sent = serde_json::to_string(&trace).expect("JSON");
    let forged: Trace = serde_json::from_str(&sent.replace("6.0", "7.0")).expect("JSON");
    assert_eq!(forged.contradiction().map(Trace::name), Some("product"));
}
