//! A schema of a PostgreSQL database, held by one process through an advisory lock.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::StoreError;
use crate::file::TURN;
use crate::location::{DatabaseUrl, Location};
use crate::pool::Pool;
use crate::schema::{NEWEST, TABLES};
use crate::store::{Content, fill};

/// What each new connection does first. An acknowledged write is on the server's disk, and a lock
/// that a connection of ours still had for a moment is waited for.
const GREETING: &str = "SET synchronous_commit = on; SET lock_timeout = '500ms'";
/// Taken by whoever writes to the schema; it goes with the connection, however that ends.
const LOCK: &str =
    "SELECT pg_advisory_lock(hashtextextended('axonry ' || current_schema()::text, 0))";

/// What a schema holds.
enum Found {
    Nothing,
    Foreign,
    Version(i64),
}

/// Takes a schema that has a state in it.
pub(crate) async fn open(url: &DatabaseUrl) -> Result<PgPool, StoreError> {
    let location = || Location::Postgres(url.clone());
    match look(url).await? {
        Found::Nothing => Err(StoreError::Missing {
            location: location(),
        }),
        Found::Foreign => Err(StoreError::Foreign {
            location: location(),
        }),
        Found::Version(found) if found > NEWEST => Err(StoreError::Newer {
            location: location(),
            found,
            known: NEWEST,
        }),
        Found::Version(_) => pool(url).await,
    }
}

/// Makes the tables in a schema that has none of them, all or nothing.
pub(crate) async fn create(url: &DatabaseUrl, content: &Content<'_>) -> Result<(), StoreError> {
    let location = || Location::Postgres(url.clone());
    match look(url).await? {
        Found::Nothing => {}
        Found::Foreign => {
            return Err(StoreError::Foreign {
                location: location(),
            });
        }
        Found::Version(_) => {
            return Err(StoreError::Exists {
                location: location(),
            });
        }
    }
    let pool = Pool::Postgres(pool(url).await?);
    let filled = fill(&pool, content).await;
    pool.close().await;
    filled
}

fn options(url: &DatabaseUrl) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url
        .expose()
        .parse()
        .map_err(|source| opening(url, source))?;
    Ok(options.application_name("axonry"))
}

/// Looks before anything is written, with the lock in hand.
async fn look(url: &DatabaseUrl) -> Result<Found, StoreError> {
    let failed = |source| opening(url, source);
    let mut connection = options(url)?.connect().await.map_err(failed)?;
    let found = look_with(&mut connection).await;
    connection.close().await.map_err(failed)?;
    found.map_err(failed)
}

async fn look_with(connection: &mut PgConnection) -> Result<Found, sqlx::Error> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text")
        .fetch_one(&mut *connection)
        .await?;
    if schema.is_none() {
        let reason = "no schema of the search path exists: create it first";
        return Err(sqlx::Error::Configuration(reason.into()));
    }
    connection.execute(GREETING).await?;
    connection.execute(LOCK).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = current_schema()",
    )
    .fetch_all(&mut *connection)
    .await?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has("axonry_state") {
        let version = "SELECT COALESCE(MAX(version), 0) FROM axonry_state";
        let version = sqlx::query_scalar(version).fetch_one(connection).await?;
        return Ok(Found::Version(version));
    }
    Ok(match TABLES.iter().any(|table| has(table.name)) {
        true => Found::Foreign,
        false => Found::Nothing,
    })
}

async fn pool(url: &DatabaseUrl) -> Result<PgPool, StoreError> {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TURN)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(GREETING).await?;
                connection.execute(LOCK).await?;
                Ok(())
            })
        })
        .connect_with(options(url)?)
        .await
        .map_err(|source| opening(url, source))
}

fn opening(url: &DatabaseUrl, source: sqlx::Error) -> StoreError {
    let location = Location::Postgres(url.clone());
    // 55P03 lock_not_available: somebody else holds the lock.
    let busy = source
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == "55P03");
    match busy {
        true => StoreError::InUse { location },
        false => StoreError::Open { location, source },
    }
}
