//! The file itself: made complete or not at all, and looked at before it is written to.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::StoreError;
use crate::schema::STEPS;

/// `AXRY`: what tells our files from other people's databases (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4158_5259;
/// How long opening waits for another process to let go; afterwards the file is ours alone.
const BUSY: Duration = Duration::from_millis(500);

pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

/// Takes the steps that a file has not seen yet, all or none.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?;
    let taken = usize::try_from(found).unwrap_or(0);
    for step in STEPS.iter().skip(taken) {
        transaction.execute(*step).await?;
    }
    let mark = format!(
        "PRAGMA user_version = {}; PRAGMA application_id = {APPLICATION_ID}",
        taken.max(STEPS.len())
    );
    transaction.execute(mark.as_str()).await?;
    transaction.commit().await
}

/// Builds a new file beside its place and links it in when it is complete.
///
/// So a crash leaves nothing or everything, and an empty file is always one that lost its content.
pub(crate) async fn create(path: &Path) -> Result<(), StoreError> {
    let file = |source| StoreError::Folder {
        path: path.to_owned(),
        source,
    };
    let draft = draft_beside(path).map_err(file)?;
    let built = async {
        let mut connection = options(&draft).connect().await?;
        migrate(&mut connection).await?;
        connection.close().await
    };
    let linked = match built.await {
        Err(source) => Err(opening(path, source)),
        Ok(()) => match fs::hard_link(&draft, path) {
            // Another process was faster, and its file is as good.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.and_then(|()| sync_folder(path)).map_err(file),
        },
    };
    // A draft that stays behind is never read.
    let _ = fs::remove_file(&draft);
    linked
}

/// An empty file of our own next to `path`, readable by its owner only.
fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(&draft)?;
    Ok(draft)
}

/// A name is on disk only when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => fs::File::open(".")?.sync_all(),
    }
}

/// Looks at an existing file before anything is written to it.
pub(crate) async fn check(path: &Path) -> Result<(), StoreError> {
    let failed = |source| opening(path, source);
    let damaged = |reason: String| StoreError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let length = fs::metadata(path).map_err(|source| StoreError::Folder {
        path: path.to_owned(),
        source,
    })?;
    // SQLite would take it for a new database.
    if length.len() == 0 {
        return Err(damaged("it is empty".into()));
    }
    let mut connection = options(path).connect().await.map_err(failed)?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
        });
    }
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    let known = i64::try_from(STEPS.len()).expect("a handful of steps");
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(damaged(verdict))
    }
}

pub(crate) fn opening(path: &Path, source: sqlx::Error) -> StoreError {
    let busy = match &source {
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("5" | "261")),
        _ => false,
    };
    if busy {
        StoreError::InUse {
            path: path.to_owned(),
        }
    } else {
        StoreError::Open {
            path: path.to_owned(),
            source,
        }
    }
}

/// The journal tells what a validator is about to do: nobody else needs to read it.
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
