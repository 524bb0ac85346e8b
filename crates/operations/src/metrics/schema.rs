//! The schema: every metric's name, unit and meaning stands here and nowhere else.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::tally::{LastRound, Tally};
use super::{STAGES, ServerTraffic, Shared};
use crate::process::Process;

/// Writes the numbers when somebody looks.
#[derive(Debug)]
pub(super) struct Schema(pub(super) Shared);

impl Collector for Schema {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        // Asked before the numbers are held: it may look at clients of its own.
        let traffic = self.0.traffic();
        let mut page = Page(encoder);
        let tally = self.0.tally();
        rounds(&mut page, &tally)?;
        if let Some(last) = &tally.last {
            last_round(&mut page, last)?;
        }
        weights(&mut page, &tally)?;
        tasks(&mut page, &tally)?;
        servers(&mut page, &traffic)?;
        process(&mut page, Process::now())
    }
}

fn rounds(page: &mut Page<'_>, tally: &Tally) -> fmt::Result {
    let by_outcome = tally.rounds.iter();
    page.counters(
        "axonry_rounds",
        "Rounds that ended, by what became of their vector",
        by_outcome.map(|(outcome, count)| ([("outcome", *outcome)], *count)),
    )?;
    page.counters(
        "axonry_round_warnings",
        "Warnings in rounds' reports",
        [([("", ""); 0], tally.warnings)],
    )?;
    page.counters(
        "axonry_mechanism_counted",
        "What the mechanism counted on the way, over all rounds",
        tally
            .counted
            .iter()
            .map(|(what, count)| ([("what", what.as_str())], *count)),
    )?;
    page.gauges(
        "axonry_chain_block",
        "The newest block seen",
        tally.block.map(|block| ([("", ""); 0], wide(block.0))),
    )?;
    let now = |stage| f64::from(u8::from(tally.stage == Some(stage)));
    page.gauges(
        "axonry_round_stage",
        "1 for the stage that a round is in",
        STAGES.map(|stage| ([("stage", stage.name())], now(stage))),
    )
}

fn last_round(page: &mut Page<'_>, last: &LastRound) -> fmt::Result {
    let none = [("", ""); 0];
    let one = |value| [(none, value)];
    page.gauges(
        "axonry_round_number",
        "The last round's number",
        one(wide(last.number)),
    )?;
    page.gauges(
        "axonry_round_block",
        "The block that the last round was read at",
        one(wide(last.block.0)),
    )?;
    page.gauges(
        "axonry_round_ended_timestamp_seconds",
        "When the last round ended",
        one(last.ended),
    )?;
    let stages = last.stages_ms.iter();
    page.gauges(
        "axonry_round_stage_seconds",
        "How long each stage of the last round took",
        stages.map(|(stage, took)| ([("stage", *stage)], wide(*took) / 1e3)),
    )?;
    let unknown = last.miners.iter().filter(|miner| miner.score.is_none());
    page.gauges(
        "axonry_miners_unknown",
        "Miners that could not be judged in the last round and keep their average",
        one(wide(unknown.count() as u64)),
    )?;
    page.gauges(
        "axonry_miners",
        "Neurons in the last round's metagraph",
        one(wide(last.miners.len() as u64)),
    )?;
    let uids: Vec<String> = last
        .miners
        .iter()
        .map(|miner| miner.uid.to_string())
        .collect();
    let miners = || uids.iter().zip(&last.miners);
    page.gauges(
        "axonry_miner_score",
        "A miner's score in the last round; absent where it is not known",
        miners().filter_map(|(uid, miner)| Some(([("uid", uid.as_str())], miner.score?))),
    )?;
    page.gauges(
        "axonry_miner_average",
        "A miner's moving average after the last round",
        miners().map(|(uid, miner)| ([("uid", uid.as_str())], miner.average)),
    )?;
    page.gauges(
        "axonry_miner_weight",
        "A miner's weight in the last round's vector, of 65535",
        miners().map(|(uid, miner)| ([("uid", uid.as_str())], f64::from(miner.weight))),
    )
}

