use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock, statvfs};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::READERS;
use super::schema::NEWEST;
use crate::file::{TURN, beside, missing, opening, write_private};
use crate::{Location, StoreError};

/// `AXRP`: what tells a file of predictions from a state (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4158_5250;
/// Rows are megabytes long: large pages make short chains of them.
pub(crate) const PAGE_SIZE: u32 = 32 * 1024;
/// How long a statement waits for a lock that another connection of ours has.
const BUSY: Duration = Duration::from_secs(10);
/// What is left on the disk for the state, its journal and everybody else.
const SPARE_BYTES: u64 = 256 << 20;

/// The file's lock, taken beside it: SQLite's own let other processes write between two statements.
#[derive(Debug)]
pub(crate) struct Held(fs::File);

impl Held {
    pub(super) fn release(&self) {
        // It goes with the process at the latest.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }

    fn take(path: &Path) -> Result<Self, StoreError> {
        let place = beside(path, "lock");
        let file = write_private(&place).map_err(|source| StoreError::Folder {
            path: place.clone(),
            source,
        })?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::InUse {
                location: path.into(),
            }),
            Err(error) => Err(StoreError::Folder {
                path: place,
                source: error.into(),
            }),
        }
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // The log of a batch is given back when it is written over.
        .pragma("journal_size_limit", "67108864")
}

/// Looks at the file and takes it for this process: a connection that writes, and some that read.
pub(super) async fn open(path: &Path) -> Result<(SqlitePool, SqlitePool, Held), StoreError> {
    if !path.exists() {
        return Err(missing(path));
    }
    let held = Held::take(path)?;
    check(path).await?;
    let failed = |source| opening(path, source);
    let pool = |at_most| {
        SqlitePoolOptions::new()
            .max_connections(at_most)
            .acquire_timeout(TURN)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writer = pool(1).connect_with(options(path)).await.map_err(failed)?;
    let reading = options(path).pragma("query_only", "1");
    let readers = pool(READERS).connect_with(reading).await.map_err(failed)?;
    Ok((writer, readers, held))
}

/// Refuses what is no file of ours before anything is written to it.
async fn check(path: &Path) -> Result<(), StoreError> {
    let failed = |source| opening(path, source);
    let file = fs::metadata(path).map_err(|source| StoreError::Folder {
        path: path.to_owned(),
        source,
    })?;
    if file.len() == 0 {
        return Err(StoreError::Damaged {
            path: path.to_owned(),
            reason: "it is empty".to_owned(),
        });
    }
    if file.permissions().readonly() {
        return Err(StoreError::ReadOnly {
            path: path.to_owned(),
        });
    }
    let looking = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false);
    let mut connection = looking.connect().await.map_err(failed)?;
    let mut number = async |pragma| -> Result<i64, StoreError> {
        let found = sqlx::query_scalar(pragma).fetch_one(&mut connection).await;
        found.map_err(failed)
    };
    let (application, found) = (
        number("PRAGMA application_id").await?,
        number("PRAGMA user_version").await?,
    );
    connection.close().await.map_err(failed)?;
    let location = || Location::from(path);
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign {
            location: location(),
        });
    }
    if found > NEWEST {
        return Err(StoreError::Newer {
            location: location(),
            found,
            known: NEWEST,
        });
    }
    Ok(())
}

/// The statements that say whose file it is.
pub(super) fn mark() -> String {
    format!("PRAGMA user_version = {NEWEST}; PRAGMA application_id = {APPLICATION_ID}")
}

/// Refuses to fill the disk to its end: weights need some of it, and predictions can wait.
pub(super) fn has_room(path: &Path, what: &'static str) -> Result<(), StoreError> {
    match statvfs(path) {
        Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < SPARE_BYTES => {
            Err(StoreError::HistoryPaused { what })
        }
        // Where the question has no answer, the write has.
        _ => Ok(()),
    }
}
