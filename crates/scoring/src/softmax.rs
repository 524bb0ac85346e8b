//! Shares that grow exponentially with the score.

use std::collections::BTreeMap;

use axonry_core::Score;

use crate::number::{self, sum};

/// `exp(x_i / temperature) / Σ exp(x_j / temperature)`, by key.
///
/// The greatest value is subtracted first, so that nothing overflows, and the sum is compensated:
/// shares add up to 1 within a few units in the last place. The lower the temperature, the more
/// the best gets: at 0 it gets all, in equal parts where several are best. NaN is worse than
/// everything and gets nothing, unless there is nothing else; nobody gets nothing of nothing.
///
/// ```
/// use std::collections::BTreeMap;
/// use axonry_scoring::softmax::softmax;
/// let shares = softmax(&BTreeMap::from([("a", 1000.0), ("b", 1000.0 - 3_f64.ln())]), 1.0);
/// assert!((shares["a"].value() - 0.75).abs() < 1e-12);
/// ```
pub fn softmax<K: Ord + Clone>(values: &BTreeMap<K, f64>, temperature: f64) -> BTreeMap<K, Score> {
    let ordered = |x: f64| if x.is_nan() { f64::NEG_INFINITY } else { x };
    let best = values
        .values()
        .fold(f64::NEG_INFINITY, |best, &x| best.max(ordered(x)));
    let weight = |x: f64| {
        // Equal to the best also covers infinities, whose difference is no number.
        if ordered(x) == best {
            1.0
        } else if temperature > 0.0 {
            ((ordered(x) - best) / temperature).exp()
        } else {
            0.0
        }
    };
    let total = sum(values.values().map(|&x| weight(x)));
    values
        .iter()
        .map(|(key, &x)| (key.clone(), number::score(weight(x) / total)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], temperature: f64) -> Vec<f64> {
        let values = values.iter().copied().enumerate().collect();
        let shares = softmax(&values, temperature).into_values();
        shares.map(Score::value).collect()
    }

    #[test]
    fn extremes_are_shares_too() {
        for (values, temperature, shares, why) in [
            (&[][..], 1.0, &[][..], "nothing"),
            (&[-1e308], 1.0, &[1.0], "one gets all, whatever it is"),
            (&[1e308, -1e308], 1.0, &[1.0, 0.0], "no overflow"),
            (
                &[f64::INFINITY, f64::INFINITY, 1.0],
                1.0,
                &[0.5, 0.5, 0.0],
                "infinities are equal",
            ),
            (&[1.0, 1.0, 0.9], 0.0, &[0.5, 0.5, 0.0], "the best get all"),
            (&[f64::NAN, -5.0], 1.0, &[0.0, 1.0], "NaN is no merit"),
            (&[f64::NAN, f64::NAN], 1.0, &[0.5, 0.5], "and no difference"),
        ] {
            assert_eq!(of(values, temperature), shares, "{why}");
        }
    }
}
