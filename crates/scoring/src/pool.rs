//! Pools with shares: an emission cut in parts, and each part shared out by scores of its own.

use std::collections::BTreeMap;

use axonry_core::Score;
use serde::Serialize;

use crate::number::{self, sum};

/// A part of the emission and the scores it is shared out by.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool<K> {
    /// Its part of the whole.
    pub share: Score,
    /// Who scored how much; whoever has 0 gets nothing.
    pub scores: BTreeMap<K, Score>,
}

/// What becomes of a pool in which nobody scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nobody gets it.
    Unpaid,
    /// The other pools grow by it, each by the same factor.
    Spread,
}

/// Who gets which part of the whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound(serialize = "K: Ord + Serialize"))]
pub struct Paid<K> {
    /// By key, for everybody who has a score in some pool.
    pub amounts: BTreeMap<K, Score>,
    /// What nobody gets: idle pools, and what the shares leave of 1.
    pub unpaid: Score,
}

/// Shares out a whole of 1: each pool its share, in it `share · score / Σ score`.
///
/// Amounts and what is unpaid add up to 1 within rounding. Shares that add up to more than 1 are
/// scaled down to it. Keys of several pools get the sum, added in the order of the pools.
///
/// ```
/// use std::collections::BTreeMap;
/// use axonry_core::Score;
/// use axonry_scoring::pool::{Idle, Pool, pay};
/// # fn main() -> Result<(), axonry_core::ScoreError> {
/// let answers = BTreeMap::from([("alice", Score::new(3.0)?), ("bob", Score::new(1.0)?)]);
/// let speed = BTreeMap::from([("alice", Score::ZERO)]);
/// let pools = [
///     Pool { share: Score::new(0.75)?, scores: answers },
///     Pool { share: Score::new(0.25)?, scores: speed },
/// ];
/// assert_eq!(pay(&pools, Idle::Spread).amounts["alice"].value(), 0.75);
/// assert_eq!(pay(&pools, Idle::Unpaid).unpaid.value(), 0.25);
/// # Ok(())
/// # }
/// ```
pub fn pay<K: Ord + Clone>(pools: &[Pool<K>], idle: Idle) -> Paid<K> {
    let has_score = |pool: &&Pool<K>| pool.scores.values().any(|&score| score > Score::ZERO);
    let shares = proportional(
        &(0..).zip(pools.iter().map(|pool| pool.share)).collect(),
        sum(pools.iter().map(|pool| pool.share.value())).min(1.0),
    );
    let share = |at: usize| shares.get(&at).map_or(0.0, |share| share.value());
    let active = || pools.iter().enumerate().filter(|(_, pool)| has_score(pool));
    let (all, paying) = (
        sum((0..pools.len()).map(share)),
        sum(active().map(|(at, _)| share(at))),
    );
    let growth = match idle {
        Idle::Spread if paying > 0.0 => all / paying,
        Idle::Spread | Idle::Unpaid => 1.0,
    };
    let mut amounts = BTreeMap::<K, f64>::new();
    for key in pools.iter().flat_map(|pool| pool.scores.keys()) {
        amounts.entry(key.clone()).or_insert(0.0);
    }
    for (at, pool) in active() {
        for (key, amount) in proportional(&pool.scores, share(at) * growth) {
            *amounts.entry(key).or_insert(0.0) += amount.value();
        }
    }
    let paid = if idle == Idle::Spread && paying > 0.0 {
        all
    } else {
        paying
    };
    Paid {
        amounts: amounts
            .into_iter()
            .map(|(key, amount)| (key, number::score(amount)))
            .collect(),
        unpaid: number::score(1.0 - paid),
    }
}

/// `amount · (score / Σ score)` for every positive score; empty when there is none, or no amount.
pub fn proportional<K: Ord + Clone>(
    scores: &BTreeMap<K, Score>,
    amount: f64,
) -> BTreeMap<K, Score> {
    let positive = || scores.iter().filter(|&(_, &score)| score > Score::ZERO);
    if amount <= 0.0 {
        return BTreeMap::new();
    }
    let (factor, total) = total(positive().map(|(_, &score)| score));
    positive()
        .map(|(key, score)| {
            let part = amount * (score.value() * factor / total);
            (key.clone(), number::score(part))
        })
        .collect()
}

/// By what scores are multiplied before they are added up, and what they add up to.
///
/// That is 1, unless the sum is too great for a number: in small, shares are the same.
pub(crate) fn total(scores: impl Iterator<Item = Score> + Clone) -> (f64, f64) {
    /// A power of two, small enough for the sum of as many of the greatest scores as memory holds.
    const SMALL: f64 = 1.0 / (1_u64 << 48) as f64;
    let total = |factor: f64| sum(scores.clone().map(|score| score.value() * factor));
    let exact = total(1.0);
    if exact.is_finite() {
        (1.0, exact)
    } else {
        (SMALL, total(SMALL))
    }
}
