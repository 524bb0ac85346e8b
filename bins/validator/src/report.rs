//! What the program says: a table or a JSON object per round, one line for an error.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use axonry_neuron::{Ended, MinerReport, RoundReport};
use axonry_operations::{LogFormat, init_logs};
use serde::Serialize;
use tracing::warn;

use crate::requests::Requests;
use crate::weights::Prospect;

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
    /// What would become of the weights, in a round that sets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prospect: Option<Prospect>,
}

impl JsonRound<'_> {
    /// Prints the best miners, and whether the weights landed or would land.
    pub(crate) fn print_table(&self) {
        let mut text = table(self.report, &self.requests);
        if let Some(prospect) = &self.prospect {
            text.push_str(&prospect.lines());
        }
        tell(&text);
    }

    /// Prints the round on a line of its own.
    pub(crate) fn print(&self) {
        let line = serde_json::to_string(self).expect("a report is plain data");
        tell(&format!("{line}\n"));
    }
}

/// Writes to standard output. A reader that has gone away is no reason to stop validating.
pub(crate) fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        warn!(%error, "nobody reads what is printed");
    }
}

fn table(report: &RoundReport, requests: &Requests) -> String {
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
            plain(first.unknown.as_deref().unwrap_or_default()),
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "warning: {}", plain(warning));
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
    if let Some(health) = report
        .health
        .as_ref()
        .filter(|health| health.alarm || health.blocked)
    {
        let _ = writeln!(
            text,
            "ALARM: {} tempos since weights landed ({})",
            health
                .tempos_since_landed
                .map_or_else(|| "no".to_owned(), |tempos| format!("{tempos:.1}")),
            health.reason.unwrap_or("no reason known"),
        );
    }
    let _ = writeln!(text, "weights {}", report.landing);
    text
}

/// Keeps a line of the table on a line of the terminal.
fn cut(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= REASON {
        return text;
    }
    text.chars().take(REASON - 1).chain(['…']).collect()
}

/// Words that come from elsewhere must not steer the terminal they are shown on.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect()
}

fn score(miner: &MinerReport) -> String {
    miner.score.map_or_else(
        || "unknown".to_owned(),
        |score| format!("{:.6}", score.value()),
    )
}

/// Weights that landed, or a stop that was asked for, are 0; weights that did not land are 1.
pub(crate) fn exit_code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Done { landed: true } | Ended::Stopped => ExitCode::SUCCESS,
        Ended::Done { landed: false } => ExitCode::FAILURE,
    }
}

/// What could not be done is 2.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    say_on_stderr(&format!("error: {}", one_line(&format!("{error:#}"))));
    ExitCode::from(2)
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
pub(crate) fn log_on_stderr(form: LogFormat) {
    init_logs(form, &std::env::var("RUST_LOG").unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_elsewhere_neither_steer_the_terminal_nor_break_the_line() {
        assert_eq!(cut("a\u{1b}[2J\nb"), "a·[2J·b");
        let long = cut(&"ä".repeat(500));
        assert_eq!(long.chars().count(), REASON);
        assert!(long.ends_with('…'));
    }
}
