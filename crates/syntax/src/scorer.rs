//! Scoring whole changes, on a pool of threads made once.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::breakdown::Breakdown;
use crate::change::{Change, ChangeStatus};
use crate::classification::{
    MAX_FILE_SIZE_BYTES, MAX_LINES_SCORED, extension, has_inline_tests, is_non_code, is_test_file,
    short_name,
};
use crate::grammar::{GrammarSet, Grammars, Treatment};
use crate::parse::{Meter, ParseBudget};
use crate::score::{ChangeScore, FileScore, Method};
use crate::tables::Tables;
use crate::tree_diff;

/// What a test file is worth, as a part of what it were worth as source.
const TEST_FILE_WEIGHT: f64 = 0.05;
/// Weight of a non-code file whose extension the language table lacks.
const DEFAULT_LANGUAGE_WEIGHT: f64 = 0.12;
/// Weight of a parsed file whose extension the language table lacks; none can be.
const NEUTRAL_WEIGHT: f64 = 1.0;

/// Scores changes.
///
/// Holds the weight tables, the grammars and a pool of threads; make one per process and share it
/// by reference. It is CPU work: from async code call it in `spawn_blocking`.
#[derive(Debug)]
pub struct Scorer {
    tables: Tables,
    grammars: Grammars,
    budget: ParseBudget,
    pool: ThreadPool,
}

/// How a [`Scorer`] works.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Which languages score as code.
    pub grammars: GrammarSet,
    /// How much parser time a change may take.
    pub budget: ParseBudget,
    /// Threads that parse; `None` is one per core. Scores do not depend on it.
    pub threads: Option<NonZeroUsize>,
}

/// Why a [`Scorer`] cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScorerError {
    /// A grammar crate and the parser core do not fit each other.
    #[error("the parser core refuses the grammar `{name}`: build with a version that fits")]
    Grammar {
        /// Name of the grammar.
        name: &'static str,
        /// What does not fit.
        #[source]
        source: tree_sitter::LanguageError,
    },
    /// The operating system gave no threads.
    #[error("could not start the threads that parse")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

/// Why two texts cannot be compared.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// This build has no such grammar.
    #[error("no grammar `{language}` in this build: turn on the feature that has it")]
    Unsupported {
        /// The grammar's name.
        language: String,
    },
    /// A text takes too long to parse.
    #[error("parsing took longer than {budget:?}")]
    TimedOut {
        /// What one parse may take.
        budget: Duration,
    },
}

/// Scoring a change panicked: a defect in this crate or in a grammar, not a fact about the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scoring the change panicked: its score is unknown, please report the change")]
pub struct ChangePanicked;

impl Scorer {
    /// Makes a scorer with the default budget and one thread per core.
    ///
    /// # Errors
    ///
    /// [`ScorerError::Grammar`] when a grammar does not fit the parser core,
    /// [`ScorerError::Threads`] when no threads can be started.
    pub fn new(tables: Tables, grammars: GrammarSet) -> Result<Self, ScorerError> {
        Self::with_settings(
            tables,
            Settings {
                grammars,
                ..Settings::default()
            },
        )
    }

