//! A schema of its own in the server that is there.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_store::{Location, Store, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// How long the server may take to see that a process is gone.
const NOTICED: Duration = Duration::from_secs(30);

/// An empty schema, and a home for the process that uses it.
pub(crate) struct Database {
    server: String,
    schema: String,
    pub(crate) url: String,
    home: TempDir,
}

impl Database {
    /// `None` where there is no server, and says so.
    pub(crate) async fn make(test: &str) -> Result<Option<Self>> {
        let Ok(server) = std::env::var("AXONRY_POSTGRES_URL") else {
            #[expect(clippy::print_stderr, reason = "tests that are not run must be seen")]
            {
                eprintln!("NOT RUN: {test}: AXONRY_POSTGRES_URL is not set");
            }
            return Ok(None);
        };
        let schema = format!("axonry_system_{test}_{}", std::process::id());
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-c%20search_path%3D{schema}");
        let database = Self {
            server,
            schema,
            url,
            home: tempfile::tempdir()?,
        };
        database
            .run(&format!("CREATE SCHEMA {}", database.schema))
            .await?;
        Ok(Some(database))
    }

    /// The place as the program is told it.
    pub(crate) fn state(&self) -> &Path {
        Path::new(&self.url)
    }

    /// Gives the process a home of its own, where it keeps what can be fetched again.
    pub(crate) fn house(&self, command: &mut Command) {
        command.env("HOME", self.home.path());
    }

    pub(crate) fn location(&self) -> Result<Location> {
        self.url.parse().context("a location")
    }

    /// Opens the state once the server has noticed that the process before is gone.
    pub(crate) async fn open(&self) -> Result<Store> {
        let opened = async {
            loop {
                match Store::open(self.location()?).await {
                    Err(StoreError::InUse { .. }) => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    opened => return Ok(opened?),
                }
            }
        };
        let opened = tokio::time::timeout(NOTICED, opened).await;
        opened.context("the lock of a process that is gone")?
    }

    /// Ends the connection that holds the state's lock, as a server does that starts again.
    pub(crate) async fn cut(&self) -> Result<()> {
        self.run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                 AND (classid::bigint << 32) + objid::bigint
                     = hashtextextended('axonry {}', 0)",
            self.schema
        ))
        .await
    }

    /// Leaves nothing behind.
    pub(crate) async fn forget(self) -> Result<()> {
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        self.run(&drop).await
    }

    async fn run(&self, sql: &str) -> Result<()> {
        let options: PgConnectOptions = self.server.parse()?;
        let mut connection = options.connect().await.context("the server answers")?;
        connection.execute(sql).await?;
        connection.close().await?;
        Ok(())
    }
}