fn weights(page: &mut Page<'_>, tally: &Tally) -> fmt::Result {
    let none = [("", ""); 0];
    if let Some(health) = &tally.health {
        page.gauges(
            "axonry_weights_landed_block",
            "The block at which weights landed last, by chain state",
            health.landed.map(|block| (none, wide(block.0))),
        )?;
        page.gauges(
            "axonry_weights_tempos_since_landed",
            "How many tempos ago that was, at the last look",
            health.tempos_since_landed.map(|tempos| (none, tempos)),
        )?;
    }
    let standing = tally
        .standing
        .map(|alarm| (alarm.kind.name(), alarm.reason));
    let known = tally.alarms.keys();
    page.gauges(
        "axonry_weights_alarm",
        "1 while somebody must act because weights do not land; at most one is 1",
        known.map(|alarm| {
            let labels = [("kind", alarm.0), ("reason", alarm.1)];
            (labels, f64::from(u8::from(standing == Some(*alarm))))
        }),
    )?;
    page.counters(
        "axonry_weights_alarms",
        "How often each alarm has begun",
        tally
            .alarms
            .iter()
            .map(|((kind, reason), count)| ([("kind", *kind), ("reason", *reason)], *count)),
    )
}

fn tasks(page: &mut Page<'_>, tally: &Tally) -> fmt::Result {
    page.gauges(
        "axonry_task_silent_seconds",
        "How long ago each task gave a sign of life",
        tally
            .silences
            .iter()
            .map(|(task, silent)| ([("task", *task)], *silent)),
    )
}

fn servers(page: &mut Page<'_>, traffic: &[ServerTraffic]) -> fmt::Result {
    let counted = |of: fn(&ServerTraffic) -> u64| {
        traffic
            .iter()
            .map(move |one| ([("server", one.server.as_str())], of(one)))
    };
    page.counters(
        "axonry_requests",
        "Requests sent, by server, retries among them",
        counted(|one| one.requests),
    )?;
    page.counters(
        "axonry_request_retries",
        "Attempts after a failed one",
        counted(|one| one.retries),
    )?;
    page.counters(
        "axonry_requests_rate_limited",
        "Answers that asked to slow down",
        counted(|one| one.rate_limited),
    )?;
    page.counters(
        "axonry_received_bytes",
        "Body bytes received",
        counted(|one| one.received_bytes),
    )?;
    page.gauges(
        "axonry_request_waited_seconds",
        "Seconds that requests waited for their turn, added up",
        traffic
            .iter()
            .map(|one| ([("server", one.server.as_str())], one.waited_seconds)),
    )
}

fn process(page: &mut Page<'_>, process: Process) -> fmt::Result {
    let none = [("", ""); 0];
    let one = |value: Option<u64>| value.map(|value| (none, wide(value)));
    page.gauges(
        "process_resident_memory_bytes",
        "Memory in use",
        one(process.resident_bytes),
    )?;
    page.gauges(
        "process_peak_resident_memory_bytes",
        "The most memory that was ever in use",
        one(process.peak_resident_bytes),
    )?;
    page.gauges(
        "process_open_fds",
        "Open descriptors",
        one(process.descriptors),
    )?;
    page.gauges("process_threads", "Threads", one(process.threads))?;
    page.gauges(
        "process_cpu_seconds",
        "Time on processors, of all threads",
        process.cpu_seconds.map(|seconds| (none, seconds)),
    )
}

/// The page that is being written.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn gauges<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (L, f64)>,
    ) -> fmt::Result {
        let series = series
            .into_iter()
            .map(|(labels, value)| (labels, ConstGauge::new(value)));
        self.family(name, help, MetricType::Gauge, series)
    }

    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let series = series
            .into_iter()
            .map(|(labels, count)| (labels, ConstCounter::new(count)));
        self.family(name, help, MetricType::Counter, series)
    }

    fn family<L: EncodeLabelSet, M: EncodeMetric>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        series: impl Iterator<Item = (L, M)>,
    ) -> fmt::Result {
        let mut family: MetricEncoder<'_> = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, metric) in series {
            metric.encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// Counts and block numbers lie far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "see above")]
const fn wide(number: u64) -> f64 {
    number as f64
}
