//! A fresh place for a state in each kind of database, so that one suite holds for all.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use axonry_store::{Location, Store};
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// Where a test keeps a state, gone when the test is.
pub(crate) struct Place {
    pub(crate) location: Location,
    pub(crate) name: &'static str,
    pub(crate) folder: TempDir,
    schema: Option<(String, String)>,
}

impl Place {
    /// A place in a file.
    pub(crate) fn file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            location: folder.path().join("deep/state.sqlite").into(),
            name: "file",
            folder,
            schema: None,
        }
    }

    /// A schema of its own, where there is a server.
    pub(crate) async fn postgres() -> Option<Self> {
        static SAID: Once = Once::new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Ok(url) = std::env::var("AXONRY_POSTGRES_URL") else {
            SAID.call_once(|| {
                #[expect(clippy::print_stderr, reason = "tests that are not run must be seen")]
                {
                    eprintln!("NOT RUN on PostgreSQL: AXONRY_POSTGRES_URL is not set");
                }
            });
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("axonry_test_{}_{number}", std::process::id());
        run(&url, &format!("CREATE SCHEMA {schema}")).await;
        let mark = if url.contains('?') { '&' } else { '?' };
        let location = format!("{url}{mark}options=-c%20search_path%3D{schema}");
        Some(Self {
            location: location.parse().expect("a location"),
            name: "postgres",
            folder: tempfile::tempdir().expect("a folder"),
            schema: Some((url, schema)),
        })
    }

    /// One of each kind.
    pub(crate) async fn each() -> Vec<Self> {
        let mut places = vec![Self::file()];
        places.extend(Self::postgres().await);
        places
    }

    pub(crate) async fn create(&self) -> Store {
        Store::create(&self.location).await.expect(self.name)
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.location).await.expect(self.name)
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn behind_its_back(&self, sql: &str) {
        match &self.schema {
            Some((url, schema)) => run(url, &format!("SET search_path TO {schema}; {sql}")).await,
            None => {
                let path = self.location.path().expect("a file");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = options.connect().await.expect("a database");
                connection.execute(sql).await.expect(sql);
                connection.close().await.expect("written");
            }
        }
    }

    /// Lets go of what outlives the process.
    pub(crate) async fn forget(self) {
        if let Some((url, schema)) = &self.schema {
            run(url, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

async fn run(url: &str, sql: &str) {
    let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
    let mut connection = options
        .connect()
        .await
        .expect("AXONRY_POSTGRES_URL answers");
    connection.execute(sql).await.expect(sql);
    connection.close().await.expect("closed");
}
