use crate::Mode;

/// What every miner's CRPS on one prompt is worth among the others, lower being better.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptScores {
    /// A score for each, in the order in which they came; 0 for the best.
    pub scores: Vec<f64>,
    /// The CRPS beyond which all are equally bad, and which those without one get.
    pub percentile90: f64,
    /// The best CRPS.
    pub lowest_score: f64,
}

/// From CRPS sums to prompt scores: `min(s_i, p90) − min_j min(s_j, p90)`, with `p90` for whoever has
/// none; upstream's `compute_prompt_scores`, `mode-network/synth-subnet` `synth/validator/reward.py`.
///
/// `p90` is the 90th percentile of those that are there, between neighbours in a straight line.
/// `None` if nobody has a sum: such a prompt is not scored, and may be later.
///
/// **Parity**: an infinite sum counts; where the percentile lies next to it, it and with it every
/// score is NaN. In [`Mode::Full`] a sum that is not finite is none.
///
/// ```
/// use axonry_forecast::{Mode, prompt_scores};
/// let sums = [Some(1000.0), Some(1500.0), Some(2000.0), None];
/// let scored = prompt_scores(&sums, Mode::Parity).ok_or("some are there")?;
/// assert_eq!(scored.percentile90, 1900.0);
/// assert_eq!(scored.scores, [0.0, 500.0, 900.0, 900.0]);
/// # Ok::<(), &str>(())
/// ```
pub fn prompt_scores(sums: &[Option<f64>], mode: Mode) -> Option<PromptScores> {
    let counts = |sum: &f64| mode == Mode::Parity || sum.is_finite();
    let counted = || sums.iter().map(|sum| sum.filter(counts));
    let mut sorted: Vec<f64> = counted().flatten().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let percentile90 = percentile90(&sorted)?;
    let capped = counted().map(|sum| sum.map_or(percentile90, |sum| least(sum, percentile90)));
    let capped: Vec<f64> = capped.collect();
    let lowest_score = capped.iter().copied().reduce(least)?;
    Some(PromptScores {
        scores: capped.iter().map(|sum| sum - lowest_score).collect(),
        percentile90,
        lowest_score,
    })
}

/// numpy's `minimum`, in which NaN wins.
fn least(one: f64, other: f64) -> f64 {
    if one.is_nan() || other.is_nan() {
        return f64::NAN;
    }
    one.min(other)
}

/// numpy's `percentile(…, 90)` of numbers in order.
fn percentile90(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "no list has 2⁵³ members")]
    let place = last as f64 * 0.9;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let below = place as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    if below == last {
        return Some(high);
    }
    let part = place - place.floor();
    // From the nearer side, as numpy does.
    Some(if part < 0.5 {
        low + (high - low) * part
    } else {
        high - (high - low) * (1.0 - part)
    })
}
