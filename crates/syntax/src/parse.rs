//! Parsing under a budget.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// How much parsing a change may cost, in processor time and in steps of the parser.
///
/// Both are asked for every hundred steps. Steps decide first: they are counted, so that the same
/// file gets the same answer on every machine, and memory grows with them, by up to 0.35 kB each
/// on input made for it. Of ten thousand files at hand none took more than 3 steps per byte. Time
/// is that of the parsing thread's processor, as far as the system tells, so that a busy machine
/// does not make a file slow; ordinary sources need 0.15 s per megabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseBudget {
    /// Time for one side of one file. When it runs out, the file scores zero
    /// ([`Method::TimedOut`](crate::Method::TimedOut)), whichever side was slow. Upstream takes
    /// the slow side as empty, so that a slow base makes the whole head count as new; it gives two
    /// seconds by the clock.
    pub per_parse: Duration,
    /// Time for all files of a change together, summed over threads. When it runs out, the whole
    /// change scores zero
    /// ([`Method::SkippedIsolationTimeout`](crate::Method::SkippedIsolationTimeout)).
    pub per_change: Duration,
    /// Steps for each byte of a side, besides [`FREE_STEPS`](Self::FREE_STEPS) for every side.
    /// Running out is running out of time.
    pub steps_per_byte: u32,
}

impl ParseBudget {
    /// Steps that every text may take, however short.
    pub const FREE_STEPS: u64 = 100_000;

    fn steps(&self, text: &str) -> u64 {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        bytes
            .saturating_mul(u64::from(self.steps_per_byte))
            .saturating_add(Self::FREE_STEPS)
    }
}

impl Default for ParseBudget {
    fn default() -> Self {
        Self {
            per_parse: Duration::from_secs(1),
            per_change: Duration::from_secs(10),
            steps_per_byte: 16,
        }
    }
}

/// Steps of the parser between two looks at the budget (`OP_COUNT_PER_PARSER_TIMEOUT_CHECK`).
const STEPS_PER_LOOK: u64 = 100;

/// Stack of each thread that parses: address space, of which pages are taken when touched.
///
/// The parser core gives back its own stack by recursion (`stack_node_release` in its `stack.c`),
/// 96 bytes a step and at worst a step per token, so that a file of the greatest size can need
/// 96 MB where threads have two. Whoever parses elsewhere than in the pool loses the process.
pub(crate) const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Texts above this length are parsed one at a time by a scorer, for the sake of memory.
const LARGE_BYTES: usize = 128 * 1024;

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unparsed {
    /// The parser gave up because time or steps ran out.
    OutOfTime,
    /// The grammar's C code might end the process on this text.
    Hazard,
}

/// What is left of a change's budget, shared by the threads that parse its files.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    budget: ParseBudget,
    spent_nanos: AtomicU64,
    large: &'a LargeTexts,
}

/// The one thread that parses large texts, started with the first of them.
///
/// A thread keeps the memory that it once took for its next parse, so that turns taken by all
/// threads would cost as much as no turns at all.
#[derive(Debug, Default)]
pub(crate) struct LargeTexts(OnceLock<Option<ThreadPool>>);

impl LargeTexts {
    /// Runs `parse` when it is its turn; where no thread is to be had, on this one.
    fn in_turn<T: Send>(&self, parse: impl FnOnce() -> T + Send) -> T {
        let thread = self.0.get_or_init(|| {
            let builder = ThreadPoolBuilder::new().num_threads(1);
            let named = builder.thread_name(|_| "syntax-large".to_owned());
            named.stack_size(STACK_BYTES).build().ok()
        });
        match thread {
            Some(thread) => thread.install(parse),
            None => parse(),
        }
    }
}

impl<'a> Meter<'a> {
    pub(crate) const fn new(budget: ParseBudget, large: &'a LargeTexts) -> Self {
        Self {
            budget,
            spent_nanos: AtomicU64::new(0),
            large,
        }
    }

    /// Whether the change as a whole has used up its time.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.spent() >= self.budget.per_change
    }

    fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_nanos.load(Ordering::Relaxed))
    }

    /// Parses `text` within what is left, and hands the tree to `read`.
    ///
    /// A large text waits for its turn, and gives back what it took before the next one's.
    pub(crate) fn parse<T: Send>(
        &self,
        parser: &mut Parser,
        text: &str,
        read: impl FnOnce(&Tree) -> T + Send,
    ) -> Result<T, Unparsed> {
        if text.len() > LARGE_BYTES {
            self.large.in_turn(|| self.parse_here(parser, text, read))
        } else {
            self.parse_here(parser, text, read)
        }
    }

    fn parse_here<T>(
        &self,
        parser: &mut Parser,
        text: &str,
        read: impl FnOnce(&Tree) -> T,
    ) -> Result<T, Unparsed> {
        let limit = self
            .budget
            .per_parse
            .min(self.budget.per_change.saturating_sub(self.spent()));
        if limit.is_zero() {
            return Err(Unparsed::OutOfTime);
        }
        let started = processor_time();
        let elapsed = || processor_time().saturating_sub(started);
        let (mut steps, most) = (0, self.budget.steps(text));
        // The parser stops when the callback says `true`.
        let mut is_over = |_: &ParseState| {
            steps += STEPS_PER_LOOK;
            steps > most || elapsed() >= limit
        };
        let options = ParseOptions::new().progress_callback(&mut is_over);
        let bytes = text.as_bytes();
        let mut chunk = |offset: usize, _| bytes.get(offset..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut chunk, None, Some(options));
        let nanos = u64::try_from(elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent_nanos.fetch_add(nanos, Ordering::Relaxed);
        if tree.is_none() {
            // Here and now: its thread may take other files up before it drops the parser.
            parser.reset();
        }
        tree.as_ref().map(read).ok_or(Unparsed::OutOfTime)
    }
}

/// Processor time of this thread.
#[cfg(unix)]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Time by the clock, where there is no better.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
