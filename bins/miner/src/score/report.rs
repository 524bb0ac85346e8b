//! What `miner score` prints.

use std::fmt::{self, Display, Formatter};

use axonry_oss::MinerTrace;
use serde::Serialize;

use crate::report::Answer;

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

impl Answer for Report {}
