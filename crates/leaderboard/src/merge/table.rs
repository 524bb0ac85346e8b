//! What many validators show, as one table.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axonry_core::{Hotkey, NetUid, Uid};
use serde::Serialize;

use super::{Answered, SourceError, SourceReport};
use crate::Standings;

/// What many validators show of one subnet.
#[derive(Clone, Debug, Serialize)]
pub struct Merged {
    /// The subnet that most of them show; `null` where none could be read.
    pub netuid: Option<NetUid>,
    /// What became of each source, in the order in which they were given.
    pub sources: Vec<SourceReport>,
    /// Every miner that any of them shows, by median share, the largest first.
    pub miners: Vec<MergedMiner>,
}

/// One miner as many validators see it. A validator that gives it no weight counts as a share of 0; one
/// that does not know it does not count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MergedMiner {
    /// Its key.
    pub hotkey: Hotkey,
    /// The slots it is shown in: more than one where some validators have not seen a change yet.
    pub uids: BTreeSet<Uid>,
    /// How many validators know it.
    pub known_to: usize,
    /// The median of its shares of weight.
    pub median: f64,
    /// Their mean.
    pub mean: f64,
    /// The smallest of them.
    pub lowest: f64,
    /// The largest of them.
    pub highest: f64,
}

/// Puts together what was read.
pub(super) fn merged(
    netuid: Option<NetUid>,
    read: Vec<(String, Result<Standings, SourceError>, Duration)>,
) -> Merged {
    let mut seen: BTreeMap<Hotkey, (BTreeSet<Uid>, Vec<f64>)> = BTreeMap::new();
    for standings in read
        .iter()
        .filter_map(|(_, standings, _)| standings.as_ref().ok())
    {
        for miner in &standings.miners {
            let (uids, shares) = seen.entry(miner.hotkey).or_default();
            uids.insert(miner.uid);
            shares.push(miner.share);
        }
    }
    let miners = seen
        .into_iter()
        .map(|(hotkey, (uids, shares))| miner(hotkey, uids, shares));
    let mut miners: Vec<MergedMiner> = miners.collect();
    let medians: BTreeMap<Hotkey, f64> =
        miners.iter().map(|one| (one.hotkey, one.median)).collect();
    let sources = read.into_iter().map(|(source, standings, took)| {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (answered, error) = match standings {
            Ok(standings) => (Some(answered(&standings, &medians)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        SourceReport {
            source,
            answered,
            error,
            took_ms,
        }
    });
    let sources = sources.collect();
    miners.sort_by(|a, b| b.median.total_cmp(&a.median).then(a.uids.cmp(&b.uids)));
    Merged {
        netuid,
        sources,
        miners,
    }
}

fn miner(hotkey: Hotkey, uids: BTreeSet<Uid>, mut shares: Vec<f64>) -> MergedMiner {
    shares.sort_by(f64::total_cmp);
    let (known_to, half) = (shares.len(), shares.len() / 2);
    let median = match known_to % 2 {
        0 => f64::midpoint(shares[half - 1], shares[half]),
        _ => shares[half],
    };
    MergedMiner {
        hotkey,
        uids,
        known_to,
        median,
        mean: shares.iter().sum::<f64>() / known_to as f64,
        lowest: shares[0],
        highest: shares[known_to - 1],
    }
}

fn answered(standings: &Standings, medians: &BTreeMap<Hotkey, f64>) -> Answered {
    Answered {
        round: standings.round,
        block: standings.block,
        miners: standings.miners.len(),
        agreement: agreement(standings, medians),
    }
}

/// `1 − ½ · Σ |share − median / Σ median|`, over everybody whom anybody knows.
fn agreement(standings: &Standings, medians: &BTreeMap<Hotkey, f64>) -> f64 {
    let whole: f64 = medians.values().sum();
    let scale = if whole > 0.0 { 1.0 / whole } else { 0.0 };
    let mut shares: BTreeMap<Hotkey, f64> = BTreeMap::new();
    for miner in &standings.miners {
        *shares.entry(miner.hotkey).or_default() += miner.share;
    }
    let apart = medians.iter().map(|(hotkey, median)| {
        let share = shares.get(hotkey).copied().unwrap_or(0.0);
        (share - median * scale).abs()
    });
    1.0 - apart.sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use axonry_core::BlockNumber;

    use super::*;
    use crate::Miner;
    use crate::standings::Checked;

    fn standings(weights: &[(u16, u16)]) -> Standings {
        let mut standings = Standings::new(NetUid(74), 1, BlockNumber(1));
        let miners = weights.iter().map(|&(uid, weight)| Miner {
            weight,
            ..Miner::new(Uid(uid), hotkey(uid))
        });
        standings.miners = miners.collect();
        let Checked(standings) = Checked::of(standings).expect("well formed");
        standings
    }

    fn hotkey(uid: u16) -> Hotkey {
        let [low, _] = uid.to_le_bytes();
        Hotkey::from_bytes([low; 32])
    }

    fn read(all: Vec<Standings>) -> Merged {
        let named = all
            .into_iter()
            .map(|standings| ("it".to_owned(), Ok(standings), Duration::ZERO));
        merged(Some(NetUid(74)), named.collect())
    }

    #[test]
    fn the_median_stands_against_one_who_sees_it_all_otherwise() {
        let most = [(1, 60), (2, 40), (3, 0)];
        let merged = read(vec![
            standings(&most),
            standings(&most),
            standings(&[(1, 0), (2, 0), (3, 100)]),
        ]);
        let medians: Vec<_> = merged
            .miners
            .iter()
            .map(|one| (one.hotkey, one.median))
            .collect();
        assert_eq!(
            medians,
            [(hotkey(1), 0.6), (hotkey(2), 0.4), (hotkey(3), 0.0)]
        );
        let agreement = |place: usize| {
            let answered = merged.sources[place].answered.as_ref().expect("read");
            (answered.agreement * 1e9).round() / 1e9
        };
        assert_eq!([agreement(0), agreement(1), agreement(2)], [1.0, 1.0, 0.0]);
        let third = &merged.miners[2];
        assert_eq!((third.lowest, third.highest, third.known_to), (0.0, 1.0, 3));
    }

    #[test]
    fn who_does_not_know_a_miner_says_nothing_of_it() {
        let merged = read(vec![standings(&[(1, 50), (2, 50)]), standings(&[(1, 100)])]);
        let of = |uid| {
            merged
                .miners
                .iter()
                .find(|one| one.hotkey == hotkey(uid))
                .expect("there")
        };
        assert_eq!((of(1).median, of(1).known_to), (0.75, 2));
        assert_eq!((of(2).median, of(2).known_to), (0.5, 1));
    }

    #[test]
    fn nobody_read_is_nobody_shown() {
        let failed = SourceError::Deadline(Duration::from_secs(1));
        let merged = merged(None, vec![("it".to_owned(), Err(failed), Duration::ZERO)]);
        assert!(merged.miners.is_empty());
        let text = serde_json::to_value(&merged.sources[0]).expect("JSON");
        assert_eq!(text["error"], "no answer within the deadline of 1s");
    }
}
