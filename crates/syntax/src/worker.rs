//! A scorer in a child process, which a crash or a hang takes down instead of its parent.
//!
//! Grammars bring scanners written in C. The [parse budget](crate::ParseBudget) ends whatever the
//! parser core does, but not a scanner that loops or writes past its memory. A [`Worker`] runs the
//! same [`Scorer`](crate::Scorer) in a child of the same program, kills the child when a change
//! takes too long, and starts another one. The scores are the same to the bit.
//!
//! The program starts itself with an argument of its choice, and serves when it finds it:
//!
//! ```no_run
//! use std::env;
//! use std::process::Command;
//!
//! use axonry_syntax::worker::{self, Worker, WorkerSettings};
//! use axonry_syntax::{Change, GrammarSet, Scorer, Tables};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! if env::args().nth(1).as_deref() == Some("score-changes") {
//!     return Ok(worker::serve(&Scorer::new(Tables::upstream(), GrammarSet::Parity)?)?);
//! }
//! let mut command = Command::new(env::current_exe()?);
//! command.arg("score-changes");
//! let mut worker = Worker::new(command, WorkerSettings::default());
//! let change: Vec<Change<'_>> = Vec::new();
//! println!("{}", worker.score(&change)?.total_score);
//! # Ok(())
//! # }
//! ```
//!
//! The child says nothing else on its standard output, and ends with its parent: it leaves when
//! its standard input closes, even in the middle of a change. On Linux its memory is
//! [bounded](WorkerSettings::memory) as soon as it is up; running into that bound is one change's
//! crash.
//!
//! This is the one part of the crate that does I/O, over the child's two pipes. Calls block: from
//! async code make them in `spawn_blocking`.

mod child;
mod frame;
mod limit;
mod message;
mod serve;

use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use self::child::{Child, Unanswered};
pub use self::frame::MAX_FRAME_BYTES;
use self::message::Answer;
pub use self::serve::{serve, serve_on, serve_with_tables};
use crate::change::Change;
use crate::score::ChangeScore;
use crate::tables::Tables;

/// A child process that scores one change after the other.
#[derive(Debug)]
pub struct Worker {
    command: Command,
    settings: WorkerSettings,
    tables: Option<Vec<u8>>,
    child: Option<Child>,
    failed_starts: u32,
    starts: u64,
}

/// What a [`Worker`]'s child may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerSettings {
    /// Wall-clock time for one change. It should exceed
    /// [`ParseBudget::per_change`](crate::ParseBudget::per_change), which answers with more detail.
    pub per_change: Duration,
    /// Wall-clock time for a child to come up, which no change is charged for.
    pub start: Duration,
    /// How many children in a row may fail to come up before no more are tried. A child that came
    /// up and was then killed by a change does not count: whoever writes changes could otherwise
    /// put an end to all scoring.
    pub failed_starts: u32,
    /// Bytes a child may take besides those it has when it has come up; beyond them it dies of its
    /// change. Only Linux can bound another process: elsewhere anything but `None`, the default
    /// there, is an error.
    pub memory: Option<u64>,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            per_change: Duration::from_secs(15),
            start: Duration::from_secs(10),
            failed_starts: 3,
            memory: cfg!(target_os = "linux").then_some(1 << 30),
        }
    }
}

