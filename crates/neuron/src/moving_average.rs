use std::collections::{BTreeMap, BTreeSet};

use axonry_core::{Hotkey, Observed, Score};

/// The weight upstream gives to the newest round (`entrius/gittensor`, `neuron.moving_average_alpha`).
pub const DEFAULT_ALPHA: f32 = 0.7;

/// What each miner has earned so far: an exponential moving average, kept by hotkey.
///
/// `average ← α · score + (1 − α) · average`, in single precision as upstream computes it
/// (`entrius/gittensor`, `neurons/base/validator.py`, `update_scores`), so that two validators
/// with the same rounds hold the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct MovingAverage {
    alpha: f32,
    averages: BTreeMap<Hotkey, f32>,
}

/// What became of the averages in one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Miners whose score is not known: their average stays as it was.
    pub carried: BTreeSet<Hotkey>,
    /// Hotkeys that left the subnet: their average is gone.
    pub departed: BTreeSet<Hotkey>,
}

impl MovingAverage {
    /// Starts from averages kept earlier. `alpha` must lie in (0, 1]; what does not is clamped.
    pub fn new(alpha: f32, averages: BTreeMap<Hotkey, f32>) -> Self {
        let alpha = if alpha.is_finite() {
            alpha.clamp(f32::EPSILON, 1.0)
        } else {
            DEFAULT_ALPHA
        };
        Self { alpha, averages }
    }

    /// The averages, by hotkey. Each is finite and not negative.
    pub const fn averages(&self) -> &BTreeMap<Hotkey, f32> {
        &self.averages
    }

    /// Takes the averages out.
    pub fn into_averages(self) -> BTreeMap<Hotkey, f32> {
        self.averages
    }

    /// Folds one round in.
    ///
    /// - A known score moves the average; a registered miner that was not scored counts as 0.
    /// - An unknown score leaves the average as it is: a failed source never costs a miner.
    /// - A penalised miner falls to 0, and the others are scaled to sum to 1, as upstream does.
    /// - Averages of hotkeys that are no longer registered are dropped.
    pub fn fold(
        &mut self,
        registered: &BTreeSet<Hotkey>,
        scores: &BTreeMap<Hotkey, Observed<Score>>,
        penalised: &BTreeSet<Hotkey>,
    ) -> Folded {
        let mut folded = Folded::default();
        folded
            .departed
            .extend(self.averages.keys().filter(|key| !registered.contains(key)));
        self.averages.retain(|key, _| registered.contains(key));
        for hotkey in registered {
            let average = self.averages.entry(*hotkey).or_insert(0.0);
            match scores.get(hotkey) {
                Some(Observed::Unknown { .. }) => {
                    folded.carried.insert(*hotkey);
                }
                Some(Observed::Known { value, .. }) => *average = mix(self.alpha, *value, *average),
                None => *average = mix(self.alpha, Score::ZERO, *average),
            }
        }
        if !penalised.is_empty() {
            self.penalise(penalised);
        }
        folded
    }

    fn penalise(&mut self, penalised: &BTreeSet<Hotkey>) {
        for hotkey in penalised {
            if let Some(average) = self.averages.get_mut(hotkey) {
                *average = 0.0;
            }
        }
        let sum: f32 = self.averages.values().sum();
        if sum > 0.0 {
            self.averages
                .values_mut()
                .for_each(|average| *average /= sum);
        }
    }
}

fn mix(alpha: f32, score: Score, average: f32) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "upstream stores scores as float32"
    )]
    let score = score.value().min(f64::from(f32::MAX)) as f32;
    // 1 − α is taken in double precision first: 1 − 0.7 rounds differently in single.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded once, as numpy does"
    )]
    let rest = (1.0 - decimal(alpha)) as f32;
    // Two parts of the largest number can round to more than it: infinity is no average.
    (alpha * score + rest * average).min(f32::MAX)
}

/// The shortest decimal that rounds to `alpha`, as the double an operator meant by it.
fn decimal(alpha: f32) -> f64 {
    alpha.to_string().parse().unwrap_or(f64::from(alpha))
}

#[cfg(test)]
mod tests {
    use axonry_core::{UnixMillis, Unknown};

    use super::*;

    fn hotkey(number: u8) -> Hotkey {
        Hotkey::from_bytes([number; 32])
    }

    fn known(value: f64) -> Observed<Score> {
        Observed::known(Score::new(value).expect("a score"), UnixMillis(0))
    }

    fn three() -> BTreeSet<Hotkey> {
        (1..=3).map(hotkey).collect()
    }

    #[test]
    fn an_unknown_score_leaves_the_average_alone_and_a_known_zero_lowers_it() {
        let averages = three().into_iter().map(|key| (key, 0.5)).collect();
        let mut average = MovingAverage::new(0.7, averages);
        let unknown = Observed::unknown(Unknown::NotStoredYet);
        let scores = [
            (hotkey(1), unknown),
            (hotkey(2), known(0.0)),
            (hotkey(3), known(1.0)),
        ];
        let folded = average.fold(&three(), &scores.into(), &BTreeSet::new());
        assert_eq!(folded.carried, BTreeSet::from([hotkey(1)]));
        let expected = [0.5, 0.3_f32 * 0.5, 0.7 + 0.3_f32 * 0.5];
        assert_eq!(
            average.averages().values().copied().collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn a_hotkey_that_left_is_dropped_and_its_successor_starts_from_nothing() {
        let mut average = MovingAverage::new(0.7, BTreeMap::from([(hotkey(9), 0.9)]));
        let folded = average.fold(&three(), &BTreeMap::new(), &BTreeSet::new());
        assert_eq!(folded.departed, BTreeSet::from([hotkey(9)]));
        assert!(average.averages().values().all(|&average| average == 0.0));
    }

    #[test]
    fn a_penalised_miner_falls_to_zero_and_the_rest_sums_to_one() {
        let mut average = MovingAverage::new(0.7, BTreeMap::new());
        let scores = (1..=3)
            .map(|number| (hotkey(number), known(f64::from(number))))
            .collect();
        average.fold(&three(), &scores, &BTreeSet::from([hotkey(3)]));
        assert_eq!(average.averages()[&hotkey(3)], 0.0);
        let sum: f32 = average.averages().values().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    #[test]
    fn the_largest_score_again_and_again_stays_an_average() {
        // In single precision, 0.4 and 0.6 are a hair more than a whole.
        let mut average = MovingAverage::new(0.4, BTreeMap::from([(hotkey(1), f32::MAX)]));
        let scores = BTreeMap::from([(hotkey(1), known(f64::MAX))]);
        average.fold(&BTreeSet::from([hotkey(1)]), &scores, &BTreeSet::new());
        assert_eq!(average.averages()[&hotkey(1)], f32::MAX);
    }

    #[test]
    fn the_rest_is_rounded_once_from_double_precision() {
        // numpy: np.float32(1 - 0.7) is 0.3 rounded up, 1.0f32 - 0.7f32 is not.
        let mut average = MovingAverage::new(0.7, BTreeMap::from([(hotkey(1), 1.0)]));
        average.fold(
            &BTreeSet::from([hotkey(1)]),
            &BTreeMap::new(),
            &BTreeSet::new(),
        );
        #[expect(clippy::cast_possible_truncation, reason = "the rounding under test")]
        let rest = (1.0_f64 - 0.7) as f32;
        assert_eq!(average.averages()[&hotkey(1)].to_bits(), rest.to_bits());
    }
}
