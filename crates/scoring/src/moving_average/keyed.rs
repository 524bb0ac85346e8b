//! The moving average of whoever is a member just now.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::{Observed, Score};
use serde::{Deserialize, Serialize};

use super::{Float, pairwise_sum};

/// An exponential moving average for each member: `average ← α · score + (1 − α) · average`.
///
/// The key should name a member for good: a hotkey, not a uid, which changes hands. Averages are
/// finite and not negative; in which precision they are kept decides their last bits, and
/// upstream's is `f32`.
///
/// ```
/// use std::collections::{BTreeMap, BTreeSet};
/// use axonry_core::{Observed, Score, UnixMillis};
/// use axonry_scoring::moving_average::MovingAverage;
///
/// # fn main() -> Result<(), axonry_core::ScoreError> {
/// let members = BTreeSet::from(["alice", "bob"]);
/// let scores = BTreeMap::from([("alice", Observed::known(Score::new(1.0)?, UnixMillis(0)))]);
/// let mut average = MovingAverage::<_, f64>::new(0.5);
/// average.fold(&members, &scores, &BTreeSet::new());
/// average.fold(&members, &scores, &BTreeSet::new());
/// assert_eq!(average.averages()["alice"], 0.75);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovingAverage<K: Ord, T = f32> {
    alpha: f64,
    averages: BTreeMap<K, T>,
}

/// What became of the averages in one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "K: Ord + Serialize",
    deserialize = "K: Ord + Deserialize<'de>"
))]
pub struct Folded<K: Ord> {
    /// Members whose score is not known: their average stayed as it was.
    pub carried: BTreeSet<K>,
    /// Keys that are no members any more: their average is gone.
    pub departed: BTreeSet<K>,
}

impl<K: Ord + Clone, T: Float> MovingAverage<K, T> {
    /// Starts from nothing. `alpha` is the weight of the newest score, above 0 and up to 1; what
    /// lies outside is moved to the nearest end, and NaN to 1.
    pub fn new(alpha: f64) -> Self {
        Self::from_averages(alpha, BTreeMap::new())
    }

    /// Starts from averages that were kept; what is no average in them is left out.
    pub fn from_averages(alpha: f64, averages: BTreeMap<K, T>) -> Self {
        let alpha = if alpha.is_nan() {
            1.0
        } else {
            alpha.clamp(f64::from(f32::EPSILON), 1.0)
        };
        let is_average = |average: T| Score::new(average.widen()).is_ok();
        Self {
            alpha,
            averages: averages
                .into_iter()
                .filter(|&(_, average)| is_average(average))
                .collect(),
        }
    }

    /// The averages, by key.
    pub const fn averages(&self) -> &BTreeMap<K, T> {
        &self.averages
    }

    /// Takes the averages out.
    pub fn into_averages(self) -> BTreeMap<K, T> {
        self.averages
    }

    /// Folds one round in.
    ///
    /// - A known score moves the average; a member without a score counts as 0.
    /// - An unknown score leaves the average as it is: a failed source never costs a member.
    /// - An excluded member falls to 0, and the others are scaled to a sum of 1, as upstream does
    ///   (`update_scores` of `entrius/gittensor` `neurons/base/validator.py`).
    /// - Averages of keys that are no members are dropped; who comes back starts from nothing.
    pub fn fold(
        &mut self,
        members: &BTreeSet<K>,
        scores: &BTreeMap<K, Observed<Score>>,
        excluded: &BTreeSet<K>,
    ) -> Folded<K> {
        let departed = self.averages.keys().filter(|key| !members.contains(key));
        let mut folded = Folded {
            carried: BTreeSet::new(),
            departed: departed.cloned().collect(),
        };
        self.averages.retain(|key, _| members.contains(key));
        // The rest is taken in double precision first: 1 − 0.7 rounds differently in single.
        let (fresh, stale) = (T::of(self.alpha), T::of(1.0 - self.alpha));
        for key in members {
            let average = self.averages.entry(key.clone()).or_insert(T::ZERO);
            let score = match scores.get(key) {
                Some(Observed::Unknown { .. }) => {
                    folded.carried.insert(key.clone());
                    continue;
                }
                Some(Observed::Known { value, .. }) => *value,
                None => Score::ZERO,
            };
            *average = (fresh * T::of(score.value()) + stale * *average).min_finite();
        }
        if !excluded.is_empty() {
            self.exclude(excluded);
        }
        folded
    }

    fn exclude(&mut self, excluded: &BTreeSet<K>) {
        for key in excluded {
            if let Some(average) = self.averages.get_mut(key) {
                *average = T::ZERO;
            }
        }
        let values: Vec<T> = self.averages.values().copied().collect();
        let sum = pairwise_sum(&values);
        if sum > T::ZERO {
            for average in self.averages.values_mut() {
                *average = *average / sum;
            }
        }
    }
}
