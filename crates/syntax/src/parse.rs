//! Parsing under a budget.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// How much parser time a change may take.
///
/// Time is measured around the parser alone, on a monotonic clock, and checked every hundred
/// steps of the parser. Ordinary sources need about 0.15 s per megabyte, so only input made to be
/// slow comes near the defaults, which are upstream's (2 s per parse, 10 s per pull request). Raise
/// them with care: on input made for it the parser's memory grows for as long as it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseBudget {
    /// Time for one side of one file. When it runs out, the file scores zero
    /// ([`Method::TimedOut`](crate::Method::TimedOut)), whichever side was slow. Upstream takes
    /// the slow side as empty, so that a slow base makes the whole head count as new.
    pub per_parse: Duration,
    /// Time for all files of a change together, summed over threads. When it runs out, the whole
    /// change scores zero
    /// ([`Method::SkippedIsolationTimeout`](crate::Method::SkippedIsolationTimeout)).
    pub per_change: Duration,
}

impl Default for ParseBudget {
    fn default() -> Self {
        Self {
            per_parse: Duration::from_secs(2),
            per_change: Duration::from_secs(10),
        }
    }
}

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unparsed {
    /// The parser gave up because time ran out.
    OutOfTime,
    /// The grammar's C code might end the process on this text.
    Hazard,
}

/// What is left of a change's budget, shared by the threads that parse its files.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: ParseBudget,
    spent_nanos: AtomicU64,
}

impl Meter {
    pub(crate) fn new(budget: ParseBudget) -> Self {
        Self {
            budget,
            spent_nanos: AtomicU64::new(0),
        }
    }

    /// Whether the change as a whole has used up its time.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.spent() >= self.budget.per_change
    }

    fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_nanos.load(Ordering::Relaxed))
    }

    /// Parses `text` within the time that is left.
    ///
    /// After [`Unparsed::OutOfTime`] the parser holds a half-read document and must not be used again.
    pub(crate) fn parse(&self, parser: &mut Parser, text: &str) -> Result<Tree, Unparsed> {
        let started = Instant::now();
        let limit = self
            .budget
            .per_parse
            .min(self.budget.per_change.saturating_sub(self.spent()));
        if limit.is_zero() {
            return Err(Unparsed::OutOfTime);
        }
        // The parser stops when the callback says `true`.
        let mut is_over = |_: &ParseState| started.elapsed() >= limit;
        let options = ParseOptions::new().progress_callback(&mut is_over);
        let bytes = text.as_bytes();
        let mut read = |offset: usize, _| bytes.get(offset..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent_nanos.fetch_add(nanos, Ordering::Relaxed);
        tree.ok_or(Unparsed::OutOfTime)
    }
}
