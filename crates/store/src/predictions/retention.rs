use axonry_core::UnixMillis;

use super::Predictions;
use super::again::again;
use crate::StoreError;

/// Which requests are one too many: upstream's tapering (`density_tapering_predictions`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thinning {
    /// Of which length, in seconds.
    pub time_length: u32,
    /// Requests that began before this are looked at.
    pub began_before: UnixMillis,
    /// Of each asset, one request per so many seconds stays: the one with the smallest number.
    pub bucket_seconds: u32,
    /// And each asset's newest stays, if it began after this: it is not to be scored yet.
    pub newest_after: UnixMillis,
    /// What is written into `deleted_at`.
    pub now: UnixMillis,
}

/// What is let go of for its age: upstream's light mode (`cleanup_old_history`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Of which length, in seconds.
    pub time_length: u32,
    /// Predictions of requests that began before this go.
    pub predictions_before: UnixMillis,
    /// Scores of moments before this go, and the real prices of requests that began before it.
    pub scores_before: UnixMillis,
    /// What is written into `deleted_at`.
    pub now: UnixMillis,
}

impl Predictions {
    /// Lets go of the predictions of requests that are one too many, and says of how many answers.
    /// Their rows stay, marked; their space is used for later ones.
    ///
    /// # Errors
    /// [`StoreError::Statement`]; what was let go of before it stays so.
    pub async fn thin(&self, rule: &Thinning) -> Result<u64, StoreError> {
        let dialect = self.dialect();
        let sql = format!(
            "WITH old AS (
                 SELECT id, ROW_NUMBER() OVER (
                     PARTITION BY asset, ({start}) / ($3 * 1000) ORDER BY id) AS place
                 FROM validator_requests WHERE time_length = $1 AND start_time < {before}),
             newest AS (
                 SELECT id, ROW_NUMBER() OVER (
                     PARTITION BY asset ORDER BY start_time DESC, id DESC) AS place
                 FROM validator_requests WHERE time_length = $1 AND start_time > {after})
             SELECT old.id FROM old WHERE place > 1
                 AND id NOT IN (SELECT id FROM newest WHERE place = 1)
                 AND EXISTS (SELECT 1 FROM miner_predictions p
                     WHERE p.validator_requests_id = old.id AND p.deleted_at IS NULL)
             ORDER BY old.id",
            start = dialect.millis("start_time"),
            before = dialect.moment(2),
            after = dialect.moment(4),
        );
        let values = [
            u64::from(rule.time_length).into(),
            rule.began_before.0.into(),
            u64::from(rule.bucket_seconds.max(1)).into(),
            rule.newest_after.0.into(),
        ];
        let mut work = self.read("find requests that are one too many").await?;
        let requests = work.numbers(&sql, &values).await?;
        drop(work);
        self.let_go(&requests, "thinned", rule.now).await
    }

    /// Lets go of what is too old, and says of how many predictions.
    ///
    /// Upstream goes by when a prediction was written; ours goes by when its request began, minutes
    /// later, so that the clock that is given is the only one.
    ///
    /// # Errors
    /// [`StoreError::Statement`]; what was let go of before it stays so.
    pub async fn expire(&self, rule: &Expiry) -> Result<u64, StoreError> {
        let dialect = self.dialect();
        let old = format!(
            "SELECT r.id FROM validator_requests r
             WHERE r.time_length = $1 AND r.start_time < {}
                 AND EXISTS (SELECT 1 FROM miner_predictions p
                     WHERE p.validator_requests_id = r.id AND p.deleted_at IS NULL)
             ORDER BY r.id",
            dialect.moment(2)
        );
        let length = u64::from(rule.time_length);
        let values = [length.into(), rule.predictions_before.0.into()];
        let mut work = self.read("find predictions that are too old").await?;
        let requests = work.numbers(&old, &values).await?;
        drop(work);
        let gone = self.let_go(&requests, "light mode", rule.now).await?;

        self.let_go_of_scores(rule).await?;
        Ok(gone)
    }

    async fn let_go_of_scores(&self, rule: &Expiry) -> Result<(), StoreError> {
        let dialect = self.dialect();
        let what = "let go of old scores";
        let scored = format!(
            "SELECT DISTINCT s.validator_requests_id FROM miner_scores s
             CROSS JOIN validator_requests r
             WHERE r.id = s.validator_requests_id AND s.scored_time < {} AND r.time_length = $2",
            dialect.moment(1)
        );
        let values = [
            rule.scores_before.0.into(),
            u64::from(rule.time_length).into(),
        ];
        let mut work = self.read(what).await?;
        let requests = work.numbers(&scored, &values).await?;
        drop(work);
        let delete = "DELETE FROM miner_scores WHERE validator_requests_id = $1";
        for request in requests {
            again(what, || async {
                let mut work = self.write(what).await?;
                work.execute(delete, &[request.into()]).await?;
                work.commit().await
            })
            .await?;
        }
        let prices = format!(
            "UPDATE validator_requests SET real_prices = '[]'
             WHERE start_time < {} AND time_length = $2 AND real_prices IS NOT NULL
                 AND CAST(real_prices AS TEXT) <> '[]'",
            dialect.moment(1)
        );
        again(what, || async {
            let mut work = self.write(what).await?;
            work.execute(&prices, &values).await?;
            work.commit().await
        })
        .await
    }

    /// A request at a time, so that nobody waits long for a turn.
    async fn let_go(
        &self,
        requests: &[i64],
        reason: &str,
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        let what = "let go of predictions";
        let stone = format!(r#"{{"deleted": true, "reason": "{reason}"}}"#);
        let dialect = self.dialect();
        let moment = match dialect {
            super::Dialect::Sqlite => dialect.moment(2),
            // The column is without a time zone.
            super::Dialect::Postgres => format!("{} AT TIME ZONE 'UTC'", dialect.moment(2)),
        };
        let sql = format!(
            "UPDATE miner_predictions
             SET deleted_at = {moment}, prediction = $3, paths = NULL, checksum = NULL
             WHERE validator_requests_id = $1 AND deleted_at IS NULL"
        );
        let mut gone = 0;
        for request in requests {
            let values = [(*request).into(), now.0.into(), stone.as_str().into()];
            gone += again(what, || async {
                let mut work = self.write(what).await?;
                let touched = work.execute(&sql, &values).await?;
                work.commit().await?;
                Ok(touched)
            })
            .await?;
        }
        Ok(gone)
    }
}
