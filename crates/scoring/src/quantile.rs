//! Quantiles, and cutting off what lies beyond them.

use std::collections::BTreeMap;

use axonry_core::Score;

use crate::number;

/// The value below which a part of all values lies, 0 to 1, between neighbours in a straight line:
/// numpy's `quantile` with its default method. `None` of nothing.
///
/// ```
/// use axonry_core::Score;
/// use axonry_scoring::quantile::quantile;
/// # fn main() -> Result<(), axonry_core::ScoreError> {
/// let scores = [4.0, 1.0, 2.0].map(Score::new).into_iter().collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(quantile(&scores, 0.5).map(Score::value), Some(2.0));
/// assert_eq!(quantile(&scores, 0.75).map(Score::value), Some(3.0));
/// # Ok(())
/// # }
/// ```
pub fn quantile(scores: &[Score], part: f64) -> Option<Score> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable();
    of_sorted(&sorted, part)
}

fn of_sorted(sorted: &[Score], part: f64) -> Option<Score> {
    let last = sorted.len().checked_sub(1)?;
    let place = part.clamp(0.0, 1.0) * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list: from 0 to its last; NaN is its first"
    )]
    let below = place.floor() as usize;
    let (low, high) = (sorted[below].value(), sorted[(below + 1).min(last)].value());
    let step = (place - place.floor()).max(0.0);
    // From the nearer side, as numpy does, so that the ends are met exactly.
    let between = if step < 0.5 {
        low + (high - low) * step
    } else {
        high - (high - low) * (1.0 - step)
    };
    Some(number::score(between))
}

/// Raises what lies below one quantile to it, and lowers what lies above another.
///
/// One extreme answer then cannot take everything, and order is kept: who had more than another
/// has not less than it. `low` and `high` are parts, 0 to 1; a low one above the high one gives
/// everybody the high quantile.
pub fn clip<K: Ord + Clone>(
    scores: &BTreeMap<K, Score>,
    low: f64,
    high: f64,
) -> BTreeMap<K, Score> {
    let mut sorted: Vec<_> = scores.values().copied().collect();
    sorted.sort_unstable();
    let bounds = of_sorted(&sorted, low).zip(of_sorted(&sorted, high));
    let clipped = |score: Score| bounds.map_or(score, |(low, high)| score.max(low).min(high));
    scores
        .iter()
        .map(|(key, &score)| (key.clone(), clipped(score)))
        .collect()
}
