//! The chain's limit on the largest share, kept after rounding to `u16` as well as before it.

use std::collections::BTreeMap;

use axonry_core::Uid;

/// Raises the others by as little as it takes for the largest to stay within `limit` 65 535ths.
///
/// Clipping is done in floating point (as upstream does it) and lands exactly on the limit, so that
/// rounding to `u16` breaks it every fourth time or so, and the chain then refuses the whole vector.
/// The better a neuron scored, the sooner it is raised, so that no order is turned around; nobody
/// gains more than a few 65 535ths. Where no vector of this length can keep the limit, it is left as
/// it is, for [`accepted`](super::accepted) to say so.
pub(super) fn keep_limit(pairs: &mut [(Uid, u16)], scores: &BTreeMap<Uid, f64>, limit: u16) {
    let whole = u64::from(u16::MAX);
    let top = pairs
        .iter()
        .map(|&(_, value)| value)
        .max()
        .unwrap_or_default();
    if limit == 0 || limit == u16::MAX || pairs.len() as u64 * u64::from(limit) < whole {
        return;
    }
    let sum: u64 = pairs.iter().map(|&(_, value)| u64::from(value)).sum();
    // The least sum of which `top` is no more than its part.
    let needed = (u64::from(top) * whole).div_ceil(u64::from(limit));
    let mut missing = needed.saturating_sub(sum);
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    let score = |place: usize| scores.get(&pairs[place].0).copied().unwrap_or(0.0);
    order.sort_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
    while missing > 0 {
        for &place in &order {
            let value = &mut pairs[place].1;
            if missing > 0 && *value < top {
                *value += 1;
                missing -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_limit_holds_and_no_order_is_turned_around(
            values in prop::collection::vec(1_u16..=u16::MAX, 2..64), limit in 1_u16..u16::MAX,
        ) {
            let top = *values.iter().max().expect("two at least");
            let mut pairs: Vec<_> = (0..).map(Uid).zip(values.iter().copied()).collect();
            let scores = pairs.iter().map(|&(uid, value)| (uid, f64::from(value))).collect();
            keep_limit(&mut pairs, &scores, limit);
            let possible = pairs.len() as u64 * u64::from(limit) >= 65_535;
            let sum: u64 = pairs.iter().map(|&(_, value)| u64::from(value)).sum();
            let kept = u64::from(top) * 65_535 <= u64::from(limit) * sum;
            prop_assert!(kept || !possible, "{pairs:?}");
            for (one, &was) in pairs.iter().zip(&values) {
                prop_assert!(one.1 >= was && one.1 <= top);
                prop_assert!(possible || one.1 == was, "what cannot be kept is left alone");
                for (other, &then) in pairs.iter().zip(&values) {
                    prop_assert!(was <= then || one.1 >= other.1, "{pairs:?}");
                }
            }
        }
    }
}
