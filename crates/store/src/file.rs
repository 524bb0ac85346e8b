//! The file itself: made complete or not at all, and looked at before it is written to.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::StoreError;
use crate::migration::APPLICATION_ID;
use crate::pool::Pool;
use crate::schema::NEWEST;
use crate::store::{Content, fill};

/// How long opening waits for another process to let go; afterwards the file is ours alone.
const BUSY: Duration = Duration::from_millis(500);
/// How long a caller waits for its turn at the one connection.
pub(crate) const TURN: Duration = Duration::from_secs(10);

/// As every connection to a state is made, and nobody else may make one.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        // Alone from the first look on: sharing would take a file more, for which a full disk has no
        // space.
        .locking_mode(SqliteLockingMode::Exclusive)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

/// Looks at the file, copies it if it is about to change its form, and takes it for this process.
pub(crate) async fn open(path: &Path) -> Result<SqlitePool, StoreError> {
    if !path.exists() {
        return Err(missing(path));
    }
    let found = check(path).await?;
    if found < NEWEST {
        back_up(path, found).await?;
    }
    // The log is written back early, so that it fits into the space kept for the journal.
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("wal_autocheckpoint", "128");
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TURN)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await;
    pool.map_err(|source| opening(path, source))
}

/// Builds a new file beside its place and links it in when it is complete.
///
/// So a crash leaves nothing or everything, and an empty file is always one that lost its content.
pub(crate) async fn create(path: &Path, content: &Content<'_>) -> Result<(), StoreError> {
    let exists = || StoreError::Exists {
        location: path.into(),
    };
    if path.exists() {
        return Err(exists());
    }
    match missing(path) {
        StoreError::Missing { .. } => {}
        damaged => return Err(damaged),
    }
    let io_error = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Folder { path, source }
    };
    if let Some(folder) = folder_of(path) {
        make_private_folder(folder).map_err(io_error(folder))?;
    }
    let draft = beside(path, &format!("{}.new", std::process::id()));
    write_private(&draft).map_err(io_error(path))?;
    let built = build(&draft, content).await.map_err(|error| match error {
        StoreError::Open { source, .. } => opening(path, source),
        error => error,
    });
    let linked = match built {
        Err(error) => Err(error),
        Ok(()) => match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
            linked => linked
                .and_then(|()| sync_folder(path))
                .map_err(io_error(path)),
        },
    };
    // A draft that stays behind is never read.
    let _ = fs::remove_file(&draft);
    linked
}

async fn build(draft: &Path, content: &Content<'_>) -> Result<(), StoreError> {
    let pool = SqlitePoolOptions::new().max_connections(1);
    let options = match content {
        Content::Predictions => options(draft).page_size(crate::predictions::PAGE_SIZE),
        _ => options(draft),
    };
    let pool = pool.connect_with(options).await;
    let pool = Pool::Sqlite(pool.map_err(|source| opening(draft, source))?);
    let filled = fill(&pool, content).await;
    pool.close().await;
    filled
}

/// What it means that there is no file: a new state may be made, unless an old one left its log.
pub(crate) fn missing(path: &Path) -> StoreError {
    let left = ["-wal", "-journal"].map(|ending| {
        let mut left = path.as_os_str().to_owned();
        left.push(ending);
        PathBuf::from(left)
    });
    match left.iter().find(|left| left.exists()) {
        None => StoreError::Missing {
            location: path.into(),
        },
        Some(left) => StoreError::Damaged {
            path: path.to_owned(),
            reason: format!("it is gone, and its log `{}` is not", left.display()),
        },
    }
}

/// Looks at an existing file before anything is written to it, and says its version.
async fn check(path: &Path) -> Result<i64, StoreError> {
    let failed = |source| opening(path, source);
    let damaged = |reason: String| StoreError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let file = fs::metadata(path).map_err(|source| StoreError::Folder {
        path: path.to_owned(),
        source,
    })?;
    // SQLite would take it for a new database.
    if file.len() == 0 {
        return Err(damaged("it is empty".into()));
    }
    if file.permissions().readonly() {
        return Err(StoreError::ReadOnly {
            path: path.to_owned(),
        });
    }
    let mut connection = options(path).connect().await.map_err(failed)?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign {
            location: path.into(),
        });
    }
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    if found > NEWEST {
        return Err(StoreError::Newer {
            location: path.into(),
            found,
            known: NEWEST,
        });
    }
    // The whole check, with the indexes: they decide what is found, and whether a round has a vector.
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    if verdict != "ok" {
        return Err(damaged(verdict));
    }
    connection.close().await.map_err(failed)?;
    if found < 1 {
        return Err(damaged("it has no tables".into()));
    }
    Ok(found)
}

/// Copies the file as it is to `FILE.vN.bak`; one that is there is of an earlier try and replaced.
async fn back_up(path: &Path, version: i64) -> Result<(), StoreError> {
    let copy = beside(path, &format!("v{version}.bak"));
    let draft = beside(path, &format!("v{version}.bak.new"));
    let failed = |source| StoreError::Backup {
        path: copy.clone(),
        source,
    };
    let io_failed = |source: io::Error| failed(sqlx::Error::Io(source));
    // SQLite writes into a file that is empty, and this one only its owner can read.
    write_private(&draft).map_err(io_failed)?;
    let mut connection = options(path).connect().await.map_err(failed)?;
    let quoted = draft.display().to_string().replace('\'', "''");
    let copied = connection
        .execute(format!("VACUUM INTO '{quoted}'").as_str())
        .await;
    connection.close().await.map_err(failed)?;
    let placed = match copied {
        Ok(_) => fs::File::open(&draft)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&draft, &copy))
            .and_then(|()| sync_folder(path))
            .map_err(io_failed),
        Err(source) => Err(failed(source)),
    };
    if placed.is_err() {
        let _ = fs::remove_file(&draft);
    }
    placed
}

/// A path next to another one, with the same name and an ending more.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".");
    beside.push(ending);
    beside.into()
}

/// An empty file of our own, readable by its owner only.
pub(crate) fn write_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}

/// A name is on disk only when its folder is.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = folder_of(path).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

pub(crate) fn opening(path: &Path, source: sqlx::Error) -> StoreError {
    let busy = match &source {
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("5" | "261")),
        _ => false,
    };
    if busy {
        StoreError::InUse {
            location: path.into(),
        }
    } else {
        StoreError::Open {
            location: path.into(),
            source,
        }
    }
}

/// The journal tells what a validator is about to do: nobody else needs to read it.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
