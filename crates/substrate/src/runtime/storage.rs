//! Where things lie in storage, and what lies there.

use std::collections::BTreeMap;
use std::fmt;

use axonry_chain::ChainError;
use axonry_core::{MechId, NetUid, NetUidStorageIndex, Uid};
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsType;
use scale_encode::{Error as EncodeError, TypeResolver};
use subxt::ext::frame_decode::storage::{IntoEncodableValues, encode_storage_key};
use subxt::metadata::StorageEntryMetadata;

use super::{Runtime, SUBTENSOR, missing};

/// What the node said about some keys: bytes, or that nothing is stored there.
pub type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A storage item as the metadata describes it.
pub(super) struct Item<'r> {
    runtime: &'r Runtime,
    pallet: &'static str,
    name: &'static str,
    entry: &'r StorageEntryMetadata,
}

impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl Runtime {
    /// The item, if this runtime has it.
    pub(super) fn item(&self, pallet: &'static str, name: &'static str) -> Option<Item<'_>> {
        let storage = self.metadata().pallet_by_name(pallet)?.storage()?;
        Some(Item {
            runtime: self,
            pallet,
            name,
            entry: storage.entry_by_name(name)?,
        })
    }

    pub(super) fn needed(
        &self,
        pallet: &'static str,
        name: &'static str,
    ) -> Result<Item<'_>, ChainError> {
        self.item(pallet, name).ok_or_else(|| {
            missing(
                format!("{pallet}.{name}"),
                "the storage item is not in the metadata",
            )
        })
    }

    /// The full key of a value, from the SCALE bytes of each part of it.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when there is no such item, or it has another number of parts.
    pub fn storage_key(
        &self,
        pallet: &str,
        item: &str,
        parts: &[&[u8]],
    ) -> Result<Vec<u8>, ChainError> {
        let parts: Vec<_> = parts.iter().map(|part| Encoded(part)).collect();
        self.encode_key(pallet, item, parts)
    }

    pub(super) fn encode_key(
        &self,
        pallet: &str,
        item: &str,
        parts: impl IntoEncodableValues,
    ) -> Result<Vec<u8>, ChainError> {
        let metadata = self.metadata();
        let given = parts.num_encodable_values();
        let expected = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage()?.entry_by_name(item))
            .map(|entry| entry.keys().len());
        if let Some(expected) = expected.filter(|expected| *expected != given) {
            let reason = format!("its key has {expected} parts, not {given}");
            return Err(missing(format!("{pallet}.{item}"), &reason));
        }
        encode_storage_key(pallet, item, parts, metadata, metadata.types())
            .map_err(|error| missing(format!("{pallet}.{item}"), &error.to_string()))
    }

    /// Where the weights of one neuron are.
    pub(crate) fn weights_key(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
    ) -> Result<Vec<u8>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        self.encode_key(SUBTENSOR, "Weights", (index.0, uid.0))
    }

    /// Reads what lies at [`Self::weights_key`].
    pub(crate) fn weights(&self, stored: Option<&[u8]>) -> Result<Vec<(Uid, u16)>, ChainError> {
        let item = self.needed(SUBTENSOR, "Weights")?;
        let pairs: Vec<(u16, u16)> = item.value(stored)?.unwrap_or_default();
        Ok(pairs
            .into_iter()
            .map(|(uid, value)| (Uid(uid), value))
            .collect())
    }

    /// Where the last updates of a mechanism are.
    pub(crate) fn last_updates_key(
        &self,
        netuid: NetUid,
        mechanism: MechId,
    ) -> Result<Vec<u8>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        self.encode_key(SUBTENSOR, "LastUpdate", (index.0,))
    }

    /// Reads what lies at [`Self::last_updates_key`].
    pub(crate) fn last_updates(&self, stored: Option<&[u8]>) -> Result<Vec<u64>, ChainError> {
        let item = self.needed(SUBTENSOR, "LastUpdate")?;
        Ok(item.value(stored)?.unwrap_or_default())
    }

    /// Where it says whether a subnet exists.
    pub(crate) fn subnet_key(&self, netuid: NetUid) -> Result<Vec<u8>, ChainError> {
        self.encode_key(SUBTENSOR, "NetworksAdded", (netuid.0,))
    }

    /// Reads what lies at [`Self::subnet_key`].
    pub(crate) fn subnet_exists(&self, stored: Option<&[u8]>) -> Result<bool, ChainError> {
        let item = self.needed(SUBTENSOR, "NetworksAdded")?;
        Ok(item.value(stored)?.unwrap_or(false))
    }

    /// Where a block's events are.
    pub(crate) fn events_key(&self) -> Result<Vec<u8>, ChainError> {
        self.encode_key("System", "Events", ())
    }
}

impl Item<'_> {
    /// The key of this item for one subnet: the item itself where it is the same for all.
    pub(super) fn key_of_subnet(&self, netuid: NetUid) -> Result<Vec<u8>, ChainError> {
        if self.entry.keys().len() == 0 {
            self.runtime.encode_key(self.pallet, self.name, ())
        } else {
            self.runtime.encode_key(self.pallet, self.name, (netuid.0,))
        }
    }

    /// What is stored, or the default the runtime takes in its place; `None` if it has none.
    pub(super) fn value<T: DecodeAsType>(
        &self,
        stored: Option<&[u8]>,
    ) -> Result<Option<T>, ChainError> {
        let Some(bytes) = stored.or_else(|| self.entry.default_value()) else {
            return Ok(None);
        };
        self.runtime
            .decode_value(self, self.entry.value_ty(), bytes)
            .map(Some)
    }
}

/// A part of a key that has been encoded already.
struct Encoded<'a>(&'a [u8]);

impl EncodeAsType for Encoded<'_> {
    fn encode_as_type_to<R: TypeResolver>(
        &self,
        _: R::TypeId,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        out.extend_from_slice(self.0);
        Ok(())
    }
}
