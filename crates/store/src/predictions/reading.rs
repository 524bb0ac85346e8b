use std::ops::Range;

use axonry_core::{Hotkey, Uid, UnixMillis};

use super::Predictions;
use super::rows::{
    CurrentMiners, Miner, MinerId, Prediction, PredictionId, Request, RequestId, StoredAnswer,
    StoredRequest,
};
use super::saving::sum;
use super::schema::{NOTHING, STORED_AS_F32};
use crate::StoreError;
use crate::fields::Fields;
use crate::value::Kind::{Bytes, Integer, Real, Text};
use crate::value::{Table, Value, checksum};

static REQUEST: Table = Table {
    name: "validator_requests",
    columns: &[
        ("start_time", Integer),
        ("asset", Text),
        ("time_increment", Integer),
        ("time_length", Integer),
        ("num_simulations", Integer),
        ("request_time", Integer),
        ("id", Integer),
        ("checksum", Integer),
    ],
    key: 0,
};

static ANSWER: Table = Table {
    name: "miner_predictions",
    columns: &[
        ("id", Integer),
        ("miner_id", Integer),
        ("miner_uid", Integer),
        ("hotkey", Text),
        ("process_time", Real),
        ("format_validation", Text),
    ],
    key: 0,
};

static PREDICTION: Table = Table {
    name: "miner_predictions",
    columns: &[
        ("validator_requests_id", Integer),
        ("miner_id", Integer),
        ("process_time", Real),
        ("format_validation", Text),
        ("checksum", Integer),
        ("prediction", Text),
        ("paths", Bytes),
    ],
    key: 0,
};

static MINER: Table = Table {
    name: "miners",
    columns: &[
        ("id", Integer),
        ("miner_uid", Integer),
        ("coldkey", Text),
        ("hotkey", Text),
    ],
    key: 0,
};

impl Request {
    /// Its columns, in the order of the statement that writes them.
    pub(super) fn values(&self) -> Vec<Value> {
        vec![
            self.start_time.0.into(),
            self.asset.as_str().into(),
            u64::from(self.time_increment).into(),
            u64::from(self.time_length).into(),
            u64::from(self.num_simulations).into(),
            self.request_time.0.into(),
        ]
    }

    pub(super) fn checksum(&self) -> i64 {
        checksum(REQUEST.name, &self.values())
    }

    fn read(fields: &mut Fields) -> Result<StoredRequest, StoreError> {
        let request = Self {
            start_time: UnixMillis(fields.number()?),
            asset: fields.text()?,
            time_increment: fields.narrow()?,
            time_length: fields.narrow()?,
            num_simulations: fields.narrow()?,
            request_time: UnixMillis(fields.number()?),
        };
        let id = RequestId(fields.number()?);
        match fields.checksum()? == Some(request.checksum()) {
            true => Ok(StoredRequest { id, request }),
            false => Err(fields.corrupt("it is not that of the row's values")),
        }
    }
}

impl Predictions {
    /// Requests of a length that began in a range of time, have answers, and have no scores yet;
    /// earliest first.
    ///
    /// Upstream scores at `s` what began in
    /// `s − window − time_length − 90 s .. s − time_length − 90 s`
    /// (`get_validator_requests_to_score`).
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn requests_to_score(
        &self,
        time_length: u32,
        began: Range<UnixMillis>,
    ) -> Result<Vec<StoredRequest>, StoreError> {
        let rest = "AND NOT EXISTS
                (SELECT 1 FROM miner_scores s WHERE s.validator_requests_id = r.id)
            AND EXISTS (SELECT 1 FROM miner_predictions p
                WHERE p.validator_requests_id = r.id AND p.deleted_at IS NULL)";
        self.requests_where(time_length, began, rest).await
    }

