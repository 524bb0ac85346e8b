//! Scoring whole changes, on a pool of threads made once.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::breakdown::Breakdown;
use crate::change::Change;
use crate::file;
use crate::grammar::{GrammarSet, GrammarSource, Grammars, Treatment};
use crate::parse::{LargeTexts, Meter, ParseBudget, STACK_BYTES, Unparsed};
use crate::score::ChangeScore;
use crate::tables::Tables;
use crate::tree_diff;

/// Scores changes.
///
/// Holds the weight tables, the grammars and a pool of threads; make one per process and share it
/// by reference. It is CPU work: from async code call it in `spawn_blocking`.
#[derive(Debug)]
pub struct Scorer {
    tables: Tables,
    grammars: Grammars,
    budget: ParseBudget,
    large: LargeTexts,
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
    /// A text might make the grammar's C code end the process.
    #[error("the grammar might abort on this text: it is not parsed")]
    Hazard,
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
        let grammars = Grammars::load(settings.grammars)
            .map_err(|(name, source)| ScorerError::Grammar { name, source })?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.threads.map_or(0, NonZeroUsize::get))
            .thread_name(|index| format!("syntax-{index}"))
            .stack_size(STACK_BYTES)
            .build()
            .map_err(ScorerError::Threads)?;
        Ok(Self {
            tables,
            grammars,
            budget: settings.budget,
            large: LargeTexts::default(),
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
    /// [`CompareError::TimedOut`] when a side takes longer than the budget allows,
    /// [`CompareError::Hazard`] when parsing a side could end the process.
    pub fn compare(
        &self,
        language: &str,
        base: Option<&str>,
        head: Option<&str>,
    ) -> Result<Breakdown, CompareError> {
        match self.grammars.treatment(language, &self.tables) {
            Treatment::Parse(grammar) => {
                let meter = Meter::new(self.budget, &self.large);
                self.pool
                    .install(|| tree_diff::diff(grammar, base, head, &meter))
                    .map_err(|unparsed| match unparsed {
                        Unparsed::OutOfTime => CompareError::TimedOut {
                            budget: self.budget.per_parse,
                        },
                        Unparsed::Hazard => CompareError::Hazard,
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

    /// The grammars this scorer parses with, and where they come from, by name.
    pub fn grammars(&self) -> impl Iterator<Item = &GrammarSource> {
        self.grammars.sources()
    }

    /// Grammars the language table names and this scorer lacks, in order.
    pub fn missing_languages(&self) -> BTreeSet<&str> {
        let named = self
            .tables
            .languages()
            .filter_map(|(_, entry)| entry.language.as_deref());
        named
            .filter(|name| self.grammars.is_missing(name))
            .collect()
    }

    fn score_here(&self, change: &[Change<'_>]) -> ChangeScore {
        let texts: HashMap<_, _> = change
            .iter()
            .map(|file| (file.filename, (file.base, file.head)))
            .collect();
        let meter = Meter::new(self.budget, &self.large);
        let files = change
            .par_iter()
            .map(|file| {
                let (base, head) = texts[file.filename];
                let file = Change {
                    base,
                    head,
                    ..*file
                };
                file::score(&file, &self.tables, &self.grammars, &meter)
            })
            .collect();
        if meter.is_exhausted() {
            ChangeScore::isolation_timeout(change)
        } else {
            ChangeScore::of(change, files)
        }
    }
}
