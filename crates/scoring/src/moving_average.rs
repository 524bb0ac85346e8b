//! The moving average of rewards, kept by member or, as upstream does, by uid.
//!
//! [`MovingAverage`] is what a subnet wants. [`update`] and [`exclude`] reproduce `update_scores`
//! of `entrius/gittensor` `neurons/base/validator.py` over 32-bit vectors by uid, sums included:
//! numpy adds up pairwise, and so does this.

mod float;
mod keyed;

pub use float::Float;
pub use keyed::{Folded, MovingAverage};

use crate::number;

/// Weight of the newest rewards that upstream uses.
pub const DEFAULT_ALPHA: f64 = 0.7;

/// `alpha · reward + (1 − alpha) · score` for each uid, in f32.
///
/// Both slices go by uid. A reward that is NaN or negative counts as 0, one that is infinite as the
/// greatest there is. Without rewards nothing changes.
///
/// # Panics
///
/// When there are rewards, but not one for each score.
///
/// ```
/// use axonry_scoring::moving_average::update;
/// assert_eq!(update(&[1.0, 0.0], &[1.0, f64::NAN], 0.5), [1.0, 0.0]);
/// ```
pub fn update(scores: &[f32], rewards: &[f64], alpha: f64) -> Vec<f32> {
    if rewards.is_empty() {
        return scores.to_vec();
    }
    assert_eq!(scores.len(), rewards.len(), "a reward for each score");
    let (fresh, stale) = (f32::of(alpha), f32::of(1.0 - alpha));
    let average = |(&score, &reward): (&f32, &f64)| {
        let reward = f32::of(number::score(reward).value());
        (fresh * reward + stale * score).min_finite()
    };
    scores.iter().zip(rewards).map(average).collect()
}

/// Sets the scores of some uids to 0 and scales the others to a sum of 1.
///
/// Without anyone to exclude, or when nothing is left, no score is scaled. Uids without a score
/// are ignored.
pub fn exclude(scores: &mut [f32], uids: impl IntoIterator<Item = u16>) {
    let mut is_anyone = false;
    for uid in uids {
        is_anyone = true;
        if let Some(score) = scores.get_mut(usize::from(uid)) {
            *score = 0.0;
        }
    }
    let total = pairwise_sum(scores);
    if is_anyone && total > 0.0 {
        for score in scores {
            *score /= total;
        }
    }
}

/// Sums as numpy does: in halves down to 128 values, and those in eight lanes.
pub fn pairwise_sum<T: Float>(values: &[T]) -> T {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    let add = |total: T, value: &T| total + *value;
    if values.len() < LANES {
        return values.iter().fold(T::ZERO, add);
    }
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % LANES);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let (lanes, rest) = values.as_chunks::<LANES>();
    let mut sums = lanes[0];
    for lane in &lanes[1..] {
        for (sum, value) in sums.iter_mut().zip(lane) {
            *sum = *sum + *value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let lanes = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(lanes, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluding_nobody_scales_nobody() {
        let mut scores = [0.5, 0.0];
        exclude(&mut scores, []);
        assert_eq!(scores, [0.5, 0.0]);
        exclude(&mut scores, [1]);
        assert_eq!(scores, [1.0, 0.0], "the others share what there is");
        exclude(&mut scores, [0, 9]);
        assert_eq!(scores, [0.0, 0.0], "nothing is left to scale");
    }

    #[test]
    fn a_sum_in_lanes_is_the_sum() {
        let values: Vec<f32> = (0..1000_u16).map(f32::from).collect();
        for length in [0, 1, 7, 8, 9, 127, 128, 129, 1000] {
            let expected: f32 = values[..length].iter().sum();
            assert_eq!(
                pairwise_sum(&values[..length]),
                expected,
                "whole numbers add up exactly"
            );
        }
    }
}
