//! The pallet's arithmetic: `I32F32`, numbers with 32 fractional bits.
//!
//! `pallets/subtensor/src/epoch/math.rs`.

/// 1 as a fixed-point number.
const ONE: u64 = 1 << 32;

/// From here on a value times 65 535 would not fit, and the pallet divides first.
const THRESHOLD: u16 = 32_768;

/// Scales so that the largest value becomes 65 535 (`vec_u16_max_upscale_to_u16`).
pub(super) fn max_upscale(values: &[u16]) -> Vec<u16> {
    let Some(max @ 1..) = values.iter().copied().max() else {
        return values.to_vec();
    };
    let all = u64::from(u16::MAX) * ONE;
    let scaled = |value: u64| {
        if max > THRESHOLD {
            value * (all / u64::from(max))
        } else {
            value * all / u64::from(max)
        }
    };
    let rounded = |fixed: u64| (fixed + ONE / 2) / ONE;
    values
        .iter()
        .map(|value| u16::try_from(rounded(scaled(u64::from(*value)))).unwrap_or(u16::MAX))
        .collect()
}

/// Whether no value has a larger share of the sum than `limit` has of 65 535
/// (`check_vec_max_limited`).
pub(super) fn is_limited(values: &[u16], limit: u16) -> bool {
    let limit = u64::from(limit) * ONE / u64::from(u16::MAX);
    let sum: u64 = values.iter().copied().map(u64::from).sum();
    let max = u64::from(values.iter().copied().max().unwrap_or(0));
    sum == 0 || max * ONE / sum <= limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_scaled_so_that_the_largest_is_all_ones() {
        for (values, scaled, why) in [
            (vec![], vec![], "nothing stays nothing"),
            (vec![0, 0], vec![0, 0], "all zero stays zero"),
            (vec![1, 2], vec![32_768, 65_535], "halves round up"),
            (vec![65_535, 100, 7], vec![65_535, 100, 7], "scaled already"),
            (
                vec![40_000, 20_000],
                vec![65_535, 32_767],
                "divided first above 32768",
            ),
            (
                vec![20_000, 10_000],
                vec![65_535, 32_768],
                "multiplied first below",
            ),
        ] {
            assert_eq!(max_upscale(&values), scaled, "{why}");
        }
    }

    #[test]
    fn a_share_above_the_limit_is_seen() {
        assert!(is_limited(&[65_535, 65_535], 32_768));
        assert!(!is_limited(&[65_535, 65_535], 32_767));
        assert!(is_limited(&[0, 0], 1));
        assert!(is_limited(&[], 1));
    }
}
