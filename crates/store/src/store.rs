use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use axonry_core::{Block, BlockHash, Hotkey, NetUid};

use crate::averages::seed;
use crate::location::Location;
use crate::pool::Pool;
use crate::reserve::Reserve;
use crate::schema::{AVERAGES, JOURNAL, SETTINGS};
use crate::transfer::Exported;
use crate::work::Work;
use crate::{StoreError, file, predictions};

/// The state of one validator: a file, or a schema of a PostgreSQL database.
///
/// Clones share one connection: there is one writer, so that what is acknowledged is in order.
/// The state is locked to this process until [`Store::close`].
///
/// In PostgreSQL the journal is there too: an intent costs a round trip more, and while the database
/// is away nothing is sent. A lost connection loses the lock with it; the next one takes it again,
/// or fails when another process has it.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: Pool,
    location: Arc<Location>,
    pub(crate) reserve: Arc<Reserve>,
}

impl Store {
    /// Opens a state that is there, and brings its tables up to date; a file is copied to
    /// `FILE.vN.bak` first, where `N` is its version.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none: whether a new one may take its place is for the
    /// caller to know ([`Store::create`]). [`StoreError::InUse`] when another process has it,
    /// [`StoreError::Newer`] when a later release wrote it, [`StoreError::Foreign`] when it is
    /// another program's, [`StoreError::ReadOnly`], [`StoreError::Damaged`], [`StoreError::Corrupt`]
    /// or [`StoreError::Open`] when it cannot be relied on. It is left as it is then, and never
    /// replaced by an empty one.
    pub async fn open(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        let pool = match &location {
            Location::File(path) => Pool::Sqlite(file::open(path).await?),
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => {
                Pool::Postgres(crate::postgres::open(url, &crate::postgres::STATE).await?)
            }
            #[cfg(not(feature = "postgres"))]
            Location::Postgres(_) => return Err(StoreError::NotSupported),
        };
        let store = Self {
            pool,
            reserve: Arc::new(Reserve::beside(location.path())),
            location: Arc::new(location),
        };
        match store.check().await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// Opens a state to read from it: a schema of PostgreSQL beside the validator that writes to it,
    /// and a file as [`Store::open`] does, which keeps everybody else out until [`Store::close`].
    ///
    /// # Errors
    /// As [`Store::open`]. Whatever writes to a state that was opened in this way may fail.
    pub async fn open_to_read(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        #[cfg(feature = "postgres")]
        if let Location::Postgres(url) = &location
            && let Some(pool) = crate::postgres::read(url).await?
        {
            return Ok(Self {
                pool: Pool::Postgres(pool),
                reserve: Arc::new(Reserve::beside(None)),
                location: Arc::new(location),
            });
        }
        Self::open(location).await
    }

    /// Makes a new, empty state, complete or not at all, and opens it.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one already; as [`Store::open`] otherwise.
    pub async fn create(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        create(&location, &Content::Nothing).await?;
        Self::open(location).await
    }

    /// Makes a new state whose averages are those of a vector that the chain still has, complete or
    /// not at all, and opens it: for a validator that has lost its state. [`Store::seeded`] tells.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub async fn create_seeded(
        location: impl Into<Location>,
        netuid: NetUid,
        averages: &BTreeMap<Hotkey, f32>,
        block: Block,
    ) -> Result<Self, StoreError> {
        let location = location.into();
        let seed = Content::Seed {
            netuid,
            averages,
            block,
        };
        create(&location, &seed).await?;
        Self::open(location).await
    }

    /// Opens a state, or makes a new one where there is none: for devnets and tests. A validator
    /// whose state is gone has lost what miners earned, and should not go on as if nothing was.
    ///
    /// # Errors
    /// As [`Store::open`], except [`StoreError::Missing`].
    pub async fn open_or_create(location: impl Into<Location>) -> Result<Self, StoreError> {
        let location = location.into();
        match Self::open(&location).await {
            Err(StoreError::Missing { .. }) => match create(&location, &Content::Nothing).await {
                // Another process was faster; opening says whether it still has it.
                Ok(()) | Err(StoreError::Exists { .. }) => Self::open(location).await,
                Err(error) => Err(error),
            },
            opened => opened,
        }
    }

    /// Ties the state to a chain: the first call notes its genesis, later ones compare.
    ///
    /// Averages and rounds of one network mean nothing on another.
    ///
    /// # Errors
    /// [`StoreError::OtherChain`] when the state was made with another chain.
    pub async fn bind(&self, genesis: BlockHash) -> Result<(), StoreError> {
        let what = "note which chain the state belongs to";
        let written = self.essential(what, |mut work| async move {
            let stored = work.setting(GENESIS).await?;
            if stored.is_none() {
                let row = vec![GENESIS.into(), genesis.to_string().into()];
                work.insert(&SETTINGS, row).await?;
            }
            Ok((work, stored))
        });
        match written.await? {
            Some(stored) if stored != genesis.to_string() => Err(StoreError::OtherChain {
                location: (*self.location).clone(),
                stored,
                given: genesis,
            }),
            _ => Ok(()),
        }
    }

