//! The two databases behind one face: a pool, a transaction, statements with `$1` for both.

#[cfg(feature = "postgres")]
use sqlx::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Executor, Row};

use crate::value::{Kind, Record, Value};

/// One connection, which callers take turns at: what is acknowledged is in order.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(PgPool),
}

/// Statements that are all done or none. Dropped without a commit, they are none.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Gives each value to a query of either database.
macro_rules! bound {
    ($sql:expr, $values:expr) => {
        $values
            .iter()
            .fold(sqlx::query($sql), |query, value| match value {
                Value::Integer(value) => query.bind(*value),
                Value::Real(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.clone()),
                Value::Bytes(value) => query.bind(value.clone()),
            })
    };
}

/// Reads columns of the kinds given out of rows of either database.
macro_rules! records {
    ($rows:expr, $kinds:expr) => {
        $rows
            .iter()
            .map(|row| {
                let kinds = $kinds.iter().enumerate();
                kinds
                    .map(|(place, kind)| {
                        Ok(match kind {
                            Kind::Integer => Value::Integer(row.try_get(place)?),
                            Kind::Real => Value::Real(row.try_get(place)?),
                            Kind::Text => Value::Text(row.try_get(place)?),
                            Kind::Bytes => Value::Bytes(row.try_get(place)?),
                        })
                    })
                    .collect::<Result<Record, sqlx::Error>>()
            })
            .collect()
    };
}

impl Pool {
    pub(crate) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin().await?),
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(inner) => bound!(sql, values)
                .execute(&mut **inner)
                .await?
                .rows_affected(),
            #[cfg(feature = "postgres")]
            Self::Postgres(inner) => bound!(sql, values)
                .execute(&mut **inner)
                .await?
                .rows_affected(),
        })
    }

    /// Reads rows whose columns are of these kinds.
    pub(crate) async fn rows(
        &mut self,
        sql: &str,
        values: &[Value],
        kinds: &[Kind],
    ) -> Result<Vec<Record>, sqlx::Error> {
        match self {
            Self::Sqlite(inner) => {
                let rows = bound!(sql, values).fetch_all(&mut **inner).await?;
                records!(rows, kinds)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(inner) => {
                let rows = bound!(sql, values).fetch_all(&mut **inner).await?;
                records!(rows, kinds)
            }
        }
    }

    /// Runs several statements without values, as they stand.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(inner) => inner.execute(sql).await.map(|_| ()),
            #[cfg(feature = "postgres")]
            Self::Postgres(inner) => inner.execute(sql).await.map(|_| ()),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(inner) => inner.commit().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(inner) => inner.commit().await,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        !matches!(self, Self::Sqlite(_))
    }
}
