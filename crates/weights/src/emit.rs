use axonry_core::Uid;

use crate::{Element, Vector};

/// Floats that cannot become weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// Nothing was given.
    #[error("no weights were given")]
    Empty,
    /// As many uids as weights are needed.
    #[error("{uids} uids were given with {weights} weights")]
    Lengths {
        /// How many uids.
        uids: usize,
        /// How many weights.
        weights: usize,
    },
    /// NaN, infinite or negative.
    #[error("the weight of uid {0} is not a finite number of at least zero")]
    Value(Uid),
}

/// Turns float weights into the `u16`s a chain stores: `v = round(w / max w · 65535)`.
///
/// Halves go to the even neighbour. The largest always becomes 65 535, so this scales *up* rather
/// than to a sum; what lies below 7.63·10⁻⁶ of the largest rounds to zero and is left out. The order
/// is kept, nothing is sorted or merged. Empty when all weights are zero.
/// Applied to its own output it changes nothing, which upstream relies on.
///
/// Bit-identical to `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `convert_weights_and_uids_for_emit`.
///
/// # Errors
/// [`EmitError`]; upstream's answer to NaN depends on where it stands, here it is always an error.
///
/// ```
/// # use axonry_core::Uid;
/// # use axonry_weights::{Vector, emit};
/// let weights = Vector::F64(vec![0.5, 1.0, 0.000_001]);
/// let emitted = emit(&[Uid(0), Uid(3), Uid(7)], &weights)?;
/// assert_eq!(emitted, [(Uid(0), 32_768), (Uid(3), 65_535)], "32 767.5 goes to the even one");
/// # Ok::<(), axonry_weights::EmitError>(())
/// ```
pub fn emit(uids: &[Uid], weights: &Vector) -> Result<Vec<(Uid, u16)>, EmitError> {
    quantise(uids, &weights.to_f64())
}

/// [`emit`] for plain numbers, which upstream rounds to `f32` on their way in.
///
/// `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `convert_and_normalize_weights_and_uids` given Python lists.
///
/// # Errors
/// As [`emit`].
pub fn emit_numbers(uids: &[Uid], weights: &[f64]) -> Result<Vec<(Uid, u16)>, EmitError> {
    let rounded: Vec<f32> = weights.iter().map(|&w| f32::from_f64(w)).collect();
    emit(uids, &Vector::F32(rounded))
}

/// The one place where floats become integers.
pub(crate) fn quantise(uids: &[Uid], weights: &[f64]) -> Result<Vec<(Uid, u16)>, EmitError> {
    if weights.is_empty() && uids.is_empty() {
        return Err(EmitError::Empty);
    }
    if uids.len() != weights.len() {
        return Err(EmitError::Lengths {
            uids: uids.len(),
            weights: weights.len(),
        });
    }
    let pairs = || uids.iter().copied().zip(weights.iter().copied());
    if let Some((uid, _)) = pairs().find(|(_, weight)| !weight.is_finite() || *weight < 0.0) {
        return Err(EmitError::Value(uid));
    }
    let top = weights.iter().copied().fold(0.0, f64::max);
    if top == 0.0 {
        return Ok(Vec::new());
    }
    Ok(pairs()
        .filter_map(|(uid, weight)| {
            let value = (weight / top * f64::from(u16::MAX)).round_ties_even();
            (value != 0.0).then(|| (uid, from_whole(value)))
        })
        .collect())
}

/// A whole number between 0 and 65 535.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "callers round and bound the number first"
)]
pub(crate) const fn from_whole(value: f64) -> u16 {
    value as u16
}
