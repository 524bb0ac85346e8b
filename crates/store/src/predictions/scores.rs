use std::collections::BTreeMap;

use axonry_core::UnixMillis;
use serde_json::Value as Json;

use super::again::again;
use super::dialect::Column::{Jsonb, Moment, Plain};
use super::inserting::Insertion;
use super::rows::{MinerId, RequestId, ScoreRow, ScoreWindow, Scores};
use super::{Dialect, Predictions};
use crate::StoreError;
use crate::value::Kind::{Integer, Real, Text};
use crate::value::{Table, Value, checksum};
use crate::work::Work;

/// How many scores are in memory twice when a window is read.
const PAGE: u64 = 10_000;

static OWNER: Table = Table {
    name: "miner_predictions",
    columns: &[
        ("id", Integer),
        ("miner_id", Integer),
        ("miner_uid", Integer),
    ],
    key: 0,
};

static SCORE: Table = Table {
    name: "miner_scores",
    columns: &[
        ("scored_time", Integer),
        ("id", Integer),
        ("validator_requests_id", Integer),
        ("miner_id", Integer),
        ("prompt_score_v3", Real),
        ("percentile90", Real),
        ("lowest_score", Real),
        ("checksum", Integer),
        ("asset", Text),
    ],
    key: 0,
};

impl Predictions {
    /// Writes down what a request's answers were worth, and what they were held against: all or
    /// none. A score that is there is replaced.
    ///
    /// Scores of answers that were let go of meanwhile are left out.
    ///
    /// # Errors
    /// [`StoreError::Statement`] when the database does not answer for several tries; upstream tries
    /// once and goes on as if nothing was.
    pub async fn save_scores(&self, request: RequestId, scores: &Scores) -> Result<(), StoreError> {
        let what = "save scores";
        again(what, || async {
            let mut work = self.write(what).await?;
            self.put_real_prices(&mut work, request, &scores.real_prices)
                .await?;
            self.put_scores(&mut work, request, scores).await?;
            work.commit().await
        })
        .await
    }

    async fn put_real_prices(
        &self,
        work: &mut Work,
        request: RequestId,
        prices: &[Option<f64>],
    ) -> Result<(), StoreError> {
        let prices = Json::from(prices.to_vec()).to_string();
        let sql = match self.dialect() {
            Dialect::Sqlite => "UPDATE validator_requests SET real_prices = $2 WHERE id = $1",
            Dialect::Postgres => {
                "UPDATE validator_requests SET real_prices = CAST($2 AS json) WHERE id = $1"
            }
        };
        let values = [request.0.into(), prices.into()];
        work.execute(sql, &values).await.map(|_| ())
    }