    /// All requests of a length that began in a range of time, earliest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn requests(
        &self,
        time_length: u32,
        began: Range<UnixMillis>,
    ) -> Result<Vec<StoredRequest>, StoreError> {
        self.requests_where(time_length, began, "").await
    }

    async fn requests_where(
        &self,
        time_length: u32,
        began: Range<UnixMillis>,
        rest: &str,
    ) -> Result<Vec<StoredRequest>, StoreError> {
        let dialect = self.dialect();
        let sql = format!(
            "SELECT {}, asset, CAST(time_increment AS BIGINT), CAST(time_length AS BIGINT),
                 CAST(num_simulations AS BIGINT), {}, id, checksum
             FROM validator_requests r
             WHERE time_length = $1 AND start_time >= {} AND start_time < {} {rest}
             ORDER BY start_time, id",
            dialect.millis("start_time"),
            dialect.millis("request_time"),
            dialect.moment(2),
            dialect.moment(3),
        );
        let values = [
            u64::from(time_length).into(),
            began.start.0.into(),
            began.end.0.into(),
        ];
        let mut work = self.read("read requests").await?;
        let rows = work.read(&REQUEST, &sql, &values).await?;
        rows.into_iter()
            .map(|mut fields| Request::read(&mut fields))
            .collect()
    }

    /// The asset of the request of this length that began last: the next in turn follows it.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn newest_asset(&self, time_length: u32) -> Result<Option<String>, StoreError> {
        static ASSET: Table = Table {
            name: "validator_requests",
            columns: &[("asset", Text)],
            key: 0,
        };
        let mut work = self.read("read the newest asset").await?;
        let sql = "SELECT asset FROM validator_requests WHERE time_length = $1
            ORDER BY start_time DESC, id DESC LIMIT 1";
        let length = [u64::from(time_length).into()];
        let newest = work.read(&ASSET, sql, &length).await?.pop();
        newest.map(|mut fields| fields.text()).transpose()
    }

    /// The answers to a request by uid, without their predictions; those let go of are left out.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn answers(&self, request: RequestId) -> Result<Vec<StoredAnswer>, StoreError> {
        let mut work = self.read("read the answers to a request").await?;
        let sql = "SELECT p.id, p.miner_id, CAST(m.miner_uid AS BIGINT), m.hotkey,
                p.process_time, p.format_validation
            FROM miner_predictions p JOIN miners m ON m.id = p.miner_id
            WHERE p.validator_requests_id = $1 AND p.deleted_at IS NULL
            ORDER BY m.miner_uid, p.id";
        let rows = work.read(&ANSWER, sql, &[request.0.into()]).await?;
        rows.into_iter()
            .map(|mut fields| {
                Ok(StoredAnswer {
                    id: PredictionId(fields.number()?),
                    miner: MinerId(fields.number()?),
                    uid: Uid(fields.narrow()?),
                    hotkey: fields.parsed::<Hotkey>()?,
                    process_time: fields.optional_real()?,
                    format_validation: fields.text()?,
                })
            })
            .collect()
    }

    /// What is kept of one answer's paths: one at a time, so that the caller says how many are in
    /// memory. [`Prediction::Nothing`] also when they were let go of meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the row changed on the disk: the paths of one miner are unknown
    /// then, and nobody else's. [`StoreError::Statement`].
    pub async fn prediction(&self, id: PredictionId) -> Result<Prediction, StoreError> {
        let mut work = self.read("read a prediction").await?;
        let sql = "SELECT validator_requests_id, miner_id, process_time, format_validation,
                checksum, prediction, paths
            FROM miner_predictions WHERE id = $1 AND deleted_at IS NULL";
        let Some(mut fields) = work.read(&PREDICTION, sql, &[id.0.into()]).await?.pop() else {
            return Ok(Prediction::Nothing);
        };
        let (request, miner) = (RequestId(fields.number()?), MinerId(fields.number()?));
        let (process_time, format_validation) = (fields.optional_real()?, fields.text()?);
        let found = fields.checksum()?;
        let (text, paths) = (fields.text()?, fields.optional_bytes()?);
        let expected = sum(
            request,
            miner,
            process_time,
            &format_validation,
            &text,
            paths.as_deref(),
        );
        if found != Some(expected) {
            return Err(fields.corrupt("the checksum is not that of the row's values"));
        }
        Ok(match (text.as_str(), paths) {
            (STORED_AS_F32, Some(paths)) => Prediction::F32(paths),
            (NOTHING, _) => Prediction::Nothing,
            _ => Prediction::Json(text),
        })
    }

    /// Who holds each uid now, by the miners' numbers.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn current_miners(&self) -> Result<CurrentMiners, StoreError> {
        let mut work = self.read("read the miners").await?;
        let sql = "SELECT id, CAST(miner_uid AS BIGINT), coldkey, hotkey FROM (
                SELECT id, miner_uid, coldkey, hotkey, ROW_NUMBER() OVER
                    (PARTITION BY miner_uid ORDER BY updated_at DESC, id DESC) AS place
                FROM miners) ranked
            WHERE place = 1";
        let rows = work.read(&MINER, sql, &[]).await?;
        rows.into_iter()
            .map(|mut fields| {
                let id = MinerId(fields.number()?);
                let miner = Miner {
                    uid: Uid(fields.narrow()?),
                    coldkey: fields.parsed()?,
                    hotkey: fields.parsed()?,
                };
                Ok((id, miner))
            })
            .collect()
    }
}
