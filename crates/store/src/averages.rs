use std::collections::BTreeMap;

use axonry_core::{Hotkey, NetUid};
use sqlx::Row;

use crate::{Store, StoreError};

impl Store {
    /// What each miner of a subnet has earned so far, by hotkey; empty when nothing was kept.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a row no release wrote: an average is never made up.
    pub async fn averages(&self, netuid: NetUid) -> Result<BTreeMap<Hotkey, f32>, StoreError> {
        let rows = sqlx::query("SELECT hotkey, average FROM averages WHERE netuid = ?")
            .bind(netuid.0)
            .fetch_all(&self.pool)
            .await
            .map_err(|source| StoreError::Statement {
                what: "read the averages",
                source,
            })?;
        rows.iter()
            .map(|row| {
                let hotkey: String = row.get("hotkey");
                let average: f64 = row.get("average");
                let corrupt = |reason| StoreError::Corrupt {
                    table: "averages",
                    reason,
                };
                let hotkey = hotkey
                    .parse()
                    .map_err(|error| corrupt(format!("{error}")))?;
                #[expect(clippy::cast_possible_truncation, reason = "written from an f32")]
                let single = average as f32;
                if !(single.is_finite() && single >= 0.0) {
                    return Err(corrupt(format!("`{average}` is no average of {hotkey}")));
                }
                Ok((hotkey, single))
            })
            .collect()
    }

    /// Replaces the averages of a subnet by those of a round, all or none.
    ///
    /// # Errors
    /// [`StoreError::Statement`] when the disk does not take them; the old ones stay then.
    pub async fn save_averages(
        &self,
        netuid: NetUid,
        round: u64,
        averages: &BTreeMap<Hotkey, f32>,
    ) -> Result<(), StoreError> {
        let failed = |source| StoreError::Statement {
            what: "save the averages",
            source,
        };
        let round = i64::try_from(round).unwrap_or(i64::MAX);
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        sqlx::query("DELETE FROM averages WHERE netuid = ?")
            .bind(netuid.0)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        for (hotkey, average) in averages {
            sqlx::query(
                "INSERT INTO averages (netuid, hotkey, average, round) VALUES (?, ?, ?, ?)",
            )
            .bind(netuid.0)
            .bind(hotkey.to_string())
            .bind(f64::from(*average))
            .bind(round)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }
}
