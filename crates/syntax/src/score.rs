//! What scoring a change says, file by file and together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::breakdown::Breakdown;
use crate::change::Change;
use crate::classification::short_name;

/// The score of a change.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct ChangeScore {
    /// Sum of the files' scores, in the order of their paths: no order of files moves a bit.
    pub total_score: f64,
    /// Sum of the files' counted nodes.
    pub total_nodes_scored: i64,
    /// Sum of the files' lines.
    pub total_lines: i64,
    /// Sum over the files compared by syntax; `None` when there is none.
    pub breakdown: Option<Breakdown>,
    /// Every file, in the order of the change.
    pub files: Vec<FileScore>,
    /// The same sums over the files of one category.
    pub by_category: BTreeMap<Category, CategoryScore>,
}

/// The sums over the files of one category.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct CategoryScore {
    /// Sum of the files' scores.
    pub total_score: f64,
    /// Sum of the files' counted nodes.
    pub total_nodes_scored: i64,
    /// Sum of the files' lines.
    pub total_lines: i64,
    /// Sum over the files compared by syntax; `None` when there is none.
    pub breakdown: Option<Breakdown>,
    /// Positions of the category's files in [`ChangeScore::files`].
    pub files: Vec<usize>,
}

/// The score of one file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct FileScore {
    /// The file's name without its directories.
    pub filename: String,
    /// What the file is worth.
    pub score: f64,
    /// Nodes that came or went, or counted lines of a non-code file.
    pub nodes_scored: i64,
    /// Changed lines; of a removed file its deleted lines.
    pub total_lines: i64,
    /// Whether it is a test, by its name or by tests inside it.
    pub is_test_file: bool,
    /// How the score came about.
    pub method: Method,
    /// What the comparison counted, for a file compared by syntax.
    pub breakdown: Option<Breakdown>,
}

/// How a file's score came about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// Both syntax trees were compared.
    TreeDiff,
    /// Changed lines were counted.
    LineCount,
    /// The file was removed.
    Skipped,
    /// There is no text after the change.
    SkippedBinary,
    /// A side has more than [`MAX_FILE_SIZE_BYTES`](crate::MAX_FILE_SIZE_BYTES).
    SkippedLarge,
    /// Nothing here can parse the file.
    SkippedUnsupported {
        /// The grammar the language table names and this build lacks: a matter of configuration.
        /// `None` when the table names no grammar for the extension, as upstream's does.
        language: Option<String>,
    },
    /// The file is not new, yet its text before the change is absent.
    SkippedMissingBase,
    /// One side took longer than [`ParseBudget::per_parse`](crate::ParseBudget::per_parse).
    TimedOut,
    /// A side might make the grammar's C code end the process, so neither was parsed: Kotlin
    /// sources with a thousand string interpolations, see `LANGUAGES.md`.
    SkippedHazard,
    /// The change took longer than [`ParseBudget::per_change`](crate::ParseBudget::per_change).
    SkippedIsolationTimeout,
}

impl Method {
    /// Upstream's name of the method (`scoring_method`); `timed-out` and `skipped-hazard` are our own.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::TreeDiff => "tree-diff",
            Self::LineCount => "line-count",
            Self::Skipped => "skipped",
            Self::SkippedBinary => "skipped-binary",
            Self::SkippedLarge => "skipped-large",
            Self::SkippedUnsupported { .. } => "skipped-unsupported",
            Self::SkippedMissingBase => "skipped-missing-base",
            Self::TimedOut => "timed-out",
            Self::SkippedHazard => "skipped-hazard",
            Self::SkippedIsolationTimeout => "skipped-isolation-timeout",
        }
    }
}

/// What a file counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Code that is no test, compared by syntax.
    Source,
    /// A test.
    Test,
    /// Everything else, skipped files included.
    NonCode,
}

impl Category {
    /// Upstream's name of the category.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Test => "test",
            Self::NonCode => "non_code",
        }
    }
}

impl FileScore {
    /// What the file counts as.
    pub fn category(&self) -> Category {
        match self.method {
            _ if self.is_test_file => Category::Test,
            Method::TreeDiff => Category::Source,
            _ => Category::NonCode,
        }
    }
}

impl ChangeScore {
    /// Adds up the files of a change in the order of their paths, where upstream goes by the order
    /// of the list. `files` are in the order of the change.
    pub(crate) fn of(change: &[Change<'_>], files: Vec<FileScore>) -> Self {
        let mut whole = CategoryScore::default();
        let mut by_category = BTreeMap::<_, CategoryScore>::new();
        let mut by_path: Vec<_> = files.iter().enumerate().collect();
        by_path.sort_by_key(|&(position, _)| change[position].filename);
        for (position, file) in by_path {
            whole.include(position, file);
            by_category
                .entry(file.category())
                .or_default()
                .include(position, file);
        }
        for category in by_category.values_mut() {
            category.files.sort_unstable();
        }
        Self {
            total_score: whole.total_score,
            total_nodes_scored: whole.total_nodes_scored,
            total_lines: whole.total_lines,
            breakdown: whole.breakdown,
            files,
            by_category,
        }
    }

    /// What upstream's `isolated_calculate_token_score` answers when its ten seconds are over or
    /// its process dies: every file is listed, and worth nothing.
    pub fn isolation_timeout(change: &[Change<'_>]) -> Self {
        let files = change.iter().map(|file| FileScore {
            filename: short_name(file.filename).to_owned(),
            score: 0.0,
            nodes_scored: 0,
            total_lines: file.changes,
            is_test_file: false,
            method: Method::SkippedIsolationTimeout,
            breakdown: None,
        });
        let mut score = Self::of(change, files.collect());
        score.by_category.clear();
        score
    }

    /// Score of all files compared by syntax, tests included; 0 when there is none.
    pub fn token_score(&self) -> f64 {
        self.breakdown
            .map_or(0.0, |breakdown| breakdown.total_score())
    }

    /// Score of the files compared by syntax that are no tests; 0 when there is none.
    pub fn source_token_score(&self) -> f64 {
        let source = self.by_category.get(&Category::Source);
        source
            .and_then(|source| source.breakdown)
            .map_or(0.0, |sum| sum.total_score())
    }

    /// Whether some file was too much for its parser, so that the score says too little.
    pub fn is_cut_short(&self) -> bool {
        let cut = [
            Method::TimedOut,
            Method::SkippedHazard,
            Method::SkippedIsolationTimeout,
        ];
        self.files.iter().any(|file| cut.contains(&file.method))
    }

    /// Languages of skipped files that the language table names and this build lacks, in file order.
    pub fn missing_languages(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|file| match &file.method {
            Method::SkippedUnsupported { language } => language.as_deref(),
            _ => None,
        })
    }
}

impl CategoryScore {
    fn include(&mut self, position: usize, file: &FileScore) {
        self.total_score += file.score;
        // Line counts come from outside, so their sums may leave the range of any integer.
        self.total_nodes_scored = self.total_nodes_scored.saturating_add(file.nodes_scored);
        self.total_lines = self.total_lines.saturating_add(file.total_lines);
        if let Some(breakdown) = file.breakdown {
            *self.breakdown.get_or_insert_default() += breakdown;
        }
        self.files.push(position);
    }
}
