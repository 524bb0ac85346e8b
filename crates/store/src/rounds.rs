use std::collections::BTreeMap;

use axonry_core::NetUid;

use crate::fields::Fields;
use crate::schema::{INPUTS, ROUNDS};
use crate::value::Value;
use crate::{Store, StoreError};

/// How many rounds of a subnet are remembered: more than a year of an hour each.
pub const ROUNDS_KEPT: u64 = 10_000;

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
        let round = self.essential("begin a round", |mut work| async move {
            let last = "SELECT COALESCE(MAX(round), 0) FROM rounds WHERE netuid = $1";
            let round = 1 + work.number(last, &[netuid.0.into()]).await?;
            let row = vec![
                netuid.0.into(),
                round.into(),
                opening.into(),
                Value::Text(None),
            ];
            work.insert(&ROUNDS, row).await?;
            Ok((work, round))
        });
        let round = round.await?;
        u64::try_from(round).map_err(|_| StoreError::Corrupt {
            table: ROUNDS.name,
            reason: format!("`{round}` is no round"),
        })
    }

    /// Writes down how a round ended, and lets go of rounds older than [`ROUNDS_KEPT`].
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn finish_round(
        &self,
        netuid: NetUid,
        round: u64,
        summary: &str,
    ) -> Result<(), StoreError> {
        let written = self.essential("finish a round", |mut work| async move {
            let this = "WHERE netuid = $1 AND round = $2";
            let place = [netuid.0.into(), round.into()];
            if let Some(row) = work.select(&ROUNDS, this, &place).await?.pop() {
                let mut fields = Fields::of(&ROUNDS, row);
                let (_netuid, _round) = (fields.number()?, fields.number()?);
                let opening = fields.text()?;
                let [netuid, round] = place;
                let row = vec![netuid, round, opening.into(), summary.into()];
                work.update(&ROUNDS, row).await?;
            }
            let old = [netuid.0.into(), round.saturating_sub(ROUNDS_KEPT).into()];
            for table in [ROUNDS.name, INPUTS.name] {
                let sql = format!("DELETE FROM {table} WHERE netuid = $1 AND round <= $2");
                work.execute(&sql, &old).await?;
            }
            Ok((work, ()))
        });
        written.await
    }

    /// The newest rounds of a subnet, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn recent_rounds(
        &self,
        netuid: NetUid,
        at_most: u32,
    ) -> Result<Vec<RoundRecord>, StoreError> {
        let mut work = self.begin("read the rounds").await?;
        let newest = "WHERE netuid = $1 ORDER BY round DESC LIMIT $2";
        let values = [netuid.0.into(), u64::from(at_most).into()];
        let rows = work.select(&ROUNDS, newest, &values).await?;
        rows.into_iter()
            .map(|row| {
                let mut fields = Fields::of(&ROUNDS, row);
                let _netuid = fields.number()?;
                Ok(RoundRecord {
                    round: fields.number()?,
                    opening: fields.text()?,
                    summary: fields.optional_text()?,
                })
            })
            .collect()
    }

    /// Keeps what a round was made from, as a digest by name: two rounds with the same digests had
    /// the same facts.
    ///
    /// # Errors
    /// [`StoreError::HistoryPaused`] while the disk has room for the journal only.
    pub async fn keep_inputs(
        &self,
        netuid: NetUid,
        round: u64,
        digests: &BTreeMap<String, [u8; 32]>,
    ) -> Result<(), StoreError> {
        let written = self.history("keep a round's inputs", |mut work| async move {
            for (name, digest) in digests {
                let digest = hex::encode(digest);
                let row = vec![
                    netuid.0.into(),
                    round.into(),
                    name.as_str().into(),
                    digest.into(),
                ];
                work.upsert(&INPUTS, row).await?;
            }
            Ok((work, ()))
        });
        written.await
    }

    /// The digests of what a round was made from, by name.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn inputs(
        &self,
        netuid: NetUid,
        round: u64,
    ) -> Result<BTreeMap<String, [u8; 32]>, StoreError> {
        let mut work = self.begin("read a round's inputs").await?;
        let of_round = "WHERE netuid = $1 AND round = $2";
        let values = [netuid.0.into(), round.into()];
        let rows = work.select(&INPUTS, of_round, &values).await?;
        rows.into_iter()
            .map(|row| {
                let mut fields = Fields::of(&INPUTS, row);
                let (_netuid, _round) = (fields.number()?, fields.number()?);
                let (name, digest) = (fields.text()?, fields.text()?);
                let mut bytes = [0; 32];
                hex::decode_to_slice(&digest, &mut bytes).map_err(|error| fields.corrupt(error))?;
                Ok((name, bytes))
            })
            .collect()
    }
}
