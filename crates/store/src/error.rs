use std::io;
use std::path::PathBuf;

use axonry_core::BlockHash;

use crate::Location;

/// Why something could not be kept or found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no state.
    #[error(
        "there is no state at `{location}`: restore it from a copy, or say that this is a new start"
    )]
    Missing {
        /// Where it should be.
        location: Location,
    },
    /// There is a state already.
    #[error(
        "there is a state at `{location}` already, and it is not replaced: choose another place"
    )]
    Exists {
        /// Where it is.
        location: Location,
    },
    /// What should be new holds something.
    #[error("the state at `{location}` is not empty, and what it holds is not replaced")]
    NotEmpty {
        /// Where it is.
        location: Location,
    },
    /// The folder or the file cannot be made.
    #[error("cannot make or reach `{path}` for the state")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The state cannot be opened, or is no database.
    #[error(
        "cannot open the state `{location}`: restore it from a copy, or move it away to start anew"
    )]
    Open {
        /// Where it is.
        location: Location,
        /// The database's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The file may not be written to.
    #[error("the state file `{path}` is read-only: make it writable for this user")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is a database of another program.
    #[error("`{location}` is a database of another program: choose another place for the state")]
    Foreign {
        /// Where it is.
        location: Location,
    },
    /// The file can be opened and is damaged.
    #[error(
        "the state file `{path}` is damaged ({reason}): restore it from a copy, or move it away \
         to start anew"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        reason: String,
    },
    /// The state was made with another chain.
    #[error(
        "the state `{location}` belongs to the chain with genesis {stored}, this one has {given}: \
         keep a state for each network"
    )]
    OtherChain {
        /// Where it is.
        location: Location,
        /// The chain the state was made with.
        stored: String,
        /// The chain at hand.
        given: BlockHash,
    },
    /// Another process has it.
    #[error(
        "the state `{location}` is in use by another process: two validators must not share it"
    )]
    InUse {
        /// Where it is.
        location: Location,
    },
    /// Written by another release.
    #[error(
        "the state `{location}` has version {found}, this program knows up to {known}: use the \
         newer release"
    )]
    Newer {
        /// Where it is.
        location: Location,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The copy to make before the tables change could not be made, so they were not changed.
    #[error("cannot copy the state to `{path}` before changing its form: make space for it")]
    Backup {
        /// The copy.
        path: PathBuf,
        /// The reason.
        #[source]
        source: sqlx::Error,
    },
    /// Built without what a database server needs.
    #[error("this program was built without PostgreSQL: give the path of a file")]
    NotSupported,
    /// A statement failed.
    #[error("could not {what}")]
    Statement {
        /// What was being done.
        what: &'static str,
        /// The database's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The disk is full, and what is left is kept for the journal: weights still land.
    #[error("could not {what}: no space for history, make some on the state's disk")]
    HistoryPaused {
        /// What was being done.
        what: &'static str,
    },
    /// What was to be kept is longer than that is allowed to be.
    #[error("{what} has {bytes} bytes, and {limit} are kept at most")]
    TooLarge {
        /// What it is.
        what: String,
        /// Its length.
        bytes: usize,
        /// The most that is kept.
        limit: usize,
    },
    /// A row holds what no release ever wrote.
    #[error("{table} holds a row that cannot be read ({reason}): restore the state from a copy")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The round has a vector already.
    #[error(
        "round {round} of subnet {netuid} has a vector that may still land or has landed: nothing \
         is submitted twice"
    )]
    Conflict {
        /// The subnet.
        netuid: u16,
        /// The round.
        round: u64,
    },
    /// A line of the journal that is over cannot change.
    #[error("line {line} of the journal is over, or was never written")]
    Closed {
        /// The line.
        line: i64,
    },
    /// An export could not be written or read.
    #[error("cannot write or read the export `{path}`")]
    Transfer {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The file is no whole export.
    #[error("`{path}` is no whole export of a state ({reason}): export it again")]
    NotAnExport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without anybody's help (a full disk, a busy file, a
    /// database server that starts again).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::HistoryPaused { .. } => true,
            Self::Statement { source, .. } => match source {
                sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
                sqlx::Error::Database(_) => {
                    // 5 SQLITE_BUSY, 6 SQLITE_LOCKED.
                    self.is_full()
                        || self
                            .sqlite()
                            .is_some_and(|code| matches!(code & 0xff, 5 | 6))
                        || self.sqlstate().is_some_and(passes)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether it is history alone that cannot be kept, for want of space: an alarm, and no reason
    /// not to set weights.
    pub const fn pauses_history(&self) -> bool {
        matches!(self, Self::HistoryPaused { .. })
    }

    /// Whether the disk is full: 13 SQLITE_FULL; 778 SQLITE_IOERR_WRITE, as limits of a file's size
    /// show; 53100 disk_full.
    pub(crate) fn is_full(&self) -> bool {
        self.sqlite()
            .is_some_and(|code| code == 778 || code & 0xff == 13)
            || self.sqlstate().is_some_and(|state| state == "53100")
    }

    /// Whether the values themselves are what the database does not take (class 22).
    pub(crate) fn refuses_values(&self) -> bool {
        self.sqlstate().is_some_and(|state| state.starts_with("22"))
    }

    fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Statement { source, .. } => source.as_database_error()?.code(),
            _ => None,
        }
    }

    /// SQLite's extended result code.
    fn sqlite(&self) -> Option<u32> {
        let code = self.code()?;
        code.parse().ok().filter(|_| code.len() < 5)
    }

    /// PostgreSQL's five letters.
    fn sqlstate(&self) -> Option<String> {
        self.code().filter(|code| code.len() == 5).map(Into::into)
    }
}

/// Connection lost, rolled back, out of resources, lock not available, server shutting down.
fn passes(state: String) -> bool {
    ["08", "40", "53", "55P03", "57P"]
        .iter()
        .any(|class| state.starts_with(class))
}