    /// Whether history is not being kept for want of space. Weights still land; somebody must act.
    pub fn history_paused(&self) -> bool {
        self.reserve.is_short()
    }

    /// Writes everything out and lets go of the state. Clones are closed with it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Where the state is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.begin("read the settings").await?.setting(key).await
    }

    pub(crate) async fn begin(&self, what: &'static str) -> Result<Work, StoreError> {
        begin(&self.pool, what).await
    }

    /// Does what weights cannot land without; where the disk is full, in the space kept for it.
    pub(crate) async fn essential<T, W, F>(
        &self,
        what: &'static str,
        change: W,
    ) -> Result<T, StoreError>
    where
        W: Fn(Work) -> F,
        F: Future<Output = Result<(Work, T), StoreError>>,
    {
        match self.once(what, &change).await {
            Err(error) if error.is_full() && self.reserve.release() => {
                self.once(what, &change).await
            }
            done => done,
        }
    }

    /// Does what weights can land without, as long as that leaves them space.
    pub(crate) async fn history<T, W, F>(
        &self,
        what: &'static str,
        change: W,
    ) -> Result<T, StoreError>
    where
        W: Fn(Work) -> F,
        F: Future<Output = Result<(Work, T), StoreError>>,
    {
        if !self.reserve.is_there() && !self.reserve.restore() {
            return Err(StoreError::HistoryPaused { what });
        }
        match self.once(what, &change).await {
            Err(error) if error.is_full() => {
                self.reserve.fall_short();
                Err(StoreError::HistoryPaused { what })
            }
            done => {
                self.reserve.suffice();
                done
            }
        }
    }

    async fn once<T, W, F>(&self, what: &'static str, change: &W) -> Result<T, StoreError>
    where
        W: Fn(Work) -> F,
        F: Future<Output = Result<(Work, T), StoreError>>,
    {
        let (work, value) = change(self.begin(what).await?).await?;
        work.commit().await?;
        Ok(value)
    }

    /// Brings the tables up to date, and checks each row that decides about weights.
    async fn check(&self) -> Result<(), StoreError> {
        let mut work = self.begin("bring the tables up to date").await?;
        if work.migrate().await? {
            work.commit().await?;
            work = self.begin("check the state").await?;
        }
        for table in [&SETTINGS, &AVERAGES, &JOURNAL] {
            let mut pages = 0;
            while !work.page(table, pages).await?.is_empty() {
                pages += 1;
            }
        }
        Ok(())
    }
}

pub(crate) const GENESIS: &str = "genesis";

pub(crate) async fn begin(pool: &Pool, what: &'static str) -> Result<Work, StoreError> {
    let begun = pool.begin().await;
    let transaction = begun.map_err(|source| StoreError::Statement { what, source })?;
    Ok(Work::new(transaction, what))
}

/// What a new state begins with.
pub(crate) enum Content<'a> {
    Nothing,
    Seed {
        netuid: NetUid,
        averages: &'a BTreeMap<Hotkey, f32>,
        block: Block,
    },
    Exported(&'a Exported),
    /// Not a state but predictions: other tables, in a place of their own.
    Predictions,
}

/// Makes a new state with its content, complete or not at all.
pub(crate) async fn create(location: &Location, content: &Content<'_>) -> Result<(), StoreError> {
    match location {
        Location::File(path) => file::create(path, content).await,
        #[cfg(feature = "postgres")]
        Location::Postgres(url) => crate::postgres::create(url, content).await,
        #[cfg(not(feature = "postgres"))]
        Location::Postgres(_) => Err(StoreError::NotSupported),
    }
}

/// Makes the tables in an empty database, and fills them.
pub(crate) async fn fill(pool: &Pool, content: &Content<'_>) -> Result<(), StoreError> {
    let mut work = begin(pool, "make the tables").await?;
    if matches!(content, Content::Predictions) {
        predictions::make(&mut work).await?;
        return work.commit().await;
    }
    work.migrate().await?;
    match content {
        Content::Nothing | Content::Predictions => {}
        Content::Seed {
            netuid,
            averages,
            block,
        } => seed(&mut work, *netuid, averages, *block).await?,
        Content::Exported(rows) => rows.insert_into(&mut work).await?,
    }
    work.commit().await
}
