use std::path::PathBuf;

use axonry_core::BlockHash;

/// Why something could not be kept or found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or the file cannot be made.
    #[error("cannot make or reach `{path}` for the state")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be opened, or is no database.
    #[error(
        "cannot open the state file `{path}`: restore it from a copy, or move it away to start anew"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The file is a database of another program.
    #[error("`{path}` is a database of another program: choose another place for the state")]
    Foreign {
        /// The file.
        path: PathBuf,
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
        "the state file `{path}` belongs to the chain with genesis {stored}, this one has {given}: \
         keep a state for each network"
    )]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// The chain the state was made with.
        stored: String,
        /// The chain at hand.
        given: BlockHash,
    },
    /// Another process has the file.
    #[error(
        "the state file `{path}` is in use by another process: two validators must not share it"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer release.
    #[error(
        "the state file `{path}` has version {found}, this program knows up to {known}: use the newer release"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A kind of store that is not built yet.
    #[error("`{scheme}` stores are not supported yet: give the path of a file")]
    NotSupported {
        /// The scheme of the URL given.
        scheme: String,
    },
    /// A statement failed.
    #[error("could not {what}")]
    Statement {
        /// What was being done.
        what: &'static str,
        /// SQLite's reason.
        #[source]
        source: sqlx::Error,
    },
    /// A row holds what no release ever wrote.
    #[error("{table} holds a row that cannot be read: {reason}")]
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
}

impl StoreError {
    /// Whether the same call may succeed later without anybody's help (a full disk, a busy file).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Statement { source, .. } => match source {
                sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
                // 5 SQLITE_BUSY, 6 SQLITE_LOCKED, 13 SQLITE_FULL, in the primary result code.
                sqlx::Error::Database(error) => error
                    .code()
                    .and_then(|code| code.parse::<u32>().ok())
                    .is_some_and(|code| matches!(code & 0xff, 5 | 6 | 13)),
                _ => false,
            },
            _ => false,
        }
    }
}
