//! What makes standings fit to be shown.

use std::collections::BTreeSet;

use axonry_core::Uid;

use super::{Miner, Standings};

/// How many neurons a board shows: the largest subnet has 256.
pub const MINERS_SHOWN: usize = 4_096;
/// How many earlier rounds of a miner a board shows; the newest stay.
pub const ROUNDS_SHOWN: usize = 512;

/// Why standings cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StandingsError {
    /// Two miners have the same slot.
    #[error("uid {0} stands there twice: a subnet has one neuron per uid")]
    Twice(Uid),
    /// A number is infinite or none.
    #[error("the {what} of uid {uid} is not a finite number")]
    NotFinite {
        /// Whose.
        uid: Uid,
        /// Which.
        what: &'static str,
    },
    /// There are more miners than any subnet has.
    #[error("{given} miners are more than {MINERS_SHOWN}, the most that are shown")]
    TooMany {
        /// How many there are.
        given: usize,
    },
}

/// Standings that were looked at: ranked, bounded, and all numbers are numbers.
#[derive(Clone, Debug)]
pub(crate) struct Checked(pub(crate) Standings);

impl Checked {
    pub(crate) fn of(mut standings: Standings) -> Result<Self, StandingsError> {
        let given = standings.miners.len();
        if given > MINERS_SHOWN {
            return Err(StandingsError::TooMany { given });
        }
        let mut seen = BTreeSet::new();
        for miner in &standings.miners {
            if !seen.insert(miner.uid) {
                return Err(StandingsError::Twice(miner.uid));
            }
            finite(miner)?;
        }
        let state = &mut standings.state;
        state.tempos_since_landed = state.tempos_since_landed.filter(|value| value.is_finite());
        rank(&mut standings.miners);
        for miner in &mut standings.miners {
            let old = miner.history.len().saturating_sub(ROUNDS_SHOWN);
            miner.history.drain(..old);
            miner.explanation = miner.explanation.take().map(super::Explanation::bounded);
        }
        Ok(Self(standings))
    }
}

fn finite(miner: &Miner) -> Result<(), StandingsError> {
    let numbers = [
        ("score", miner.score.unwrap_or(0.0)),
        ("average", miner.average),
        ("emission share", miner.emission.unwrap_or(0.0)),
    ];
    let earlier = miner.history.iter();
    let earlier = earlier.flat_map(|point| [point.score.unwrap_or(0.0), point.average]);
    let mut all = numbers
        .into_iter()
        .chain(earlier.map(|number| ("history", number)));
    match all.find(|(_, number)| !number.is_finite()) {
        Some((what, _)) => Err(StandingsError::NotFinite {
            uid: miner.uid,
            what,
        }),
        None => Ok(()),
    }
}

fn rank(miners: &mut [Miner]) {
    let whole: f64 = miners.iter().map(|miner| f64::from(miner.weight)).sum();
    miners.sort_by(|a, b| {
        let weight = b.weight.cmp(&a.weight);
        weight
            .then(b.average.total_cmp(&a.average))
            .then(a.uid.cmp(&b.uid))
    });
    for (place, miner) in (1..).zip(miners) {
        let earns = miner.weight > 0 || miner.average > 0.0;
        miner.rank = earns.then_some(place);
        miner.share = match miner.weight {
            0 => 0.0,
            weight => f64::from(weight) / whole,
        };
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::{BlockNumber, Hotkey, NetUid};

    use super::*;
    use crate::{Explanation, Point};

    fn standings(miners: Vec<Miner>) -> Standings {
        Standings {
            miners,
            ..Standings::new(NetUid(74), 1, BlockNumber(10))
        }
    }

    fn miner(uid: u16, weight: u16, average: f64) -> Miner {
        Miner {
            weight,
            average,
            ..Miner::new(Uid(uid), Hotkey::from_bytes([1; 32]))
        }
    }

    #[test]
    fn weight_comes_before_average_and_average_before_the_slot() {
        let given = [
            (3, 0, 0.0),
            (1, 10, 0.1),
            (2, 0, 0.5),
            (0, 30, 0.1),
            (4, 10, 0.1),
        ];
        let miners = given.map(|(uid, weight, average)| miner(uid, weight, average));
        let Checked(ranked) = Checked::of(standings(miners.into())).expect("well formed");
        let order: Vec<_> = ranked
            .miners
            .iter()
            .map(|one| (one.uid.0, one.rank))
            .collect();
        let places = [
            (0, Some(1)),
            (1, Some(2)),
            (4, Some(3)),
            (2, Some(4)),
            (3, None),
        ];
        assert_eq!(order, places, "who has nothing has no place");
        let shares: f64 = ranked.miners.iter().map(|one| one.share).sum();
        assert_eq!((ranked.miners[0].share, shares), (0.6, 1.0));
    }

    #[test]
    fn what_cannot_be_true_is_refused_by_name() {
        let twice = standings(vec![miner(7, 0, 0.0), miner(7, 1, 0.0)]);
        assert_eq!(
            Checked::of(twice).expect_err("one slot"),
            StandingsError::Twice(Uid(7))
        );
        let infinite = standings(vec![miner(7, 0, f64::INFINITY)]);
        let said = Checked::of(infinite).expect_err("no number").to_string();
        assert_eq!(said, "the average of uid 7 is not a finite number");
    }

    #[test]
    fn a_long_history_keeps_its_newest_rounds() {
        let mut long = miner(1, 1, 1.0);
        long.explanation = Some(Explanation::number("score", 1.0));
        long.history = (0..2_000)
            .map(|round| Point {
                round,
                block: BlockNumber(round),
                score: None,
                average: 0.0,
                weight: 0,
            })
            .collect();
        let Checked(shown) = Checked::of(standings(vec![long])).expect("well formed");
        let history = &shown.miners[0].history;
        assert_eq!(
            (history.len(), history[ROUNDS_SHOWN - 1].round),
            (ROUNDS_SHOWN, 1_999)
        );
    }
}
