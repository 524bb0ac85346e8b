//! All rounds that are known of, as standings.

use std::collections::BTreeMap;

use anyhow::Result;
use axonry_core::{Hotkey, NetUid};
use axonry_leaderboard::{Landed, Miner, Point, Standings, ValidatorState};
use axonry_store::Store;
use tracing::warn;

use super::explained::{Told, told};
use super::kept::{KEPT_ROUNDS, Kept, KeptMiner};

/// What rounds left behind, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Past {
    netuid: NetUid,
    mechanism: String,
    newest: Option<Kept>,
    points: BTreeMap<Hotkey, Vec<Point>>,
    landed: BTreeMap<Hotkey, Landed>,
}

impl Past {
    /// Nothing yet.
    pub(super) const fn new(netuid: NetUid, mechanism: String) -> Self {
        Self {
            netuid,
            mechanism,
            newest: None,
            points: BTreeMap::new(),
            landed: BTreeMap::new(),
        }
    }

    /// The newest round.
    pub(super) fn round(&self) -> Option<u64> {
        self.newest.as_ref().map(|newest| newest.round)
    }

    /// Reads what the state has and this has not; says whether there was anything.
    pub(super) async fn catch_up(&mut self, store: &Store) -> Result<bool> {
        let last = store.recent_rounds(self.netuid, 1).await?;
        let Some(last) = last.first().map(|last| last.round) else {
            return Ok(false);
        };
        let oldest = last.saturating_sub(KEPT_ROUNDS - 1).max(1);
        let first = self.round().map_or(oldest, |newest| oldest.max(newest + 1));
        let before = self.round();
        for round in first..=last {
            match Kept::read(store, self.netuid, round).await {
                Ok(Some(kept)) => self.add(kept),
                Ok(None) => {}
                Err(error) => warn!("{error:#}"),
            }
        }
        Ok(self.round() != before)
    }

    /// Takes in the round after all others.
    pub(super) fn add(&mut self, kept: Kept) {
        let Kept { round, block, .. } = kept;
        for miner in &kept.miners {
            let points = self.points.entry(miner.hotkey).or_default();
            points.push(Point {
                round,
                block,
                score: miner.score,
                average: miner.average,
                weight: miner.weight,
            });
        }
        let oldest = round.saturating_sub(KEPT_ROUNDS);
        self.points.retain(|_, points| {
            points.retain(|point| point.round > oldest);
            !points.is_empty()
        });
        if let Some(block) = kept.landing.block {
            // One vector takes the place of another as a whole.
            let weights = kept.miners.iter().filter(|miner| miner.weight > 0);
            let landed = weights.map(|miner| {
                let weight = miner.weight;
                (miner.hotkey, Landed { weight, block })
            });
            self.landed = landed.collect();
        }
        self.newest = Some(kept);
    }

    /// The newest round as standings, with the reasons that the state has for it; `None` before the
    /// first round.
    pub(super) async fn standings(&self, store: &Store) -> Result<Option<Standings>> {
        let Some(newest) = &self.newest else {
            return Ok(None);
        };
        let traces = store.traces(self.netuid, newest.round).await?;
        let past = self.clone();
        // Trees of hundreds of pull requests are read here, which is no work for the runtime's threads.
        let made = tokio::task::spawn_blocking(move || past.made_of(&traces)).await?;
        Ok(made)
    }

    fn made_of(self, traces: &BTreeMap<Hotkey, String>) -> Option<Standings> {
        let newest = self.newest?;
        let given: u64 = newest
            .miners
            .iter()
            .map(|one| u64::from(one.incentive))
            .sum();
        let miners = newest.miners.into_iter().map(|kept| {
            let told = traces.get(&kept.hotkey).map(|text| told(text));
            let points = self.points.get(&kept.hotkey).cloned();
            let landed = self.landed.get(&kept.hotkey).copied();
            Miner {
                landed,
                history: points.unwrap_or_default(),
                ..miner(kept, told.unwrap_or_default(), given > 0)
            }
        });
        Some(Standings {
            mechanism: self.mechanism,
            as_of: Some(newest.ended),
            miners: miners.collect(),
            state: ValidatorState {
                hotkey: Some(newest.hotkey),
                landing: Some(newest.landing),
                tempos_since_landed: newest.tempos_since_landed,
                alarm: newest.alarm,
                sources: newest.sources,
                warnings: newest.warnings,
                stages_ms: newest.stages_ms,
            },
            ..Standings::new(self.netuid, newest.round, newest.block)
        })
    }
}

