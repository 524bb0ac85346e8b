use axonry_core::NetUid;
use sqlx::Row;

use crate::{Store, StoreError};

/// A round as it was kept. What stands in the texts is the writer's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRecord {
    /// Its number.
    pub round: u64,
    /// What was written when it began.
    pub opening: String,
    /// What was written when it ended; absent when it was cut off.
    pub summary: Option<String>,
}

impl Store {
    /// Opens the next round of a subnet and returns its number: 1, 2, 3, … across restarts.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn begin_round(&self, netuid: NetUid, opening: &str) -> Result<u64, StoreError> {
        let round: i64 = sqlx::query_scalar(
            "INSERT INTO rounds (netuid, round, opening)
             SELECT ?1, 1 + COALESCE(MAX(round), 0), ?2 FROM rounds WHERE netuid = ?1
             RETURNING round",
        )
        .bind(netuid.0)
        .bind(opening)
        .fetch_one(&self.pool)
        .await
        .map_err(|source| StoreError::Statement {
            what: "begin a round",
            source,
        })?;
        number(round)
    }

    /// Writes down how a round ended.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn finish_round(
        &self,
        netuid: NetUid,
        round: u64,
        summary: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE rounds SET summary = ? WHERE netuid = ? AND round = ?")
            .bind(summary)
            .bind(netuid.0)
            .bind(i64::try_from(round).unwrap_or(i64::MAX))
            .execute(&self.pool)
            .await
            .map_err(|source| StoreError::Statement {
                what: "finish a round",
                source,
            })?;
        Ok(())
    }

    /// The newest rounds of a subnet, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn recent_rounds(
        &self,
        netuid: NetUid,
        at_most: u32,
    ) -> Result<Vec<RoundRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT round, opening, summary FROM rounds WHERE netuid = ?
             ORDER BY round DESC LIMIT ?",
        )
        .bind(netuid.0)
        .bind(at_most)
        .fetch_all(&self.pool)
        .await
        .map_err(|source| StoreError::Statement {
            what: "read the rounds",
            source,
        })?;
        rows.iter()
            .map(|row| {
                Ok(RoundRecord {
                    round: number(row.get("round"))?,
                    opening: row.get("opening"),
                    summary: row.get("summary"),
                })
            })
            .collect()
    }
}

fn number(round: i64) -> Result<u64, StoreError> {
    u64::try_from(round).map_err(|_| StoreError::Corrupt {
        table: "rounds",
        reason: format!("`{round}` is no round"),
    })
}
