//! What the program says: a table or a JSON object per round, one line for an error.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use axonry_neuron::{Ended, LandingReport, MinerReport, RoundReport};
use serde::Serialize;
use tracing::warn;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};

/// How many miners a person is shown.
const SHOWN: usize = 10;

/// How much of a reason a person is shown; the JSON has it whole.
const REASON: usize = 66;

/// A round as one JSON object: what the neuron reports, and the requests it cost.
#[derive(Debug, Serialize)]
pub(crate) struct JsonRound<'a> {
    #[serde(flatten)]
    pub(crate) report: &'a RoundReport,
    pub(crate) requests: Requests,
}

/// Requests made in a round, by server.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Requests {
    pub(crate) chain: u64,
    pub(crate) http: u64,
}

impl Requests {
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            chain: self.chain.saturating_sub(before.chain),
            http: self.http.saturating_sub(before.http),
        }
    }
}

impl JsonRound<'_> {
    /// Prints the round on a line of its own.
    #[expect(clippy::print_stdout, reason = "the program's result")]
    pub(crate) fn print(&self) {
        println!(
            "{}",
            serde_json::to_string(self).expect("a report is plain data")
        );
    }
}

/// The best miners, and whether the weights landed.
pub(crate) fn print_table(report: &RoundReport, requests: Requests) {
    tell(&table(report, requests));
}

/// Writes to standard output. A reader that has gone away is no reason to stop validating.
fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        warn!(%error, "nobody reads what is printed");
    }
}

fn table(report: &RoundReport, requests: Requests) -> String {
    let mut text = String::new();
    let mut best: Vec<&MinerReport> = report.miners.iter().collect();
    best.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.uid.cmp(&b.uid)));
    let _ = writeln!(text, "  uid  hotkey              score    weight  why");
    for miner in best
        .into_iter()
        .filter(|miner| miner.weight > 0)
        .take(SHOWN)
    {
        let hotkey = miner.hotkey.to_string();
        let _ = writeln!(
            text,
            "{:>5}  {}…{}  {:>9}  {:>8}  {}",
            miner.uid,
            &hotkey[..8],
            &hotkey[hotkey.len() - 6..],
            score(miner),
            miner.weight,
            cut(miner.explanation.as_deref().unwrap_or_default()),
        );
    }
    let unknown: Vec<&MinerReport> = report
        .miners
        .iter()
        .filter(|miner| miner.unknown.is_some())
        .collect();
    if let [first, ..] = unknown[..] {
        let _ = writeln!(
            text,
            "{} miners could not be judged and keep their average; uid {}: {}",
            unknown.len(),
            first.uid,
            first.unknown.as_deref().unwrap_or_default(),
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let took: u64 = report.stages_ms.values().sum();
    let _ = writeln!(
        text,
        "round {} of subnet {} at block {}: {} neurons, {} with weight, {} + {} requests \
         (chain + HTTP), {}.{:03} s",
        report.round,
        report.netuid,
        report.block,
        report.miners.len(),
        report.weights.len(),
        requests.chain,
        requests.http,
        took / 1000,
        took % 1000,
    );
    let _ = writeln!(text, "{}", landing(&report.landing));
    text
}

/// Keeps a line of the table on a line of the terminal.
fn cut(text: &str) -> String {
    if text.chars().count() <= REASON {
        return text.to_owned();
    }
    text.chars().take(REASON - 1).chain(['…']).collect()
}

fn score(miner: &MinerReport) -> String {
    miner.score.map_or_else(
        || "unknown".to_owned(),
        |score| format!("{:.6}", score.value()),
    )
}

fn landing(landing: &LandingReport) -> String {
    let LandingReport {
        outcome,
        block,
        block_hash,
        reason,
    } = landing;
    match (block, block_hash, reason) {
        (Some(block), Some(hash), _) => format!("weights {outcome} at block {block} ({hash})"),
        (.., Some(reason)) => format!("weights {outcome}: {reason}"),
        _ => format!("weights {outcome}"),
    }
}

/// Weights that landed, or a stop that was asked for, are 0; weights that did not land are 1;
/// anything that could not be done is 2.
pub(crate) fn exit_code(outcome: Result<Ended>) -> ExitCode {
    match outcome {
        Ok(Ended::Done { landed: true } | Ended::Stopped) => ExitCode::SUCCESS,
        Ok(Ended::Done { landed: false }) => ExitCode::FAILURE,
        Err(error) => {
            say_on_stderr(&format!("error: {}", one_line(&format!("{error:#}"))));
            ExitCode::from(2)
        }
    }
}

/// Causes repeat what is above them now and then, and some bring pictures of several lines.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// Says something that is not the program's result.
#[expect(clippy::print_stderr, reason = "standard output is for results")]
pub(crate) fn say_on_stderr(line: &str) {
    eprintln!("{line}");
}

/// Logs go to standard error: warnings, or what `RUST_LOG` asks for.
pub(crate) fn log_on_stderr() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
