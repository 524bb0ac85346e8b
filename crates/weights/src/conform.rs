//! What SDK 11 does in place of SDK 10's `process_weights`: no fill, no equal weights for everybody.

use axonry_core::Uid;

use crate::EmitError;
use crate::element::left_to_right;
use crate::emit::quantise;
use crate::max_weight::{EPSILON, count};

/// Weights that SDK 11 refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformError {
    /// Not weights at all.
    #[error(transparent)]
    Value(#[from] EmitError),
    /// Every weight is zero, or there is none.
    #[error("all weights are zero")]
    AllZero,
    /// Fewer weights survive than the subnet wants.
    #[error("{found} weights survive rounding where the subnet wants at least {needed}")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: u16,
    },
}

/// The rules of a subnet by which SDK 11 shapes a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConformRules {
    /// The least number of weights (`MinAllowedWeights`).
    pub min_allowed_weights: u16,
    /// The largest share one weight may have, in 65 535ths (`MaxWeightsLimit`).
    pub max_weights_limit: u16,
    /// The validator's own uid: a single weight on itself is exempt from both.
    pub own_uid: Option<Uid>,
}

/// [`emit`](crate::emit) as SDK 11 spells it: empty in, empty out.
///
/// PyPI `bittensor` 11.3, `bittensor/intents/weights.py`, `normalize`.
///
/// # Errors
/// [`EmitError`] for unequal lengths and for weights that are not finite or are negative.
pub fn normalize(uids: &[Uid], weights: &[f64]) -> Result<Vec<(Uid, u16)>, EmitError> {
    match quantise(uids, weights) {
        Err(EmitError::Empty) => Ok(Vec::new()),
        other => other,
    }
}

/// Scales weights to a sum of 1 in which no share exceeds `limit`, in plain `f64`.
///
/// The formula of [`normalize_max_weight`](crate::normalize_max_weight) with sums from left to right;
/// `n·limit ≤ 1` gives equal shares. `None` when the sum is not positive.
///
/// PyPI `bittensor` 11.3, `bittensor/intents/weights.py`, `clip_to_max_weight`, on Python before
/// 3.12 (later ones sum with compensation).
pub fn clip_to_max_weight(weights: &[f64], limit: f64) -> Option<Vec<f64>> {
    let n = weights.len();
    let total = left_to_right(0.0, weights);
    if total <= 0.0 {
        return None;
    }
    if count(n) * limit <= 1.0 {
        return Some(vec![1.0 / count(n); n]);
    }
    let sorted = crate::element::sorted(weights);
    let sum = left_to_right(0.0, &sorted);
    let shares: Vec<f64> = sorted.iter().map(|weight| weight / sum).collect();
    let top = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top <= limit || shares.iter().any(|share| share.is_nan()) {
        return Some(weights.iter().map(|weight| weight / total).collect());
    }
    let mut running = 0.0;
    let (mut below, mut held) = (0, None);
    let mut sums = Vec::with_capacity(n);
    for (index, &share) in shares.iter().enumerate() {
        running += share;
        sums.push(running);
        let level = count(n - index - 1) * share + running + EPSILON;
        if share / level < limit {
            below += 1;
        }
    }
    if below > 0 {
        held = Some(sums[below - 1]);
    }
    let held = held.or(sums.last().copied()).unwrap_or_default();
    let cutoff = (limit * held - EPSILON) / (1.0 - limit * count(n - below)) * sum;
    let capped: Vec<f64> = weights
        .iter()
        .map(|&weight| if weight > cutoff { cutoff } else { weight })
        .collect();
    let total = left_to_right(0.0, &capped);
    Some(capped.iter().map(|weight| weight / total).collect())
}

/// Shapes weights to a subnet's rules as SDK 11 does, or says why they cannot be.
///
/// The limit applies where the subnet has one and the vector is not a single weight on oneself; what
/// rounds to zero is left out, and too few weights are an error instead of being filled up.
/// Clipping comes before any check, so under a limit of `1/n` or less even NaN ends as equal weights,
/// as upstream's does; a [`Score`](axonry_core::Score) keeps such values out.
///
/// PyPI `bittensor` 11.3, `bittensor/intents/weights.py`, `_conform`.
///
/// # Errors
/// [`ConformError`].
pub fn conform(
    uids: &[Uid],
    weights: &[f64],
    rules: ConformRules,
) -> Result<Vec<(Uid, u16)>, ConformError> {
    let on_itself = matches!(uids, [only] if Some(*only) == rules.own_uid);
    let pairs = if rules.max_weights_limit < u16::MAX && !on_itself {
        let limit = f64::from(rules.max_weights_limit) / f64::from(u16::MAX);
        let clipped = clip_to_max_weight(weights, limit).ok_or(ConformError::AllZero)?;
        normalize(uids, &clipped)?
    } else {
        normalize(uids, weights)?
    };
    if pairs.is_empty() {
        return Err(ConformError::AllZero);
    }
    if pairs.len() < usize::from(rules.min_allowed_weights) && !on_itself {
        return Err(ConformError::TooFew {
            found: pairs.len(),
            needed: rules.min_allowed_weights,
        });
    }
    Ok(pairs)
}
