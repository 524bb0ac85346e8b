//! What miners predicted, what came of it, and the scores they got: the tables of upstream's
//! validator (`mode-network/synth-subnet`), in a SQLite file of their own or a schema of a
//! PostgreSQL database.
//!
//! A day of predictions is a thousand times a validator's state, so they stand apart from it: the
//! file is checked row by row when a row is read and not as a whole when it is opened, an export of
//! the state leaves them out, and writing them never makes an intent wait.
//!
//! ```
//! use axonry_core::{Coldkey, Hotkey, Uid, UnixMillis};
//! use axonry_store::predictions::{Answer, Miner, Prediction, Predictions, Request};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("predictions.sqlite");
//! let predictions = Predictions::open_or_create(&path).await?;
//! let start_time = UnixMillis(1_770_114_060_000);
//! let request = Request {
//!     start_time,
//!     asset: "BTC".to_owned(),
//!     time_increment: 300,
//!     time_length: 600,
//!     num_simulations: 1,
//!     request_time: start_time,
//! };
//! let miner = Miner {
//!     uid: Uid(7),
//!     coldkey: Coldkey::from_bytes([1; 32]),
//!     hotkey: Hotkey::from_bytes([2; 32]),
//! };
//! // Answers are saved as they come; what is saved stays, whatever happens to the rest.
//! let asked = predictions.begin(&request, &[miner]).await?;
//! let answer = Answer {
//!     uid: Uid(7),
//!     process_time: Some(1.5),
//!     format_validation: "CORRECT".to_owned(),
//!     prediction: Prediction::Json("[1770114060,300,[1.5,1.25,1.75]]".to_owned()),
//! };
//! asked.save(&[answer.clone()]).await?;
//! asked.finish(start_time).await?;
//!
//! let settled = UnixMillis(0)..UnixMillis(start_time.0 + 1);
//! let requests = predictions.requests_to_score(600, settled).await?;
//! for kept in predictions.answers(requests[0].id).await? {
//!     assert_eq!(predictions.prediction(kept.id).await?, answer.prediction);
//! }
//! predictions.close().await;
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use again::in_time;

use crate::StoreError;
use crate::fields::Fields;
use crate::location::Location;
use crate::pool::Pool;
use crate::store::{Content, begin, create};
use crate::value::{Table, Value};
use crate::work::Work;

mod again;
#[cfg(feature = "postgres")]
mod copy;
mod dialect;
mod file;
mod history;
mod inserting;
mod reading;
mod retention;
mod rows;
mod saving;
mod schema;
mod scores;

pub use retention::{Expiry, Thinning};
pub use rows::{
    Answer, CurrentMiners, Miner, MinerId, NeuronRecord, Prediction, PredictionId, Request,
    RequestId, Reward, Saved, Score, ScoreRow, ScoreWindow, Scores, StoredAnswer, StoredRequest,
    WeightsUpdate,
};
pub use saving::{Asked, BATCH_BYTES, LONGEST_PREDICTION};

pub(crate) use dialect::Dialect;
pub(crate) use file::PAGE_SIZE;
#[cfg(feature = "postgres")]
pub(crate) use schema::{NEWEST, TABLES};

/// How many connections read beside the one that writes.
const READERS: u32 = 2;

/// Predictions and scores in a database.
///
/// Clones share its connections: one that writes, and some that read meanwhile. One process has them
/// at a time, until [`Predictions::close`].
#[derive(Clone, Debug)]
pub struct Predictions {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    location: Location,
    writer: Pool,
    readers: Pool,
    /// What tells other processes that the file is ours; let go of when this is dropped.
    held: Option<file::Held>,
}

impl Predictions {
    /// Opens predictions that are there. A file must not be that of a [`Store`](crate::Store); a
    /// database schema may be, they do not meet.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there are none; [`StoreError::InUse`] when another process has
    /// them; [`StoreError::Foreign`], [`StoreError::Newer`], [`StoreError::ReadOnly`],
    /// [`StoreError::Damaged`] or [`StoreError::Open`] when they cannot be relied on.
    pub async fn open(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        let (writer, readers, held) = match &location {
            Location::File(path) => {
                let (writer, readers, held) = file::open(path).await?;
                (Pool::Sqlite(writer), Pool::Sqlite(readers), Some(held))
            }
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => {
                let writer = crate::postgres::open(url, &crate::postgres::PREDICTIONS).await?;
                let readers = crate::postgres::readers(url, READERS).await?;
                (Pool::Postgres(writer), Pool::Postgres(readers), None)
            }
            #[cfg(not(feature = "postgres"))]
            Location::Postgres(_) => return Err(StoreError::NotSupported),
        };
        let inner = Arc::new(Inner {
            location,
            writer,
            readers,
            held,
        });
        Ok(Self { inner })
    }

    /// Makes a new, empty place for predictions, complete or not at all, and opens it.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one already; as [`Predictions::open`] otherwise.
    pub async fn create(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        create(&location, &Content::Predictions).await?;
        Self::open(location).await
    }

    /// Opens predictions, or makes a new place for them where there is none. Without the scores of
    /// the window a miner's moving average begins anew.
    ///
    /// # Errors
    /// As [`Predictions::open`], except [`StoreError::Missing`].
    pub async fn open_or_create(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        match Self::open(&location).await {
            Err(StoreError::Missing { .. }) => {
                match create(&location, &Content::Predictions).await {
                    Ok(()) | Err(StoreError::Exists { .. }) => Self::open(location).await,
                    Err(error) => Err(error),
                }
            }
            opened => opened,
        }
    }

    /// Writes everything out and lets go. Clones are closed with it.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
        if let Some(held) = &self.inner.held {
            held.release();
        }
    }

    /// Where they are.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    fn dialect(&self) -> Dialect {
        match &self.inner.writer {
            Pool::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Pool::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether there is room for more than weights need.
    fn has_room(&self, what: &'static str) -> Result<(), StoreError> {
        match self.inner.location.path() {
            Some(path) => file::has_room(path, what),
            None => Ok(()),
        }
    }

    async fn write(&self, what: &'static str) -> Result<Work, StoreError> {
        begin(&self.inner.writer, what).await
    }

    async fn read(&self, what: &'static str) -> Result<Reading, StoreError> {
        let work = in_time(what, begin(&self.inner.readers, what)).await?;
        Ok(Reading { work, what })
    }
}

/// Reads at one moment, each statement within its time.
struct Reading {
    work: Work,
    what: &'static str,
}

impl Reading {
    async fn read(
        &mut self,
        table: &'static Table,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Fields>, StoreError> {
        in_time(self.what, self.work.read(table, sql, values)).await
    }

    async fn numbers(&mut self, sql: &str, values: &[Value]) -> Result<Vec<i64>, StoreError> {
        in_time(self.what, self.work.numbers(sql, values)).await
    }
}

/// Makes the tables in an empty database.
pub(crate) async fn make(work: &mut Work) -> Result<(), StoreError> {
    let dialect = match work.is_postgres() {
        false => Dialect::Sqlite,
        true => Dialect::Postgres,
    };
    work.script(&schema::script(dialect)).await?;
    if dialect == Dialect::Sqlite {
        work.script(&file::mark()).await?;
    }
    Ok(())
}
