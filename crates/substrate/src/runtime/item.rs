//! Storage of any pallet, by name.

use std::fmt;

use axonry_chain::ChainError;
use scale_decode::DecodeAsType;
use subxt::ext::frame_decode::storage::{
    IntoDecodableValues, IntoEncodableValues, decode_storage_key, decode_storage_key_values,
    encode_storage_key,
};
use subxt::metadata::StorageEntryMetadata;

use super::{Runtime, missing};

/// Values by position: the parts of a storage key, the arguments of a runtime call.
///
/// Tuples of anything that is `EncodeAsType` (account ids can be `[u8; 32]`), `()` for none, and
/// vectors and arrays where all are of one type, as dynamic values are.
pub trait Parts: IntoEncodableValues + Send + Sync {}

impl<T: IntoEncodableValues + Send + Sync> Parts for T {}

/// What the parts of a storage key are read into: a tuple of anything that is `DecodeAsType`, or a
/// vector of dynamic values.
pub trait KeyParts: IntoDecodableValues + Send {}

impl<T: IntoDecodableValues + Send> KeyParts for T {}

/// A storage item of any pallet, as the metadata describes it.
#[derive(Clone, Copy)]
pub struct StorageItem<'r> {
    runtime: &'r Runtime,
    pallet: &'r str,
    entry: &'r StorageEntryMetadata,
}

impl Runtime {
    /// A storage item by name.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such item.
    pub fn storage_item(&self, pallet: &str, item: &str) -> Result<StorageItem<'_>, ChainError> {
        let absent = |reason| missing(format!("{pallet}.{item}"), reason);
        let found = self
            .metadata()
            .pallet_by_name(pallet)
            .ok_or_else(|| absent("the pallet is not in the metadata"))?;
        let entry = found
            .storage()
            .and_then(|storage| storage.entry_by_name(item))
            .ok_or_else(|| absent("the storage item is not in the metadata"))?;
        Ok(StorageItem {
            runtime: self,
            pallet: found.name(),
            entry,
        })
    }
}

impl StorageItem<'_> {
    /// How many parts the key has; 0 for an item that is a single value.
    pub fn parts(&self) -> usize {
        self.entry.keys().len()
    }

    /// The full key of one value.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the key has another number of parts, or parts of other
    /// types.
    pub fn key(&self, parts: impl Parts) -> Result<Vec<u8>, ChainError> {
        self.encode(&parts, |given, expected| given == expected)
    }

    /// What the keys of all values begin with whose first parts are these; with `()`, of all there
    /// are.
    ///
    /// # Errors
    /// As [`Self::key`], when there are more parts than the key has.
    pub fn prefix(&self, parts: impl Parts) -> Result<Vec<u8>, ChainError> {
        self.encode(&parts, |given, expected| given <= expected)
    }

    fn encode<P: Parts>(
        &self,
        parts: &P,
        fits: fn(usize, usize) -> bool,
    ) -> Result<Vec<u8>, ChainError> {
        let (given, expected) = (parts.num_encodable_values(), self.parts());
        if !fits(given, expected) {
            let reason = format!("its key has {expected} parts, not {given}");
            return Err(missing(self, &reason));
        }
        let metadata = self.runtime.metadata();
        let (pallet, name) = (self.pallet, self.entry.name());
        encode_storage_key(pallet, name, parts, metadata, metadata.types())
            .map_err(|error| missing(self, &error.to_string()))
    }

    /// Reads the parts back out of a full key.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when the bytes are no key of this item, or the parts are of other
    /// types; also where a hasher leaves nothing of a part but its hash.
    pub fn decode_key<K: KeyParts>(&self, key: &[u8]) -> Result<K, ChainError> {
        let unreadable = |reason: String| ChainError::Decode {
            item: format!("the key of {self}"),
            reason,
        };
        let metadata = self.runtime.metadata();
        let (pallet, name) = (self.pallet, self.entry.name());
        let rest = &mut &*key;
        let shape = decode_storage_key(pallet, name, rest, metadata, metadata.types())
            .map_err(|error| unreadable(error.to_string()))?;
        if !rest.is_empty() {
            return Err(unreadable(format!("{} bytes are left over", rest.len())));
        }
        decode_storage_key_values(key, &shape, metadata.types())
            .map_err(|error| unreadable(error.to_string()))
    }

    /// Reads what is stored.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when the bytes are of another type, or not all of them are.
    pub fn decode<T: DecodeAsType>(&self, stored: &[u8]) -> Result<T, ChainError> {
        let value = self.entry.value_ty();
        self.runtime.decode_value(self, value, stored)
    }

    /// Reads what is stored, or the default that the runtime takes in its place; `None` where it
    /// has no default.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_or_default<T: DecodeAsType>(
        &self,
        stored: Option<&[u8]>,
    ) -> Result<Option<T>, ChainError> {
        let bytes = stored.or_else(|| self.entry.default_value());
        bytes.map(|bytes| self.decode(bytes)).transpose()
    }
}

impl fmt::Display for StorageItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.entry.name())
    }
}

impl fmt::Debug for StorageItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
