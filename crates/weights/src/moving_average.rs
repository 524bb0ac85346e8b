use std::collections::BTreeSet;

use axonry_core::Uid;

use crate::element::pairwise_sum;
use crate::{Element, Vector};

/// Rewards that do not fit the state they are to update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MovingAverageError {
    /// A uid beyond the state.
    #[error("uid {uid} is not among the {scores} scores kept")]
    Uid {
        /// The uid.
        uid: Uid,
        /// How many scores there are.
        scores: usize,
    },
}

/// Moves scores kept by uid towards this round's rewards:
/// `s ← α·r + (1 − α)·s`, with `r = 0` for whoever has no reward.
///
/// NaN rewards count as 0. Blacklisted uids are set to 0 *after* averaging, and then all scores are
/// divided by their sum. Nothing changes when there are no rewards.
/// For state that outlives a round, keep averages by hotkey instead: a uid changes hands.
///
/// Bit-identical to `entrius/gittensor`, `neurons/base/validator.py`, `update_scores`.
///
/// # Errors
/// [`MovingAverageError`] when rewards and uids do not fit the scores.
pub fn update_scores(
    scores: &Vector,
    rewards: &[(Uid, f64)],
    alpha: f64,
    blacklisted: &BTreeSet<Uid>,
) -> Result<Vector, MovingAverageError> {
    Ok(match scores {
        Vector::F32(scores) => Vector::F32(update(scores, rewards, alpha, blacklisted)?),
        Vector::F64(scores) => Vector::F64(update(scores, rewards, alpha, blacklisted)?),
    })
}

fn update<T: Element>(
    scores: &[T],
    rewards: &[(Uid, f64)],
    alpha: f64,
    blacklisted: &BTreeSet<Uid>,
) -> Result<Vec<T>, MovingAverageError> {
    if rewards.is_empty() {
        return Ok(scores.to_vec());
    }
    let mut scattered = vec![T::ZERO; scores.len()];
    for &(uid, reward) in rewards {
        let slot = scattered
            .get_mut(usize::from(uid.0))
            .ok_or(MovingAverageError::Uid {
                uid,
                scores: scores.len(),
            })?;
        *slot = T::from_f64(if reward.is_nan() { 0.0 } else { reward });
    }
    let (new, old) = (T::from_f64(alpha), T::from_f64(1.0 - alpha));
    let mut updated: Vec<T> = scattered
        .iter()
        .zip(scores)
        .map(|(&reward, &score)| new * reward + old * score)
        .collect();
    if !blacklisted.is_empty() {
        for uid in blacklisted {
            if let Some(score) = updated.get_mut(usize::from(uid.0)) {
                *score = T::ZERO;
            }
        }
        let sum = pairwise_sum(&updated);
        if sum > T::ZERO {
            updated.iter_mut().for_each(|score| *score = *score / sum);
        }
    }
    Ok(updated)
}
