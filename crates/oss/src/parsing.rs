//! Where code is parsed: in this process, or in children that can be killed.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use axonry_core::Unknown;
use axonry_github::PullRequestFile;
use axonry_syntax::worker::{self, Worker, WorkerError, WorkerSettings};
use axonry_syntax::{ChangeScore, Scorer, Settings, Tables};

use crate::reading;

/// Scores changes for the process that started this one, until it closes the pipe: what the command
/// of [`OpenSourceBuilder::parse_apart`](crate::OpenSourceBuilder::parse_apart) is to do.
///
/// `settings` are those of the mechanism, whose tables come over the pipe; the child scores on one
/// thread, as its siblings do.
///
/// # Errors
/// When the scorer cannot be made, or a pipe fails.
pub fn serve_parsing(settings: Settings) -> Result<(), Box<dyn Error + Send + Sync>> {
    let settings = Settings {
        threads: Some(NonZeroUsize::MIN),
        ..settings
    };
    Ok(worker::serve_with_tables(settings)?)
}

/// What scores the code of a change.
#[derive(Debug)]
pub(crate) struct Parsing {
    /// Says what the rules are, and scores where there are no workers.
    scorer: Scorer,
    workers: Option<Workers>,
}

/// What scoring a change came to.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) score: ChangeScore,
    /// Why it is less than the texts are worth: it depends on the moment and is not to be kept.
    pub(crate) cut: Option<String>,
}

/// Child processes that score, each one change after the other.
pub(crate) struct Workers {
    command: Box<dyn Fn() -> Command + Send + Sync>,
    settings: WorkerSettings,
    idle: Mutex<Vec<Worker>>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Parsing {
    pub(crate) const fn new(scorer: Scorer, workers: Option<Workers>) -> Self {
        Self { scorer, workers }
    }

    pub(crate) const fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Scores a change; blocks while it does.
    ///
    /// # Errors
    /// When what was to score it failed. A change that brings that about itself, by being killed for
    /// its time or its crash, is worth nothing instead, as it is upstream.
    pub(crate) fn score(&self, files: &[PullRequestFile]) -> Result<Parsed, Unknown> {
        let change = reading::changes(files);
        let Some(workers) = &self.workers else {
            return match self.scorer.score_all(&[change]).pop() {
                Some(Ok(score)) => Ok(Parsed::new(score)),
                Some(Err(panicked)) => Err(Unknown::NotComputed(panicked.to_string())),
                None => Err(Unknown::NotComputed("no score came back".to_owned())),
            };
        };
        match workers.with(self.scorer.tables(), |worker| worker.score(&change)) {
            Ok(score) => Ok(Parsed::new(score)),
            // Our own defect, as it is without workers: nobody pays for it.
            Err(WorkerError::Panicked(panicked)) => Err(Unknown::NotComputed(panicked.to_string())),
            Err(error) if error.is_about_the_change() => Ok(Parsed {
                score: ChangeScore::isolation_timeout(&change),
                cut: Some(error.to_string()),
            }),
            Err(error) => Err(Unknown::NotComputed(axonry_neuron::chain_of(&error))),
        }
    }
}

impl Parsed {
    fn new(score: ChangeScore) -> Self {
        let cut = score
            .is_cut_short()
            .then(|| "it took too long to parse".to_owned());
        Self { score, cut }
    }
}

impl Workers {
    /// Workers whose children `command` starts; as many as are needed at once.
    pub(crate) fn new(
        command: Box<dyn Fn() -> Command + Send + Sync>,
        settings: WorkerSettings,
    ) -> Self {
        Self {
            command,
            settings,
            idle: Mutex::default(),
        }
    }

    fn with<T>(&self, tables: &Tables, work: impl FnOnce(&mut Worker) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let mut worker = waiting
            .unwrap_or_else(|| Worker::new((self.command)(), self.settings).with_tables(tables));
        let done = work(&mut worker);
        idle().push(worker);
        done
    }
}
