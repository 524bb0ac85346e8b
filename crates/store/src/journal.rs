use axonry_core::{Block, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};

use crate::schema::JOURNAL;
use crate::value::{Record, Value};
use crate::{Store, StoreError};

mod entry;

pub use entry::{Attempt, Entry, EntryId, EntryState, Intent, Salt};

use entry::{entry, record};

impl Store {
    /// Writes an intent down, with the extrinsic that is about to be handed to a node.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the round has a vector that may still land or has landed.
    pub async fn record(&self, intent: &Intent, attempt: &Attempt) -> Result<EntryId, StoreError> {
        let written = self.essential("write to the journal", |mut work| async move {
            let last = "SELECT COALESCE(MAX(id), 0) FROM journal";
            let id = EntryId(1 + work.number(last, &[]).await?);
            let entry = Entry {
                id,
                intent: intent.clone(),
                attempt: attempt.clone(),
                state: EntryState::Open,
                outcome: None,
            };
            work.insert(&JOURNAL, record(&entry)).await?;
            Ok((work, id))
        });
        written.await.map_err(|error| match error {
            StoreError::Statement {
                source: sqlx::Error::Database(cause),
                ..
            } if cause.is_unique_violation() => StoreError::Conflict {
                netuid: intent.netuid.0,
                round: intent.round,
            },
            error => error,
        })
    }

    /// Writes down that the vector is about to be sent again, in another extrinsic.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the intent is over.
    pub async fn record_attempt(&self, id: EntryId, attempt: &Attempt) -> Result<(), StoreError> {
        self.amend(id, |entry| entry.attempt = attempt.clone())
            .await
    }

    /// Writes down where an intent stands now. What is over stays over.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the intent is over already.
    pub async fn conclude(
        &self,
        id: EntryId,
        state: EntryState,
        outcome: &str,
    ) -> Result<(), StoreError> {
        self.amend(id, |entry| {
            entry.state = state;
            entry.outcome = Some(outcome.to_owned());
        })
        .await
    }

    /// What a hotkey began and did not see the end of, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn unfinished(&self, hotkey: Hotkey) -> Result<Vec<Entry>, StoreError> {
        let open = "WHERE hotkey = $1 AND state = 'open' ORDER BY id";
        self.entries(open, &[hotkey.to_string().into()]).await
    }

    /// The newest lines of the journal, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn recent_entries(&self, at_most: u32) -> Result<Vec<Entry>, StoreError> {
        let newest = "ORDER BY id DESC LIMIT $1";
        self.entries(newest, &[u64::from(at_most).into()]).await
    }

    async fn entries(&self, rest: &str, values: &[Value]) -> Result<Vec<Entry>, StoreError> {
        let mut work = self.begin("read the journal").await?;
        let rows = work.select(&JOURNAL, rest, values).await?;
        rows.into_iter().map(entry).collect()
    }

    /// Changes a line that is still open.
    async fn amend(&self, id: EntryId, change: impl Fn(&mut Entry)) -> Result<(), StoreError> {
        let (id, change) = (id.0, &change);
        let written = self.essential("write to the journal", |mut work| async move {
            let open = "WHERE id = $1 AND state = 'open'";
            let mut found = work.select(&JOURNAL, open, &[id.into()]).await?;
            let line = found.pop().ok_or(StoreError::Closed { line: id })?;
            let mut line = entry(line)?;
            change(&mut line);
            work.update(&JOURNAL, record(&line)).await?;
            Ok((work, ()))
        });
        written.await
    }
}
