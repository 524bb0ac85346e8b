//! How much code a change contains: tree-sitter token scores of pull requests.
//!
//! A changed file is parsed twice, before and after; the two syntax trees are compared as
//! multisets of nodes, and every node that came or went is worth what the weight tables say.
//! Moving code, re-indenting it or commenting on it is worth nothing. Use this crate when you
//! want to know how much was *written*, whatever the number of lines.
//!
//! The rules and the tables are those of `entrius/gittensor` 5.0.0
//! (`gittensor/validator/utils/tree_sitter_scoring.py`, `gittensor/classes.py`), reproduced to
//! the bit for sources without syntax errors.
//!
//! ```
//! use axonry_syntax::{Change, ChangeStatus, GrammarSet, Method, Scorer, Tables};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scorer = Scorer::new(Tables::upstream(), GrammarSet::Parity)?;
//! let score = scorer.score(&[Change {
//!     filename: "src/greet.py",
//!     status: ChangeStatus::Modified,
//!     deletions: 1,
//!     changes: 3,
//!     base: Some("def greet():\n    return 'hi'\n"),
//!     head: Some("def greet(name):\n    return 'hi ' + name\n"),
//! }]);
//! assert_eq!(score.files[0].method, Method::TreeDiff);
//! assert!(score.source_token_score() > 0.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Languages
//!
//! The language table names 67 grammars; a build contains those whose feature is on, of 38. By
//! default they are the languages most pull requests are in: Bash, C, C++, CSS, Dockerfile, Go,
//! HTML, Java, JavaScript, Python, Ruby, Rust, TypeScript and TSX. [`GrammarSet`] says which of a
//! build's grammars score; `LANGUAGES.md` beside the manifest lists every grammar with its feature,
//! crate, version, and how its scores compare with upstream's, and [`Scorer::grammars`] says the
//! same of a scorer.
//!
//! A file in a language the table names but the scorer lacks is not zero by accident: its
//! [`Method::SkippedUnsupported`] carries the language, and [`Scorer::missing_languages`] lists
//! them all. Trees of sources *with* syntax errors come from the parser core's error recovery,
//! which differs between versions (upstream: 0.24, here: 0.25).
//!
//! # Hostile input
//!
//! Nothing here recurses on the depth of the input, and threads that parse have the stack for what
//! the parser core recurses on. Files above 1 000 000 bytes are not parsed. Every parse has a
//! [budget](ParseBudget), and so has the change as a whole; running out is reported
//! ([`Method::TimedOut`], [`Method::SkippedIsolationTimeout`]), never guessed around. The clock
//! behind the budget is the only thing read besides the arguments; within the budget the same
//! input gives the same bits on any number of threads.
//!
//! The budget is also what bounds memory: a thread holds one tree at a time, texts above 128 kB are
//! parsed one after the other by one thread, and the parser takes at most 0.35 kB per counted step:
//! no file tried, of many made to be costly, took more than 0.5 GB. Dense but ordinary code takes 0.1
//! to 0.2 kB per byte. Whoever must hold a harder line, or survive a defect
//! in a grammar's C code, scores in a process of its own, whose memory has a bound: see `worker`,
//! behind the feature of that name.
//!
//! # What this crate does not know
//!
//! GitHub, pull requests, miners, or what a token score is worth: see `axonry-scoring` for that.

mod breakdown;
mod change;
mod classification;
mod file;
mod grammar;
mod parse;
mod score;
mod scorer;
mod tables;
mod tree_diff;
#[cfg(feature = "worker")]
pub mod worker;

pub use breakdown::{Breakdown, Tally};
pub use change::{Change, ChangeStatus};
pub use classification::{
    MAX_FILE_SIZE_BYTES, MAX_LINES_SCORED, NON_CODE_EXTENSIONS, extension, has_inline_tests,
    is_non_code, is_test_file, short_name,
};
pub use grammar::{GrammarSet, GrammarSource, Upstream};
pub use parse::ParseBudget;
pub use score::{Category, CategoryScore, ChangeScore, FileScore, Method};
pub use scorer::{ChangePanicked, CompareError, Scorer, ScorerError, Settings};
pub use tables::{LanguageEntry, Tables, TablesError};
