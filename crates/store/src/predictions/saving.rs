use std::collections::BTreeMap;

use axonry_core::{Uid, UnixMillis};

use super::again::again;
use super::dialect::Column;
use super::inserting::{AT_ONCE, Insertion};
use super::rows::{Answer, Miner, MinerId, Request, RequestId, Saved};
use super::{Dialect, Predictions};
use crate::StoreError;
use crate::pool::Transaction;
use crate::value::{Kind, Table, Value};
use crate::work::Work;

mod row;

pub(super) use row::{Row, sum};

/// How much is written in one transaction; a single answer may be longer.
pub const BATCH_BYTES: usize = 32 << 20;
/// How long one prediction may be; a longer one is refused.
pub const LONGEST_PREDICTION: usize = 64 << 20;

const SAVING: &str = "save answers";

/// A request whose answers are being saved.
#[derive(Clone, Debug)]
pub struct Asked {
    predictions: Predictions,
    id: RequestId,
    miners: BTreeMap<Uid, MinerId>,
}

impl Predictions {
    /// Notes what is about to be asked, and of whom; a miner that is new gets a row.
    ///
    /// # Errors
    /// [`StoreError::HistoryPaused`] while the disk has no room for predictions;
    /// [`StoreError::Statement`].
    pub async fn begin(&self, request: &Request, miners: &[Miner]) -> Result<Asked, StoreError> {
        let what = "begin a request";
        self.has_room(what)?;
        again(what, || async {
            let mut work = self.write(what).await?;
            let miners = upsert(&mut work, self.dialect(), miners).await?;
            let id = insert(&mut work, self.dialect(), request).await?;
            work.commit().await?;
            Ok(Asked {
                predictions: self.clone(),
                id,
                miners,
            })
        })
        .await
    }
}

impl Asked {
    /// The request's number.
    pub const fn id(&self) -> RequestId {
        self.id
    }

    /// The numbers of those it was begun with.
    pub const fn miners(&self) -> &BTreeMap<Uid, MinerId> {
        &self.miners
    }

    /// Saves answers, [`BATCH_BYTES`] at a time. What was saved stays, also when the rest never
    /// comes; an answer that is saved twice is there once.
    ///
    /// `NaN` and infinities, which Python writes and JSON does not have, are kept as texts (`"NaN"`),
    /// so that what is kept is JSON. What a database refuses costs the one miner its paths.
    ///
    /// # Errors
    /// [`StoreError::HistoryPaused`] while the disk has no room for predictions;
    /// [`StoreError::Statement`] when the database does not answer for several tries.
    pub async fn save(&self, answers: &[Answer]) -> Result<Saved, StoreError> {
        let mut saved = Saved::default();
        let mut batch = Vec::new();
        let mut bytes = 0;
        for answer in answers {
            let Some(miner) = self.miners.get(&answer.uid) else {
                saved.strangers.push(answer.uid);
                continue;
            };
            let mut row = Row::of(self.id, *miner, answer);
            if row.bytes() > LONGEST_PREDICTION {
                saved.refused.push(answer.uid);
                row = row.without_paths();
            }
            if bytes + row.bytes() > BATCH_BYTES && !batch.is_empty() {
                self.write(std::mem::take(&mut batch), &mut saved).await?;
                bytes = 0;
            }
            bytes += row.bytes();
            batch.push(row);
        }
        if !batch.is_empty() {
            self.write(batch, &mut saved).await?;
        }
        Ok(saved)
    }