    async fn put_scores(
        &self,
        work: &mut Work,
        request: RequestId,
        scores: &Scores,
    ) -> Result<(), StoreError> {
        let dialect = self.dialect();
        let owners = "SELECT id, miner_id, CAST(miner_uid AS BIGINT) FROM miner_predictions
            WHERE validator_requests_id = $1 AND deleted_at IS NULL";
        let mut owner = BTreeMap::new();
        for mut fields in work.read(&OWNER, owners, &[request.0.into()]).await? {
            let id = fields.number()?;
            owner.insert(id, (MinerId(fields.number()?), fields.number()?));
        }
        let mut rows = Vec::with_capacity(scores.scores.len());
        for score in &scores.scores {
            let Some((miner, uid)) = owner.get(&score.prediction.0) else {
                continue;
            };
            let mut row = facts(
                scores.scored_time,
                request,
                *miner,
                score.prompt_score,
                scores.percentile90,
                scores.lowest_score,
            );
            row.push(checksum(SCORE.name, &row).into());
            row.extend([
                (*uid).into(),
                score.prediction.0.into(),
                score.details.as_str().into(),
            ]);
            rows.push(row);
        }
        let replaced = format!(
            "ON CONFLICT (miner_predictions_id) DO UPDATE SET
                 scored_time = excluded.scored_time, prompt_score_v3 = excluded.prompt_score_v3,
                 percentile90 = excluded.percentile90, lowest_score = excluded.lowest_score,
                 checksum = excluded.checksum, score_details_v3 = excluded.score_details_v3,
                 updated_at = {}",
            dialect.now()
        );
        let mut columns = [Plain; 10];
        (columns[0], columns[9]) = (Moment, Jsonb);
        let insertion = Insertion {
            dialect,
            into: "INSERT INTO miner_scores (scored_time, validator_requests_id, miner_id,
                prompt_score_v3, percentile90, lowest_score, checksum, miner_uid,
                miner_predictions_id, score_details_v3) VALUES",
            columns: &columns,
            rest: &replaced,
        };
        insertion.run(work, &rows).await
    }

    /// The scores of a length that are of a moment after `after`, by moment.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a row that changed on the disk: an average is never made up.
    /// [`StoreError::Statement`].
    pub async fn scores(
        &self,
        time_length: u32,
        after: UnixMillis,
    ) -> Result<ScoreWindow, StoreError> {
        let dialect = self.dialect();
        // SQLite takes a cross join in the order it is written: by the scores' index, page after
        // page, and not by each request anew.
        let sql = format!(
            "SELECT {}, s.id, s.validator_requests_id, s.miner_id, s.prompt_score_v3,
                 s.percentile90, s.lowest_score, s.checksum, r.asset
             FROM miner_scores s CROSS JOIN validator_requests r
             WHERE r.id = s.validator_requests_id AND r.time_length = $1 AND s.scored_time > {}
                 AND (s.scored_time, s.id) > ({}, $4)
             ORDER BY s.scored_time, s.id LIMIT $5",
            dialect.millis("s.scored_time"),
            dialect.moment(2),
            dialect.moment(3),
        );
        let mut window = ScoreWindow::default();
        let mut work = self.read("read the scores of a window").await?;
        let mut from = (after.0, u64::MAX >> 1);
        loop {
            let values = [
                u64::from(time_length).into(),
                after.0.into(),
                from.0.into(),
                from.1.into(),
                PAGE.into(),
            ];
            let rows = work.read(&SCORE, &sql, &values).await?;
            let last = u64::try_from(rows.len()).is_ok_and(|count| count < PAGE);
            for mut fields in rows {
                from = window.take(&mut fields)?;
            }
            if last {
                return Ok(window);
            }
        }
    }
}

impl ScoreWindow {
    /// Takes the next row, and says where it stands.
    fn take(&mut self, fields: &mut crate::fields::Fields) -> Result<(u64, u64), StoreError> {
        let scored_time = UnixMillis(fields.number()?);
        let (id, request) = (fields.number()?, RequestId(fields.number()?));
        let miner = MinerId(fields.number()?);
        let prompt_score = fields.real_or_nan()?;
        let (percentile90, lowest_score) = (fields.optional_real()?, fields.optional_real()?);
        let values = facts(
            scored_time,
            request,
            miner,
            prompt_score,
            percentile90,
            lowest_score,
        );
        if fields.checksum()? != Some(checksum(SCORE.name, &values)) {
            return Err(fields.corrupt("it is not that of the row's values"));
        }
        let asset = fields.text()?;
        let known = self.assets.iter().position(|known| *known == asset);
        let asset = known.unwrap_or_else(|| {
            self.assets.push(asset);
            self.assets.len() - 1
        });
        let first = self
            .rows
            .last()
            .filter(|row| row.scored_time == scored_time);
        let (percentile90, lowest_score) = match first {
            Some(first) => (first.percentile90, first.lowest_score),
            None => (percentile90, lowest_score),
        };
        self.rows.push(ScoreRow {
            miner,
            prompt_score,
            scored_time,
            asset,
            percentile90,
            lowest_score,
        });
        Ok((scored_time.0, id))
    }
}

/// What a score's checksum is of. SQLite keeps what is not a number as nothing.
fn facts(
    scored_time: UnixMillis,
    request: RequestId,
    miner: MinerId,
    prompt_score: f64,
    percentile90: Option<f64>,
    lowest_score: Option<f64>,
) -> Vec<Value> {
    let number = |value: Option<f64>| Value::Real(value.filter(|value| !value.is_nan()));
    vec![
        scored_time.0.into(),
        request.0.into(),
        miner.0.into(),
        number(Some(prompt_score)),
        number(percentile90),
        number(lowest_score),
    ]
}
