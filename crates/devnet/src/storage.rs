//! Typed reads and writes of the state, through the presented runtime.

use axonry_core::AccountId;

use crate::presented::{Decoded, Presented, PresentedError, StorageItem, Value};
use crate::state::{Changes, State};

/// The state after one block, and the writes of the next one on top.
///
/// Items the presented runtime does not have read as absent and are not stored.
#[derive(Debug)]
pub(crate) struct Storage<'a> {
    presented: &'a Presented,
    state: &'a State,
    at: u64,
    changes: Changes,
}

impl<'a> Storage<'a> {
    /// The state after block `at`, without writes.
    pub(crate) const fn new(presented: &'a Presented, state: &'a State, at: u64) -> Self {
        Self {
            presented,
            state,
            at,
            changes: Changes::new(),
        }
    }

    /// The state after block `at`, with writes of the next one.
    pub(crate) const fn with_changes(
        presented: &'a Presented,
        state: &'a State,
        at: u64,
        changes: Changes,
    ) -> Self {
        Self {
            presented,
            state,
            at,
            changes,
        }
    }

    /// Writes a value under a key that no pallet has, such as `:code`.
    pub(crate) fn write_raw(&mut self, key: &[u8], value: Vec<u8>) {
        self.changes.insert(key.to_vec(), Some(value));
    }

    pub(crate) const fn presented(&self) -> &'a Presented {
        self.presented
    }

    /// The block whose state lies below the writes.
    pub(crate) const fn number(&self) -> u64 {
        self.at
    }

    /// The writes so far, to return to with [`Storage::restore`].
    pub(crate) fn snapshot(&self) -> Changes {
        self.changes.clone()
    }

    /// Takes back all writes since the snapshot.
    pub(crate) fn restore(&mut self, snapshot: Changes) {
        self.changes = snapshot;
    }

    /// The writes, to become state.
    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    /// Reads a value; an absent one is the item's default, or `None` where it has none.
    pub(crate) fn read<T: Decoded>(
        &self,
        pallet: &str,
        item: &str,
        keys: &[Value],
    ) -> Result<Option<T>, PresentedError> {
        let Some(item) = self.presented.item(pallet, item) else {
            return Ok(None);
        };
        let key = item.key(keys, self.presented)?;
        match self.raw(&key).or(item.default.as_deref()) {
            None => Ok(None),
            Some(bytes) => self.typed(item, bytes).map(Some),
        }
    }

    /// The bytes of a value that is not absent, and their type.
    pub(crate) fn stored(
        &self,
        pallet: &str,
        item: &str,
        keys: &[Value],
    ) -> Result<Option<(Vec<u8>, u32)>, PresentedError> {
        let Some(item) = self.presented.item(pallet, item) else {
            return Ok(None);
        };
        let key = item.key(keys, self.presented)?;
        Ok(self.raw(&key).map(|bytes| (bytes.to_vec(), item.value)))
    }

    /// Writes a value.
    pub(crate) fn write(
        &mut self,
        pallet: &str,
        item: &str,
        keys: &[Value],
        value: impl Into<Value>,
    ) -> Result<(), PresentedError> {
        let Some(item) = self.presented.item(pallet, item) else {
            return Ok(());
        };
        let key = item.key(keys, self.presented)?;
        let value = self
            .presented
            .encode(&item.name, &value.into(), item.value)?;
        self.changes.insert(key, Some(value));
        Ok(())
    }

    /// Removes a value.
    pub(crate) fn remove(
        &mut self,
        pallet: &str,
        item: &str,
        keys: &[Value],
    ) -> Result<(), PresentedError> {
        let Some(item) = self.presented.item(pallet, item) else {
            return Ok(());
        };
        let key = item.key(keys, self.presented)?;
        self.changes.insert(key, None);
        Ok(())
    }

    /// The accounts that the keys of a map end with, given the parts before them.
    pub(crate) fn last_keys(
        &self,
        pallet: &str,
        item: &str,
        keys: &[Value],
    ) -> Result<Vec<AccountId>, PresentedError> {
        let Some(item) = self.presented.item(pallet, item) else {
            return Ok(Vec::new());
        };
        let prefix = item.key(keys, self.presented)?;
        let stored = self.state.keys(&prefix, None, self.at);
        let account = |key: &[u8]| key.last_chunk().copied().map(AccountId::from_bytes);
        Ok(stored.filter_map(account).collect())
    }

    fn raw(&self, key: &[u8]) -> Option<&[u8]> {
        match self.changes.get(key) {
            Some(change) => change.as_deref(),
            None => self.state.value(key, self.at),
        }
    }

    fn typed<T: Decoded>(&self, item: &StorageItem, bytes: &[u8]) -> Result<T, PresentedError> {
        self.presented.decode(&item.name, bytes, item.value)
    }
}
