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
    /// What each write replaced, in order, so that writes can be taken back.
    replaced: Vec<(Vec<u8>, Option<Change>)>,
}

/// One write: a value, or `None` for a removal.
type Change = Option<Vec<u8>>;

/// A moment between two writes, to return to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(usize);

impl<'a> Storage<'a> {
    /// The state after block `at`, without writes.
    pub(crate) const fn new(presented: &'a Presented, state: &'a State, at: u64) -> Self {
        Self {
            presented,
            state,
            at,
            changes: Changes::new(),
            replaced: Vec::new(),
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
            replaced: Vec::new(),
        }
    }

    /// Writes a value under a key that no pallet has, such as `:code`.
    pub(crate) fn write_raw(&mut self, key: &[u8], value: Vec<u8>) {
        self.put(key.to_vec(), Some(value));
    }

    pub(crate) const fn presented(&self) -> &'a Presented {
        self.presented
    }

    /// The block whose state lies below the writes.
    pub(crate) const fn number(&self) -> u64 {
        self.at
    }

    /// This moment, to return to with [`Storage::restore`].
    pub(crate) const fn moment(&self) -> Moment {
        Moment(self.replaced.len())
    }

    /// Takes back all writes since a moment.
    pub(crate) fn restore(&mut self, moment: Moment) {
        while self.replaced.len() > moment.0 {
            match self.replaced.pop() {
                Some((key, Some(before))) => self.changes.insert(key, before),
                Some((key, None)) => self.changes.remove(&key),
                None => return,
            };
        }
    }

    fn put(&mut self, key: Vec<u8>, change: Change) {
        let before = self.changes.insert(key.clone(), change);
        self.replaced.push((key, before));
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
        self.put(key, Some(value));
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
        self.put(key, None);
        Ok(())
    }

    /// Removes all values of an item.
    pub(crate) fn clear(&mut self, pallet: &str, item: &str) {
        let Some(item) = self.presented.item(pallet, item) else {
            return;
        };
        let prefix = item.prefix;
        let old = self.state.keys(&prefix, None, self.at).map(<[u8]>::to_vec);
        let new = self.changes.range(prefix.to_vec()..);
        let new = new.take_while(|(key, _)| key.starts_with(&prefix));
        let keys: Vec<_> = old.chain(new.map(|(key, _)| key.clone())).collect();
        for key in keys {
            self.put(key, None);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_taken_back_to_the_moment_and_no_further() {
        let (presented, state) = (Presented::own(), State::default());
        let mut storage = Storage::new(&presented, &state, 0);
        let tempo = |storage: &Storage<'_>, netuid: u16| -> Option<u16> {
            let value = storage.read("SubtensorModule", "Tempo", &[netuid.into()]);
            value.expect("declared")
        };
        let write = |storage: &mut Storage<'_>, netuid: u16, tempo: u16| {
            let written = storage.write("SubtensorModule", "Tempo", &[netuid.into()], tempo);
            written.expect("declared");
        };
        write(&mut storage, 1, 7);
        let outer = storage.moment();
        write(&mut storage, 1, 8);
        let inner = storage.moment();
        write(&mut storage, 1, 9);
        write(&mut storage, 2, 9);
        let removed = storage.remove("SubtensorModule", "Tempo", &[1_u16.into()]);
        removed.expect("declared");
        storage.restore(inner);
        assert_eq!(
            (tempo(&storage, 1), tempo(&storage, 2)),
            (Some(8), Some(360))
        );
        storage.restore(outer);
        assert_eq!(tempo(&storage, 1), Some(7));
        assert_eq!(
            storage.into_changes().len(),
            1,
            "as if it had never been written"
        );
    }
}
