//! What a round leaves behind for a leaderboard, in the state.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use anyhow::{Context, Result};
use axonry_core::{BlockNumber, Hotkey, NetUid, Uid, UnixMillis};
use axonry_leaderboard::{Landing, Source};
use axonry_neuron::{MinerReport, RoundReport};
use axonry_store::{LONGEST_VALUE, Store};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

/// How many rounds are kept: two weeks of tempos of 360 blocks.
pub(super) const KEPT_ROUNDS: u64 = 256;
/// How much of a reason is kept.
const LONGEST_REASON: usize = 300;
/// How long a round's text may be before it is compressed: thousands of miners with long reasons.
const LONGEST_TEXT: u64 = 16 << 20;
/// Where it is kept in the store.
const SPACE: &str = "standings";

/// A round, as a leaderboard shows it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Kept {
    pub(super) round: u64,
    pub(super) block: BlockNumber,
    pub(super) ended: UnixMillis,
    pub(super) hotkey: Hotkey,
    pub(super) landing: Landing,
    pub(super) tempos_since_landed: Option<f64>,
    pub(super) alarm: Option<String>,
    pub(super) sources: Vec<Source>,
    pub(super) warnings: Vec<String>,
    pub(super) stages_ms: BTreeMap<String, u64>,
    pub(super) miners: Vec<KeptMiner>,
}

/// One neuron in it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct KeptMiner {
    pub(super) uid: Uid,
    pub(super) hotkey: Hotkey,
    pub(super) score: Option<f64>,
    pub(super) unknown: Option<String>,
    pub(super) average: f64,
    pub(super) weight: u16,
    pub(super) incentive: u16,
    pub(super) verdict: Option<String>,
}

impl Kept {
    /// What a leaderboard shows of a report.
    pub(super) fn of(report: &RoundReport, hotkey: Hotkey, ended: UnixMillis) -> Self {
        let landing = &report.landing;
        let health = report.health.as_ref();
        let stages = report.stages_ms.iter();
        Self {
            round: report.round,
            block: report.block,
            ended,
            hotkey,
            landing: Landing {
                outcome: landing.outcome.to_owned(),
                block: landing.block,
                reason: landing.reason.clone(),
            },
            tempos_since_landed: health.and_then(|health| health.tempos_since_landed),
            alarm: alarm(report),
            sources: sources(report),
            warnings: report.warnings.iter().map(|said| cut(said)).collect(),
            stages_ms: stages.map(|(name, ms)| ((*name).to_owned(), *ms)).collect(),
            miners: report.miners.iter().map(KeptMiner::of).collect(),
        }
    }

    /// Puts it into the state, in place of the round that was [`KEPT_ROUNDS`] before it.
    pub(super) async fn keep(&self, store: &Store, netuid: NetUid) -> Result<()> {
        let text = serde_json::to_vec(self).context("a round is plain data")?;
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        let packed = packer.write_all(&text).and_then(|()| packer.finish());
        let packed = packed.context("the round could not be compressed")?;
        anyhow::ensure!(
            packed.len() <= LONGEST_VALUE,
            "its standings are too long to be kept"
        );
        let values = [(place(netuid, self.round), packed)];
        store.cache(SPACE, self.round, &values).await?;
        Ok(())
    }

    /// A round as it was kept; `None` where that was not done, or another took its place.
    pub(super) async fn read(store: &Store, netuid: NetUid, round: u64) -> Result<Option<Self>> {
        let Some((packed, _)) = store.cached(SPACE, &place(netuid, round)).await? else {
            return Ok(None);
        };
        let mut text = Vec::new();
        let mut unpacked = ZlibDecoder::new(&*packed).take(LONGEST_TEXT);
        let named = || format!("the standings of round {round} cannot be read");
        unpacked.read_to_end(&mut text).with_context(named)?;
        let kept: Self = serde_json::from_slice(&text).with_context(named)?;
        Ok((kept.round == round).then_some(kept))
    }
}

impl KeptMiner {
    fn of(report: &MinerReport) -> Self {
        Self {
            uid: report.uid,
            hotkey: report.hotkey,
            score: report.score.map(|score| score.value()),
            unknown: report.unknown.as_deref().map(cut),
            average: shortest(report.average),
            weight: report.weight,
            incentive: report.incentive,
            verdict: report.explanation.as_deref().map(cut),
        }
    }
}

/// The double with the same digits: 0.3 and not 0.30000001192092896.
fn shortest(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

fn place(netuid: NetUid, round: u64) -> String {
    format!("{netuid}/{}", round % KEPT_ROUNDS)
}

/// Why somebody must act.
fn alarm(report: &RoundReport) -> Option<String> {
    let health = report.health.as_ref()?;
    let reason = health.reason.unwrap_or("no reason known");
    if health.blocked {
        return Some(format!("no weights can land: {reason}"));
    }
    let tempos = health.tempos_since_landed;
    let tempos = tempos.map_or_else(|| "no".to_owned(), |tempos| format!("{tempos:.1}"));
    health
        .alarm
        .then(|| format!("{tempos} tempos since weights landed: {reason}"))
}

/// What the round was made from.
fn sources(report: &RoundReport) -> Vec<Source> {
    let chain = Source {
        name: "chain".to_owned(),
        well: report.health.is_some(),
        detail: match &report.health {
            Some(health) => format!("read up to block {}", health.block),
            None => "could not be read at the end of the round".to_owned(),
        },
    };
    let unknown: Vec<_> = report
        .miners
        .iter()
        .filter_map(|one| one.unknown.as_deref())
        .collect();
    let facts = Source {
        name: "facts".to_owned(),
        well: unknown.is_empty(),
        detail: match unknown[..] {
            [] => format!("all {} miners judged", report.miners.len()),
            [first, ..] => format!(
                "{} miners not judged, the first: {}",
                unknown.len(),
                cut(first)
            ),
        },
    };
    vec![facts, chain]
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REASON) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
