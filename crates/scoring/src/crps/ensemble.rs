//! The score of an ensemble against one number.

use crate::crps::order::Order;

/// The continuous ranked probability score of ensembles, with memory that is used again.
///
/// Of members `y_1 … y_N` and what came about, `x`, it is the area between the ensemble's
/// distribution and the step at `x`, squared, which is a mean distance less half the mean distance
/// within:
///
/// `CRPS = ∫ (F(t) − [t ≥ x])² dt = Σ |y_n − x| / N − Σ Σ |y_n − y_m| / (2 N²)`
///
/// It has the unit of the members; 0 is best. It takes O(N log N) at most, and O(N) of members
/// that are spread like most things are. Members that are NaN do not count; without any other, or
/// with an `x` that is NaN, the score is NaN. So it is of `properscoring`'s `crps_ensemble`, which
/// this agrees with to 1e-12 relative.
///
/// **Infinite members** are what that integral makes of them, which starts at 0: one of +∞ gives
/// +∞, any other gives NaN.
///
/// ```
/// use axonry_scoring::crps::Ensemble;
/// let mut ensemble = Ensemble::default();
/// assert_eq!(ensemble.crps(&[1.0], 3.0), 2.0, "of one member it is the distance");
/// assert_eq!(ensemble.crps(&[1.0, 3.0], 2.0), 0.5, "1, less half of 1");
/// assert!(ensemble.crps(&[], 2.0).is_nan());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ensemble {
    order: Order,
    distances: Vec<f64>,
}

impl Ensemble {
    /// The score of members in any order.
    pub fn crps(&mut self, members: &[f64], observation: f64) -> f64 {
        let mut distances = std::mem::take(&mut self.distances);
        distances.clear();
        // From the observation, so that nothing is lost where prices differ in their last digits.
        distances.extend(members.iter().map(|member| member - observation));
        let score = self.of_distances(&distances);
        self.distances = distances;
        score.unwrap_or_else(|| of_any(members, observation))
    }

    /// By the closed form, `Σ |d_i| / N − Σ (2i + 1 − N) d_(i) / N²` over distances in order; `None`
    /// unless all of them are finite.
    pub(super) fn of_distances(&mut self, distances: &[f64]) -> Option<f64> {
        let magnitude = magnitude(distances);
        // A NaN or an infinity anywhere is one here too.
        if distances.is_empty() || !magnitude.is_finite() {
            return None;
        }
        let count = to_float(distances.len());
        let sorted = self.order.sorted(distances);
        Some(magnitude / count - ranked(sorted) / (count * count))
    }
}

/// The score of members of which some may not be finite.
pub(super) fn of_any(members: &[f64], observation: f64) -> f64 {
    let mut sorted = members.to_vec();
    sorted.retain(|member| !member.is_nan());
    sorted.sort_unstable_by(f64::total_cmp);
    integral(&sorted, observation)
}

/// `Σ |d_i|`, in four lanes, so that the additions need not wait for each other.
fn magnitude(distances: &[f64]) -> f64 {
    let (fours, rest) = distances.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for four in fours {
        for lane in 0..4 {
            sums[lane] += four[lane].abs();
        }
    }
    let rest: f64 = rest.iter().map(|distance| distance.abs()).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// `Σ (2i + 1 − N) d_i` over numbers in order: `Σ Σ |d_n − d_m| / 2`.
fn ranked(sorted: &[f64]) -> f64 {
    let (fours, rest) = sorted.as_chunks::<4>();
    let first = 1.0 - to_float(sorted.len());
    let mut weights = [first, first + 2.0, first + 4.0, first + 6.0];
    let mut sums = [0.0; 4];
    for four in fours {
        for lane in 0..4 {
            sums[lane] += weights[lane] * four[lane];
            weights[lane] += 8.0;
        }
    }
    for (lane, distance) in rest.iter().enumerate() {
        sums[lane] += weights[lane] * distance;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The integral as `properscoring` `_gufuncs.py` adds it up, which says what infinities do.
///
/// Members are in ascending order, none of them NaN.
fn integral(sorted: &[f64], observation: f64) -> f64 {
    let Some(&last) = sorted.last() else {
        return f64::NAN;
    };
    if observation.is_nan() {
        return f64::NAN;
    }
    let weight = 1.0 / to_float(sorted.len());
    let (mut area, mut below, mut previous, mut passed) = (0.0, 0.0_f64, 0.0, false);
    for &member in sorted {
        if !passed && observation < member {
            area += (observation - previous) * below.powi(2);
            area += (member - observation) * (below - 1.0).powi(2);
            passed = true;
        } else {
            let step = if passed { 1.0 } else { 0.0 };
            area += (member - previous) * (below - step).powi(2);
        }
        below += weight;
        previous = member;
    }
    if passed {
        area
    } else {
        area + (observation - last)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no list has 2⁵³ members")]
const fn to_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let members: Vec<f64> = (0..1_001)
            .map(|i| f64::from(i * 7_919 % 1_001).sin() * 40.0)
            .collect();
        let mut sorted = members.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        for observation in [-1e6, -40.0, 0.0, sorted[3], 12.345, 1e6] {
            let (fast, slow) = (
                Ensemble::default().crps(&members, observation),
                integral(&sorted, observation),
            );
            assert!(
                (fast - slow).abs() <= 1e-12 * slow,
                "{observation}: {fast} and {slow}"
            );
        }
    }

    #[test]
    fn what_is_not_finite_is_what_upstream_makes_of_it() {
        const INF: f64 = f64::INFINITY;
        const NAN: f64 = f64::NAN;
        for (members, observation, score, why) in [
            (&[][..], 1.0, NAN, "nothing"),
            (&[NAN, NAN], 1.0, NAN, "nothing that counts"),
            (&[1.0], NAN, NAN, "nothing to compare with"),
            (&[NAN, 1.0, NAN], 3.0, 2.0, "one that counts"),
            (&[1.0, INF], 2.0, INF, "an infinity"),
            (&[1.0, INF, INF], 2.0, NAN, "a second one"),
            (&[-INF, 1.0], 2.0, NAN, "an infinity below"),
            (&[1.0, 2.0], INF, INF, "what came is infinite"),
        ] {
            let found = Ensemble::default().crps(members, observation);
            assert!(
                found == score || found.is_nan() && score.is_nan(),
                "{why}: {found}"
            );
        }
    }
}
