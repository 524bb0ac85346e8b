use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use axonry_core::BlockNumber;
use axonry_neuron::{Alarm, HealthReport, RoundReport, Stage};

/// The numbers as they stand.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rounds by what became of their vector.
    pub(super) rounds: BTreeMap<&'static str, u64>,
    pub(super) last: Option<LastRound>,
    pub(super) health: Option<HealthReport>,
    /// The newest block seen, between rounds too.
    pub(super) block: Option<BlockNumber>,
    /// The stage a round is in.
    pub(super) stage: Option<Stage>,
    pub(super) standing: Option<Alarm>,
    /// How often each alarm has begun.
    pub(super) alarms: BTreeMap<(&'static str, &'static str), u64>,
    /// Seconds since each task was heard of.
    pub(super) silences: Vec<(&'static str, f64)>,
    /// What the mechanism counted, over all rounds.
    pub(super) counted: BTreeMap<String, u64>,
    pub(super) warnings: u64,
}

/// The round that ended last.
#[derive(Debug)]
pub(super) struct LastRound {
    pub(super) number: u64,
    pub(super) block: BlockNumber,
    /// When it ended, in seconds since 1970.
    pub(super) ended: f64,
    pub(super) stages_ms: BTreeMap<&'static str, u64>,
    pub(super) miners: Vec<Miner>,
}

/// A miner in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Miner {
    pub(super) uid: u16,
    /// `None` where it is not known.
    pub(super) score: Option<f64>,
    pub(super) average: f64,
    pub(super) weight: u16,
}

impl Tally {
    pub(super) fn round(&mut self, report: &RoundReport) {
        *self.rounds.entry(report.landing.outcome).or_default() += 1;
        self.block = self.block.max(Some(report.block));
        self.stage = None;
        self.warnings += report.warnings.len() as u64;
        for (name, count) in &report.counters {
            *self.counted.entry(name.clone()).or_default() += count;
        }
        if report.health.is_some() {
            self.health.clone_from(&report.health);
        }
        let miners = report.miners.iter().map(|miner| Miner {
            uid: miner.uid.0,
            score: miner.score.map(|score| score.value()),
            average: f64::from(miner.average),
            weight: miner.weight,
        });
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        self.last = Some(LastRound {
            number: report.round,
            block: report.block,
            ended: since.map_or(0.0, |since| since.as_secs_f64()),
            stages_ms: report.stages_ms.clone(),
            miners: miners.collect(),
        });
    }

    pub(super) fn alarm(&mut self, alarm: Option<Alarm>) {
        if let Some(alarm) = alarm {
            let named = (alarm.kind.name(), alarm.reason);
            *self.alarms.entry(named).or_default() += 1;
        }
        self.standing = alarm;
    }
}
