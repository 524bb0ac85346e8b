use crate::Element;
use crate::element::{pairwise_sum, sorted};

/// Keeps the cutoff's divisions away from zero (`epsilon` in the source).
pub(crate) const EPSILON: f64 = 1e-7;

/// Scales `values` to a sum of 1 in which no share exceeds `limit`.
///
/// What exceeds it is cut to the level at which the largest share equals the limit; everything is
/// then divided by the new sum. With `e` the sorted shares, `c` their running sum, `S` the sum and
/// `k` how many `e[i] / ((n−i−1)·e[i] + c[i] + ε)` lie below the limit,
/// `cutoff = (limit·c[k−1] − ε) / (1 − limit·(n−k)) · S`.
///
/// Two cases have no such solution and give equal shares to everybody: a sum of zero, and
/// `n·limit ≤ 1`. Callers for whom that is no answer must refuse both before.
/// NaN anywhere makes every element NaN; nothing checks for negative values.
///
/// Bit-identical to `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `normalize_max_weight`, under NumPy 2.
///
/// ```
/// # use axonry_weights::normalize_max_weight;
/// assert_eq!(normalize_max_weight(&[1.0, 3.0], 1.0), [0.25, 0.75]);
/// assert_eq!(normalize_max_weight(&[0.0, 0.0], 1.0), [0.5, 0.5]);
/// ```
pub fn normalize_max_weight<T: Element>(values: &[T], limit: f64) -> Vec<T> {
    let total = pairwise_sum(values);
    if total == T::ZERO || count(values.len()) * limit <= 1.0 {
        return vec![T::from_f64(1.0 / count(values.len())); values.len()];
    }
    let Some(cutoff) = cutoff(values, limit) else {
        return scaled(values, total);
    };
    let capped: Vec<T> = values
        .iter()
        .map(|&value| match value.to_f64() > cutoff {
            true => T::from_f64(cutoff),
            false => value,
        })
        .collect();
    let total = pairwise_sum(&capped);
    scaled(&capped, total)
}

/// The level to cut at, `None` when no share exceeds the limit.
fn cutoff<T: Element>(values: &[T], limit: f64) -> Option<f64> {
    let n = values.len();
    let sorted = sorted(values);
    let total = pairwise_sum(&sorted);
    let shares = scaled(&sorted, total);
    // NumPy's maximum is NaN if any element is, and NaN is not below the limit.
    if shares.iter().all(|&share| share <= T::from_f64(limit)) {
        return None;
    }
    let mut running = T::ZERO;
    let sums: Vec<T> = shares
        .iter()
        .enumerate()
        .map(|(index, &share)| {
            running = if index == 0 { share } else { running + share };
            running
        })
        .collect();
    let below = shares
        .iter()
        .zip(&sums)
        .enumerate()
        .filter(|&(index, (&share, &sum))| {
            let level = (T::from_f64(count(n - index - 1)) * share + sum) + T::from_f64(EPSILON);
            share / level < T::from_f64(limit)
        })
        .count();
    // Python's index −1 wraps around to the last element.
    let sum = sums[if below == 0 { n - 1 } else { below - 1 }];
    let numerator = T::from_f64(limit) * sum - T::from_f64(EPSILON);
    let denominator = 1.0 - limit * count(n - below);
    Some(numerator.to_f64() / denominator * total.to_f64())
}

fn scaled<T: Element>(values: &[T], total: T) -> Vec<T> {
    values.iter().map(|&value| value / total).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a subnet has at most 65 536 neurons, which f64 counts exactly"
)]
pub(crate) const fn count(count: usize) -> f64 {
    count as f64
}