    /// Makes a scorer.
    ///
    /// # Errors
    ///
    /// As [`Scorer::new`].
    pub fn with_settings(tables: Tables, settings: Settings) -> Result<Self, ScorerError> {
        let grammars = Grammars::load(&tables, settings.grammars)
            .map_err(|(name, source)| ScorerError::Grammar { name, source })?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.threads.map_or(0, NonZeroUsize::get))
            .thread_name(|index| format!("syntax-{index}"))
            .build()
            .map_err(ScorerError::Threads)?;
        Ok(Self {
            tables,
            grammars,
            budget: settings.budget,
            pool,
        })
    }

    /// Scores one change, its files in parallel.
    ///
    /// Files that share a name are all scored with the texts of the last of them, as upstream
    /// does (`calculate_token_score_from_file_changes`).
    ///
    /// # Panics
    ///
    /// On a defect in this crate or in a grammar; [`Scorer::score_all`] contains it.
    pub fn score(&self, change: &[Change<'_>]) -> ChangeScore {
        self.pool.install(|| self.score_here(change))
    }

    /// Scores many changes, all their files in parallel; answers come in the order of the changes.
    ///
    /// A panic while scoring one change is that change's answer and does not touch the others.
    pub fn score_all<'a, C>(&self, changes: &[C]) -> Vec<Result<ChangeScore, ChangePanicked>>
    where
        C: AsRef<[Change<'a>]> + Sync,
    {
        let contained = |change: &C| {
            // The scorer is only read, and what a panic leaves half-built is dropped with it.
            catch_unwind(AssertUnwindSafe(|| self.score_here(change.as_ref())))
                .map_err(|_| ChangePanicked)
        };
        self.pool
            .install(|| changes.par_iter().map(contained).collect())
    }

    /// Compares two texts of one language, before any weight of language or file; an absent or
    /// empty side has no nodes (upstream's `score_tree_diff`).
    ///
    /// `language` is a grammar's name as the language table spells it.
    ///
    /// # Errors
    ///
    /// [`CompareError::Unsupported`] when the build has no such grammar,
    /// [`CompareError::TimedOut`] when a side takes longer than the budget allows.
    pub fn compare(
        &self,
        language: &str,
        base: Option<&str>,
        head: Option<&str>,
    ) -> Result<Breakdown, CompareError> {
        match self.grammars.treatment(language) {
            Treatment::Parse(grammar) => {
                tree_diff::diff(grammar, base, head, &Meter::new(self.budget)).map_err(|_| {
                    CompareError::TimedOut {
                        budget: self.budget.per_parse,
                    }
                })
            }
            Treatment::Nothing => Ok(Breakdown::default()),
            Treatment::Missing => Err(CompareError::Unsupported {
                language: language.to_owned(),
            }),
        }
    }

    /// The tables this scorer weighs with.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Grammars the language table names and this build lacks, in order.
    pub fn missing_languages(&self) -> BTreeSet<&str> {
        let named = self
            .tables
            .languages()
            .filter_map(|(_, entry)| entry.language.as_deref());
        named
            .filter(|name| matches!(self.grammars.treatment(name), Treatment::Missing))
            .collect()
    }

    fn score_here(&self, change: &[Change<'_>]) -> ChangeScore {
        let texts: HashMap<_, _> = change
            .iter()
            .map(|file| (file.filename, (file.base, file.head)))
            .collect();
        let meter = Meter::new(self.budget);
        let files = change
            .par_iter()
            .map(|file| {
                let (base, head) = texts[file.filename];
                self.score_file(
                    &Change {
                        base,
                        head,
                        ..*file
                    },
                    &meter,
                )
            })
            .collect();
        if meter.is_exhausted() {
            isolation_timeout(change)
        } else {
            ChangeScore::of(files)
        }
    }

    /// Scores one file; the first rule that applies wins.
    fn score_file(&self, file: &Change<'_>, meter: &Meter) -> FileScore {
        let extension = extension(file.filename);
        let is_test_file = is_test_file(file.filename);
        let skipped = |method| FileScore {
            filename: short_name(file.filename).to_owned(),
            score: 0.0,
            nodes_scored: 0,
            total_lines: file.changes,
            is_test_file,
            method,
            breakdown: None,
        };
        let entry = self.tables.language(&extension);

        if file.status == ChangeStatus::Removed {
            return FileScore {
                total_lines: file.deletions,
                ..skipped(Method::Skipped)
            };
        }
        if is_non_code(&extension) {
            let lines = file.changes.min(MAX_LINES_SCORED);
            let weight = entry.map_or(DEFAULT_LANGUAGE_WEIGHT, |entry| entry.weight);
            return FileScore {
                score: weight * float(lines) * file_weight(is_test_file),
                nodes_scored: lines,
                ..skipped(Method::LineCount)
            };
        }
        let Some(head) = file.head else {
            return skipped(Method::SkippedBinary);
        };
        let is_large = |text: &str| text.len() > MAX_FILE_SIZE_BYTES;
        if is_large(head) || file.base.is_some_and(is_large) {
            return skipped(Method::SkippedLarge);
        }
        let Some(language) = entry.and_then(|entry| entry.language.as_deref()) else {
            return skipped(Method::SkippedUnsupported { language: None });
        };
        let treatment = self.grammars.treatment(language);
        if matches!(treatment, Treatment::Missing) {
            return skipped(Method::SkippedUnsupported {
                language: Some(language.to_owned()),
            });
        }
        if file.status != ChangeStatus::Added && file.base.is_none() {
            return skipped(Method::SkippedMissingBase);
        }

        let difference = match treatment {
            Treatment::Parse(grammar) => tree_diff::diff(grammar, file.base, file.head, meter),
            Treatment::Nothing | Treatment::Missing => Ok(Breakdown::default()),
        };
        let Ok(difference) = difference else {
            return skipped(Method::TimedOut);
        };
        let is_test_file = is_test_file || has_inline_tests(head, &extension);
        let language_weight = entry.map_or(NEUTRAL_WEIGHT, |entry| entry.weight);
        let breakdown = difference.scaled(language_weight * file_weight(is_test_file));
        let nodes = breakdown.added_count() + breakdown.deleted_count();
        FileScore {
            score: breakdown.total_score(),
            nodes_scored: i64::try_from(nodes).expect("a file has fewer nodes than bytes"),
            is_test_file,
            breakdown: Some(breakdown),
            ..skipped(Method::TreeDiff)
        }
    }
}

const fn file_weight(is_test_file: bool) -> f64 {
    if is_test_file { TEST_FILE_WEIGHT } else { 1.0 }
}

/// At most [`MAX_LINES_SCORED`]; a count below -2^53, which no source sends, loses its last digits.
const fn float(lines: i64) -> f64 {
    lines as f64
}

/// What upstream's `isolated_calculate_token_score` answers when its ten seconds are over.
fn isolation_timeout(change: &[Change<'_>]) -> ChangeScore {
    let files = change.iter().map(|file| FileScore {
        filename: short_name(file.filename).to_owned(),
        score: 0.0,
        nodes_scored: 0,
        total_lines: file.changes,
        is_test_file: false,
        method: Method::SkippedIsolationTimeout,
        breakdown: None,
    });
    let mut score = ChangeScore::of(files.collect());
    score.by_category.clear();
    score
}
