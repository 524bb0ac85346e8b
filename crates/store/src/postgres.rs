//! A schema of a PostgreSQL database, held by one process through an advisory lock.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::StoreError;
use crate::file::TURN;
use crate::location::{DatabaseUrl, Location};
use crate::pool::Pool;
use crate::store::{Content, fill};
use crate::{predictions, schema};

/// What each new connection does first. An acknowledged write is on the server's disk, and a lock
/// that a connection of ours still had for a moment is waited for.
const GREETING: &str = "SET synchronous_commit = on; SET lock_timeout = '500ms'";

/// What one process at a time has in a schema: a group of tables.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Taken by whoever writes to them; it goes with the connection, however that ends.
    lock: &'static str,
    /// Which table says their version, and whose they are.
    mark: &'static str,
    newest: i64,
    tables: fn(&str) -> bool,
}

/// The state of a validator.
pub(crate) static STATE: Claim = Claim {
    lock: "SELECT pg_advisory_lock(hashtextextended('axonry ' || current_schema()::text, 0))",
    mark: "axonry_state",
    newest: schema::NEWEST,
    tables: |name| schema::TABLES.iter().any(|table| table.name == name),
};

/// Predictions, which may stand beside a state.
pub(crate) static PREDICTIONS: Claim = Claim {
    lock: "SELECT pg_advisory_lock(
        hashtextextended('axonry predictions ' || current_schema()::text, 0))",
    mark: "axonry_predictions",
    newest: predictions::NEWEST,
    tables: |name| predictions::TABLES.contains(&name),
};

/// What a schema holds.
enum Found {
    Nothing,
    Foreign,
    Version(i64),
}

/// Takes a schema that has these tables in it.
pub(crate) async fn open(url: &DatabaseUrl, claim: &'static Claim) -> Result<PgPool, StoreError> {
    let location = || Location::Postgres(url.clone());
    match look(url, claim).await? {
        Found::Nothing => Err(StoreError::Missing {
            location: location(),
        }),
        Found::Foreign => Err(StoreError::Foreign {
            location: location(),
        }),
        Found::Version(found) if found > claim.newest => Err(StoreError::Newer {
            location: location(),
            found,
            known: claim.newest,
        }),
        Found::Version(_) => pool(url, claim).await,
    }
}

/// Makes the tables in a schema that has none of them, all or nothing.
pub(crate) async fn create(url: &DatabaseUrl, content: &Content<'_>) -> Result<(), StoreError> {
    let location = || Location::Postgres(url.clone());
    let claim = match content {
        Content::Predictions => &PREDICTIONS,
        _ => &STATE,
    };
    match look(url, claim).await? {
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
    let pool = Pool::Postgres(pool(url, claim).await?);
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
async fn look(url: &DatabaseUrl, claim: &'static Claim) -> Result<Found, StoreError> {
    let failed = |source| opening(url, source);
    let mut connection = options(url)?.connect().await.map_err(failed)?;
    let found = look_with(&mut connection, claim).await;
    connection.close().await.map_err(failed)?;
    found.map_err(failed)
}

async fn look_with(
    connection: &mut PgConnection,
    claim: &'static Claim,
) -> Result<Found, sqlx::Error> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text")
        .fetch_one(&mut *connection)
        .await?;
    if schema.is_none() {
        let reason = "no schema of the search path exists: create it first";
        return Err(sqlx::Error::Configuration(reason.into()));
    }
    connection.execute(GREETING).await?;
    connection.execute(claim.lock).await?;
    found(connection, claim).await
}

async fn found(connection: &mut PgConnection, claim: &'static Claim) -> Result<Found, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = current_schema()",
    )
    .fetch_all(&mut *connection)
    .await?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has(claim.mark) {
        let version = format!("SELECT COALESCE(MAX(version), 0) FROM {}", claim.mark);
        let version = sqlx::query_scalar(&version).fetch_one(connection).await?;
        return Ok(Found::Version(version));
    }
    Ok(match tables.iter().any(|name| (claim.tables)(name)) {
        true => Found::Foreign,
        false => Found::Nothing,
    })
}

async fn pool(url: &DatabaseUrl, claim: &'static Claim) -> Result<PgPool, StoreError> {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TURN)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(GREETING).await?;
                connection.execute(claim.lock).await?;
                Ok(())
            })
        })
        .connect_with(options(url)?)
        .await
        .map_err(|source| opening(url, source))
}

/// Takes a state to read from, whoever writes to it; `None` where there is none of this form.
pub(crate) async fn read(url: &DatabaseUrl) -> Result<Option<PgPool>, StoreError> {
    let failed = |source| opening(url, source);
    let pool = readers(url, 1).await?;
    let mut connection = pool.acquire().await.map_err(failed)?;
    let found = found(&mut connection, &STATE).await;
    drop(connection);
    match found.map_err(failed)? {
        Found::Version(schema::NEWEST) => Ok(Some(pool)),
        _ => {
            pool.close().await;
            Ok(None)
        }
    }
}

/// Connections that only read, beside the one that writes.
pub(crate) async fn readers(url: &DatabaseUrl, at_most: u32) -> Result<PgPool, StoreError> {
    PgPoolOptions::new()
        .max_connections(at_most)
        .acquire_timeout(TURN)
        .connect_with(options(url)?.options([("default_transaction_read_only", "on")]))
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
