use std::path::{Path, PathBuf};
use std::time::Duration;

use axonry_core::BlockHash;
use sqlx::sqlite::{SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions};

use crate::StoreError;
use crate::file::{check, create, make_private_folder, migrate, opening, options};

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
    /// release wrote it, [`StoreError::Foreign`] when it is another program's database,
    /// [`StoreError::Damaged`] or [`StoreError::Open`] when it is damaged or no database at all. It
    /// is left as it is then, and never replaced by an empty one.
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
        if !path.exists() {
            create(path).await?;
        }
        check(path).await?;
        let options = options(path)
            .journal_mode(SqliteJournalMode::Wal)
            .locking_mode(SqliteLockingMode::Exclusive);
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

    /// Ties the state to a chain: the first call notes its genesis, later ones compare.
    ///
    /// Averages and rounds of one network mean nothing on another.
    ///
    /// # Errors
    /// [`StoreError::OtherChain`] when the state was made with another chain.
    pub async fn bind(&self, genesis: BlockHash) -> Result<(), StoreError> {
        let stored: String = sqlx::query_scalar(
            "INSERT INTO settings (key, value) VALUES ('genesis', ?)
             ON CONFLICT (key) DO UPDATE SET value = value RETURNING value",
        )
        .bind(genesis.to_string())
        .fetch_one(&self.pool)
        .await
        .map_err(|source| StoreError::Statement {
            what: "note which chain the state belongs to",
            source,
        })?;
        if stored == genesis.to_string() {
            Ok(())
        } else {
            Err(StoreError::OtherChain {
                path: self.path.clone(),
                stored,
                given: genesis,
            })
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
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        migrate(&mut connection).await.map_err(failed)
    }
}