/// Why a [`Worker`] did not score a change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The change took too long; its child was killed.
    #[error("scoring the change took longer than {limit:?}: the worker process was killed")]
    TimedOut {
        /// What a change may take.
        limit: Duration,
    },
    /// The child ended in the middle of the change.
    #[error("the worker process ended while it scored the change{}", ended(*.status))]
    Died {
        /// How it ended, where the system says so.
        status: Option<ExitStatus>,
    },
    /// Scoring the change panicked in the child, which lives on.
    #[error(transparent)]
    Panicked(#[from] crate::ChangePanicked),
    /// The change's texts are too long to be sent.
    #[error("the change takes {bytes} bytes to send, of {MAX_FRAME_BYTES} at most")]
    TooLarge {
        /// Bytes of the encoded change.
        bytes: usize,
    },
    /// The operating system did not start the child.
    #[error("could not start the worker process")]
    Start(#[source] io::Error),
    /// The child's memory could not be bounded.
    #[error("could not bound the memory of the worker process")]
    Limit(#[source] io::Error),
    /// The child ended or kept silent instead of saying that it is ready.
    #[error("the worker process did not come up: its command must call `worker::serve`")]
    Silent,
    /// The child is of another build.
    #[error("the worker process speaks `{theirs}`, not `{ours}`: start the same program")]
    Stranger {
        /// What this build calls itself.
        ours: String,
        /// What the child calls itself.
        theirs: String,
    },
    /// So many children in a row did not come up that no more are tried.
    #[error("{starts} worker processes in a row did not come up: no more are started")]
    GivenUp {
        /// How many.
        starts: u32,
    },
    /// The child's answer could not be read.
    #[error("could not read the worker process's answer")]
    Garbled(#[source] serde_json::Error),
}

impl WorkerError {
    /// Whether the change brought it about, so that trying it again would end the same way and
    /// other changes are not concerned. Upstream gives such a change
    /// [`ChangeScore::isolation_timeout`].
    pub const fn is_about_the_change(&self) -> bool {
        matches!(
            self,
            Self::TimedOut { .. } | Self::Died { .. } | Self::Panicked(_) | Self::TooLarge { .. }
        )
    }
}

/// Whether a child has seen its best days: of what a parse took that was cut off an allocator gives
/// little back, and the next change must not pay for that.
fn is_spent(answer: &Answer) -> bool {
    match answer {
        Answer::Score(score) => score.is_cut_short(),
        Answer::Panicked => true,
    }
}

fn ended(status: Option<ExitStatus>) -> String {
    status.map_or_else(String::new, |status| format!(" ({status})"))
}

impl Worker {
    /// Makes a worker whose children are started by `command`, the first with the first change.
    ///
    /// Standard input and output of the command become the worker's pipes.
    pub fn new(mut command: Command, settings: WorkerSettings) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self {
            command,
            settings,
            tables: None,
            child: None,
            failed_starts: 0,
            starts: 0,
        }
    }

    /// Sends these tables to every child it starts, which must
    /// [take them](serve_with_tables): whatever becomes of the files they were read from, all
    /// children weigh alike.
    #[must_use]
    pub fn with_tables(mut self, tables: &Tables) -> Self {
        self.tables = Some(message::encode_tables(tables));
        self
    }

    /// Scores one change in the child, its files in parallel there.
    ///
    /// # Errors
    ///
    /// Those for which [`WorkerError::is_about_the_change`] holds say that this change cannot be
    /// scored; the next one gets a new child if need be. The others say that there is no worker.
    pub fn score(&mut self, change: &[Change<'_>]) -> Result<ChangeScore, WorkerError> {
        let request = message::encode(change);
        if request.len() > MAX_FRAME_BYTES {
            let bytes = request.len();
            return Err(WorkerError::TooLarge { bytes });
        }
        let mut child = self.ready_child()?;
        let limit = self.settings.per_change;
        match child.ask(request, limit) {
            Ok(answer) => {
                let answer = serde_json::from_slice(&answer).map_err(WorkerError::Garbled)?;
                if is_spent(&answer) {
                    drop(child);
                } else {
                    self.child = Some(child);
                }
                match answer {
                    Answer::Score(score) => Ok(score),
                    Answer::Panicked => Err(crate::ChangePanicked.into()),
                }
            }
            Err(Unanswered::TimedOut) => Err(WorkerError::TimedOut { limit }),
            Err(Unanswered::Closed) => Err(WorkerError::Died {
                status: child.end(),
            }),
        }
    }

    /// How many children have come up so far: more than one says that changes ended the others.
    pub const fn starts(&self) -> u64 {
        self.starts
    }

    /// The child that answered last if it still lives, or a new one that has said hello.
    fn ready_child(&mut self) -> Result<Child, WorkerError> {
        if let Some(mut child) = self.child.take()
            && child.is_alive()
        {
            return Ok(child);
        }
        if self.failed_starts >= self.settings.failed_starts {
            let starts = self.failed_starts;
            return Err(WorkerError::GivenUp { starts });
        }
        self.failed_starts += 1;
        let mut child =
            Child::start(&mut self.command, self.tables.clone()).map_err(WorkerError::Start)?;
        let hello = child.hello(self.settings.start);
        let hello = hello.map_err(|_| WorkerError::Silent)?;
        let ours = message::hello();
        if hello != ours.as_bytes() {
            let theirs = String::from_utf8_lossy(&hello).chars().take(80).collect();
            return Err(WorkerError::Stranger { ours, theirs });
        }
        if let Some(bytes) = self.settings.memory {
            child.limit_memory(bytes).map_err(WorkerError::Limit)?;
        }
        self.failed_starts = 0;
        self.starts += 1;
        Ok(child)
    }
}