    /// Notes that no answer is to come any more.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn finish(&self, at: UnixMillis) -> Result<(), StoreError> {
        let what = "finish a request";
        let moment = self.predictions.dialect().moment(2);
        let sql = format!("UPDATE validator_requests SET finished_at = {moment} WHERE id = $1");
        again(what, || async {
            let mut work = self.predictions.write(what).await?;
            work.execute(&sql, &[self.id.0.into(), at.0.into()]).await?;
            work.commit().await
        })
        .await
    }

    async fn write(&self, rows: Vec<Row<'_>>, saved: &mut Saved) -> Result<(), StoreError> {
        match self.write_at_once(&rows).await {
            Ok(()) => saved.count(&rows),
            Err(error) if error.refuses_values() => {
                for row in rows {
                    let row = std::slice::from_ref(&row);
                    match self.write_at_once(row).await {
                        Ok(()) => saved.count(row),
                        Err(error) if error.refuses_values() => {
                            let bare = [row[0].without_paths()];
                            self.write_at_once(&bare).await?;
                            saved.refused.push(bare[0].uid);
                            saved.count(&bare);
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn write_at_once(&self, rows: &[Row<'_>]) -> Result<(), StoreError> {
        self.predictions.has_room(SAVING)?;
        again(SAVING, || async {
            let mut work = self.predictions.write(SAVING).await?;
            // They are there already where a try was done and its acknowledgement lost.
            forget(&mut work, self.id, rows).await?;
            let written = match work.transaction() {
                Transaction::Sqlite(inner) => insert_each(inner, rows).await,
                #[cfg(feature = "postgres")]
                Transaction::Postgres(inner) => super::copy::copy(inner, rows).await,
            };
            written.map_err(|source| work.because(source))?;
            work.commit().await
        })
        .await
    }
}

impl Saved {
    fn count(&mut self, rows: &[Row<'_>]) {
        self.rows += rows.len();
        self.bytes += rows.iter().map(Row::bytes).sum::<usize>();
    }
}

/// Writes miners down, and says their numbers. A row that is there becomes the newest of its uid.
async fn upsert(
    work: &mut Work,
    dialect: Dialect,
    miners: &[Miner],
) -> Result<BTreeMap<Uid, MinerId>, StoreError> {
    static NUMBER: Table = Table {
        name: "miners",
        columns: &[("miner_uid", Kind::Integer), ("id", Kind::Integer)],
        key: 0,
    };
    let rest = format!(
        "ON CONFLICT (miner_uid, coldkey, hotkey) DO UPDATE SET updated_at = {}
         RETURNING CAST(miner_uid AS BIGINT), id",
        dialect.now()
    );
    let insertion = Insertion {
        dialect,
        into: "INSERT INTO miners (miner_uid, coldkey, hotkey) VALUES",
        columns: &[Column::Plain; 3],
        rest: &rest,
    };
    // A statement touches a row once, so each uid is in it once.
    let once: BTreeMap<Uid, &Miner> = miners.iter().map(|miner| (miner.uid, miner)).collect();
    let once: Vec<&Miner> = once.into_values().collect();
    let mut numbers = BTreeMap::new();
    for miners in once.chunks(AT_ONCE) {
        let values = miners.iter().flat_map(|miner| {
            let keys = (miner.coldkey.to_string(), miner.hotkey.to_string());
            [Value::from(miner.uid.0), keys.0.into(), keys.1.into()]
        });
        let values: Vec<Value> = values.collect();
        let sql = insertion.sql(miners.len());
        for mut fields in work.read(&NUMBER, &sql, &values).await? {
            let uid = Uid(fields.narrow()?);
            numbers.insert(uid, MinerId(fields.number()?));
        }
    }
    Ok(numbers)
}

async fn insert(
    work: &mut Work,
    dialect: Dialect,
    request: &Request,
) -> Result<RequestId, StoreError> {
    let (start, asked) = (dialect.moment(1), dialect.moment(6));
    let sql = format!(
        "INSERT INTO validator_requests (start_time, asset, time_increment, time_length,
             num_simulations, request_time, checksum)
         VALUES ({start}, $2, $3, $4, $5, {asked}, $7) RETURNING id"
    );
    let mut values = request.values();
    values.push(request.checksum().into());
    let id = work.number(&sql, &values).await?;
    Ok(RequestId(id.unsigned_abs()))
}

async fn forget(work: &mut Work, request: RequestId, rows: &[Row<'_>]) -> Result<(), StoreError> {
    let places: Vec<String> = (2..rows.len() + 2)
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "DELETE FROM miner_predictions WHERE validator_requests_id = $1 AND miner_id IN ({})",
        places.join(", ")
    );
    let miners = rows.iter().map(|row| row.miner.0.into());
    let values: Vec<Value> = std::iter::once(request.0.into()).chain(miners).collect();
    work.execute(&sql, &values).await.map(|_| ())
}

async fn insert_each(
    transaction: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
    rows: &[Row<'_>],
) -> Result<(), sqlx::Error> {
    const SQL: &str = "INSERT INTO miner_predictions (validator_requests_id, miner_uid, miner_id,
            format_validation, process_time, checksum, prediction, paths)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    for row in rows {
        sqlx::query(SQL)
            .bind(signed(row.request.0))
            .bind(i64::from(row.uid.0))
            .bind(signed(row.miner.0))
            .bind(&*row.format_validation)
            .bind(row.process_time)
            .bind(row.checksum)
            .bind(&*row.prediction)
            .bind(row.paths)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
