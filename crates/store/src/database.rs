use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Executor;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use crate::StoreError;
use crate::schema::STEPS;

/// How long opening waits for another process to let go; afterwards the file is ours alone.
const BUSY: Duration = Duration::from_millis(500);
/// How long a caller waits for its turn at the one connection.
const TURN: Duration = Duration::from_secs(10);

/// The state of one validator, in one file.
///
/// Clones share one connection: there is one writer, so that what is acknowledged is in order.
/// The file is locked to this process until [`Store::close`].
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: SqlitePool,
    path: PathBuf,
}

impl Store {
    /// Opens the file, making it and its folder if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has it, [`StoreError::Newer`] when a later
    /// release wrote it, [`StoreError::Open`] when it is damaged or no database at all: it is never
    /// replaced by an empty one.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some((scheme, _)) = path.to_str().and_then(|text| text.split_once("://")) {
            return Err(StoreError::NotSupported {
                scheme: scheme.to_owned(),
            });
        }
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            make_private_folder(folder).map_err(|source| StoreError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .locking_mode(SqliteLockingMode::Exclusive)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(TURN)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|source| opening(path, source))?;
        let store = Self {
            pool,
            path: path.to_owned(),
        };
        match store.migrate().await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// Writes everything out and lets go of the file. Clones are closed with it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let failed = |source| opening(&self.path, source);
        let known = i64::try_from(STEPS.len()).expect("a handful of steps");
        let mut transaction = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        if found > known {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found,
                known,
            });
        }
        let taken = usize::try_from(found).unwrap_or(0);
        for step in &STEPS[taken..] {
            transaction.execute(*step).await.map_err(failed)?;
        }
        let version = format!("PRAGMA user_version = {known}");
        transaction
            .execute(version.as_str())
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

fn opening(path: &Path, source: sqlx::Error) -> StoreError {
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
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