/// `paid` says whether the chain gave anybody anything: before that, nothing is known of emission.
fn miner(kept: KeptMiner, told: Told, paid: bool) -> Miner {
    Miner {
        label: told.label,
        score: kept.score,
        unknown: kept.unknown,
        average: kept.average,
        weight: kept.weight,
        emission: paid.then(|| f64::from(kept.incentive) / f64::from(u16::MAX)),
        eligibility: told.eligibility,
        verdict: kept.verdict,
        explanation: told.explanation,
        ..Miner::new(kept.uid, kept.hotkey)
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::{BlockNumber, Uid, UnixMillis};
    use axonry_leaderboard::Landing;

    use super::*;

    fn hotkey(uid: u8) -> Hotkey {
        Hotkey::from_bytes([uid; 32])
    }

    fn kept(round: u64, landed: Option<u64>, weights: &[(u8, u16)]) -> Kept {
        let miners = weights.iter().map(|&(uid, weight)| KeptMiner {
            uid: Uid(uid.into()),
            hotkey: hotkey(uid),
            score: Some(0.5),
            unknown: None,
            average: 0.25,
            weight,
            incentive: 0,
            verdict: None,
        });
        Kept {
            round,
            block: BlockNumber(round * 10),
            ended: UnixMillis(1),
            hotkey: hotkey(200),
            landing: Landing {
                outcome: "VerifiedInState".to_owned(),
                block: landed.map(BlockNumber),
                reason: None,
            },
            tempos_since_landed: None,
            alarm: None,
            sources: Vec::new(),
            warnings: Vec::new(),
            stages_ms: BTreeMap::new(),
            miners: miners.collect(),
        }
    }

    fn past() -> Past {
        Past::new(NetUid(74), "oss".to_owned())
    }

    #[test]
    fn weights_that_did_not_land_leave_those_that_did() {
        let mut past = past();
        past.add(kept(1, Some(12), &[(1, 100), (2, 50)]));
        past.add(kept(2, None, &[(1, 7), (3, 9)]));
        let shown = past.made_of(&BTreeMap::new()).expect("a round");
        let of = |uid: u16| {
            shown
                .miners
                .iter()
                .find(|one| one.uid == Uid(uid))
                .expect("there")
        };
        let first = Landed {
            weight: 100,
            block: BlockNumber(12),
        };
        assert_eq!((of(1).weight, of(1).landed), (7, Some(first)));
        assert_eq!(of(3).landed, None);
        assert_eq!(of(1).emission, None, "the chain gave nobody anything yet");
        assert_eq!((of(1).history.len(), of(3).history.len()), (2, 1));
    }

    #[test]
    fn who_is_long_gone_takes_no_space() {
        let mut past = past();
        past.add(kept(1, None, &[(1, 1), (2, 1)]));
        for round in 2..=KEPT_ROUNDS + 1 {
            past.add(kept(round, None, &[(1, 1)]));
        }
        assert_eq!(past.points.len(), 1);
        let points = &past.points[&hotkey(1)];
        assert_eq!(u64::try_from(points.len()), Ok(KEPT_ROUNDS));
    }

    #[tokio::test]
    async fn what_was_kept_is_read_again_and_only_what_is_new() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let store = Store::create(&folder.path().join("state.sqlite")).await?;
        let netuid = NetUid(74);
        let mut reader = past();
        assert!(!reader.catch_up(&store).await?);
        for number in 1..=3 {
            let round = store.begin_round(netuid, "{}").await?;
            assert_eq!(round, number);
            // One round failed, and left nothing.
            if round != 2 {
                kept(round, None, &[(1, 5)]).keep(&store, netuid).await?;
            }
        }
        assert!(reader.catch_up(&store).await?);
        assert!(!reader.catch_up(&store).await?, "there is nothing new");
        let shown = reader.standings(&store).await?.expect("a round");
        let rounds: Vec<_> = shown.miners[0]
            .history
            .iter()
            .map(|one| one.round)
            .collect();
        assert_eq!((shown.round, rounds), (3, vec![1, 3]));
        store.close().await;
        Ok(())
    }
}
