use axonry_core::Uid;

use crate::element::pairwise_sum;
use crate::{Element, EmitError, ProcessError, Shape, Vector, emit, process};

/// What the validators of subnets 74 and 50 hand to the SDK, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// The scores divided by their sum.
    pub raw: Vector,
    /// The uids that have a weight after shaping.
    pub uids: Vec<Uid>,
    /// Their weights as floats.
    pub weights: Vector,
    /// Their weights as the chain stores them.
    pub emitted: Vec<(Uid, u16)>,
}

/// Why a vector could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// Scores and subnet do not fit each other.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// What came out is no vector of weights.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

/// From one score per uid to weights, exactly as gittensor's and synth's validators do it.
///
/// `raw = scores / Σ|scores|`, then [`process`], then [`emit`]. A sum of zero or NaN counts as 1, so
/// one NaN leaves all the others undivided, and **nobody having scored means equal weights for
/// everybody**: use a [`Planner`](crate::Planner), which refuses, unless parity is the point.
///
/// Bit-identical to `entrius/gittensor` `neurons/base/validator.py` and `mode-network/synth-subnet`
/// `synth/base/validator.py`, `set_weights`, which agree with each other.
///
/// # Errors
/// [`PipelineError`] when there are more scores than neurons, or none at all.
pub fn pipeline(scores: &Vector, shape: Shape) -> Result<Pipeline, PipelineError> {
    let raw = match scores {
        Vector::F32(scores) => Vector::F32(divided_by_sum(scores)),
        Vector::F64(scores) => Vector::F64(divided_by_sum(scores)),
    };
    let uids: Vec<Uid> = (0..=u16::MAX).take(raw.len()).map(Uid).collect();
    let (uids, weights) = process(&uids, &raw, shape)?;
    let emitted = emit(&uids, &weights)?;
    Ok(Pipeline {
        raw,
        uids,
        weights,
        emitted,
    })
}

fn divided_by_sum<T: Element>(scores: &[T]) -> Vec<T> {
    let magnitudes: Vec<T> = scores.iter().map(|score| score.magnitude()).collect();
    let sum = pairwise_sum(&magnitudes);
    let sum = if sum == T::ZERO || sum.is_nan() {
        T::from_f64(1.0)
    } else {
        sum
    };
    scores.iter().map(|&score| score / sum).collect()
}
