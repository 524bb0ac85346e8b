use axonry_core::BlockHash;
use serde::{Deserialize, Serialize};

use crate::schema::SETTINGS;
use crate::{EntryId, Store, StoreError};

const BEGINNING: &str = "beginning";

/// Which of the chains that share a genesis the journal's lines are of.
///
/// A test chain that is started anew has the genesis it had, and other blocks after it. What was
/// signed on the old one is nothing to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The hash of the chain's block 1.
    pub block_1: BlockHash,
    /// The last line of the journal that was written on another chain; those after it are of this one.
    pub after: EntryId,
}

impl Store {
    /// Which chain the journal's newest lines are of, once that was noted.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        let Some(text) = self.setting(BEGINNING).await? else {
            return Ok(None);
        };
        let beginning = serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
            table: SETTINGS.name,
            reason: error.to_string(),
        })?;
        Ok(Some(beginning))
    }

    /// Notes which chain the lines to come are of.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn note_beginning(&self, beginning: Beginning) -> Result<(), StoreError> {
        let text = serde_json::to_string(&beginning).expect("a hash and a number are JSON");
        let text = text.as_str();
        let written = self.essential("note which chain lines are of", |mut work| async move {
            let row = vec![BEGINNING.into(), text.into()];
            work.upsert(&SETTINGS, row).await?;
            Ok((work, ()))
        });
        written.await
    }
}
