use crate::element::left_to_right;
use crate::emit::from_whole;

/// Shares that cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a split needs finite shares of at least zero with a positive sum")]
pub struct SplitError;

/// Splits 65 535 by shares: the emission of a subnet over its mechanisms.
///
/// Each share is `round(s / Σs · 65535)`, halves to even; what the sum is off by goes to the first of
/// the largest, so that it is exactly 65 535.
///
/// `opentensor/bittensor` 10.2, `bittensor/utils/__init__.py`, `convert_maybe_split_to_u16`.
///
/// # Errors
/// [`SplitError`] for no shares, negative ones, and a sum of zero.
///
/// ```
/// # use axonry_weights::split_u16;
/// assert_eq!(split_u16(&[1.0, 1.0, 2.0])?, [16_384, 16_384, 32_767]);
/// # Ok::<(), axonry_weights::SplitError>(())
/// ```
pub fn split_u16(shares: &[f64]) -> Result<Vec<u16>, SplitError> {
    let sum = left_to_right(0.0, shares);
    let sound = shares
        .iter()
        .all(|share| share.is_finite() && *share >= 0.0);
    if !sound || !sum.is_finite() || sum <= 0.0 {
        return Err(SplitError);
    }
    let mut parts: Vec<u16> = shares
        .iter()
        .map(|share| from_whole((share / sum * f64::from(u16::MAX)).round_ties_even()))
        .collect();
    let total: i64 = parts.iter().map(|&part| i64::from(part)).sum();
    let excess = total - i64::from(u16::MAX);
    // `max_by_key` would find the last of the largest; upstream corrects the first.
    let top = parts.iter().copied().max().unwrap_or_default();
    if let Some(first) = parts.iter_mut().find(|part| **part == top) {
        *first = u16::try_from(i64::from(*first) - excess).map_err(|_| SplitError)?;
    }
    Ok(parts)
}
