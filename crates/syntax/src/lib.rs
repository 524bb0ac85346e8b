#![doc = include_str!("../README.md")]

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
