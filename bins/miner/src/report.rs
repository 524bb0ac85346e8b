//! What the program prints.

use std::fmt::{self, Display, Formatter};
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use axonry_oss::MinerTrace;
use serde::Serialize;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// What a miner's work is worth, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Where the work was read.
    pub(crate) source: String,
    /// The moment it is judged by.
    pub(crate) at: String,
    /// What is taken for granted.
    pub(crate) assumptions: Vec<String>,
    /// What went wrong without an end to it all.
    pub(crate) warnings: Vec<String>,
    /// The work and its worth, as the mechanism tells it. Shares are as if nobody else scored.
    pub(crate) trace: MinerTrace,
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}, as of {}", self.source, self.at)?;
        for assumption in &self.assumptions {
            writeln!(formatter, "  assumed: {assumption}")?;
        }
        for warning in &self.warnings {
            writeln!(formatter, "  warning: {warning}")?;
        }
        // Its first line names the key, which stands for nobody here.
        let trace = self.trace.to_string();
        let trace = trace.split_once('\n').map_or("", |(_, rest)| rest);
        write!(formatter, "\n{}", trace.trim_end())?;
        write!(
            formatter,
            "\n\nParts of the emission are as if no other miner scored: the most that they can be."
        )
    }
}

/// Prints the answer, or why there is none: as JSON one object either way.
pub(crate) fn print(answer: Result<Report>, is_json: bool) -> ExitCode {
    match answer {
        Ok(report) => {
            let text = if is_json {
                serde_json::to_string(&report).expect("names and numbers are JSON")
            } else {
                report.to_string()
            };
            say(&text);
            ExitCode::SUCCESS
        }
        Err(error) => {
            refuse(&one_line(&format!("{error:#}")), is_json);
            ExitCode::FAILURE
        }
    }
}

/// Says why there is no answer: on standard error, and as JSON on standard output.
pub(crate) fn refuse(why: &str, is_json: bool) {
    if is_json {
        say(&json!({ "error": why }).to_string());
    }
    say_on_stderr(&format!("error: {why}"));
}

fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

#[expect(clippy::print_stdout, reason = "the program's result")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "standard output is for results")]
fn say_on_stderr(line: &str) {
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
