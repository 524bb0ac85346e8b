//! The runtime a chain presents, and the only way anything gets encoded or decoded here.
//!
//! Storage keys, values, calls, events, errors and answers are found by name in the presented
//! metadata, whether it was generated from [`runtime`](crate::runtime) or given as a file: that is
//! what lets one dev chain stand in for many runtimes.

mod call;
mod decode;
mod default;
mod encode;
mod error;
mod item;
mod outer;
mod value;
mod version;

use std::collections::BTreeMap;

use frame_metadata::v16::RuntimeMetadataV16;
use scale_info::PortableRegistry;
use scale_info::form::PortableForm;

pub(crate) use call::CallData;
pub(crate) use decode::{Decoded, decode};
pub use error::PresentedError;
pub(crate) use item::StorageItem;
pub(crate) use value::Value;
pub(crate) use version::RuntimeVersion;

use crate::metadata::{self, MetadataError};

/// A runtime as its metadata describes it.
pub(crate) struct Presented {
    metadata: RuntimeMetadataV16,
    blobs: BTreeMap<u32, Vec<u8>>,
    version: RuntimeVersion,
    storage: BTreeMap<String, BTreeMap<String, StorageItem>>,
}

/// One method of one runtime API.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) inputs: Vec<u32>,
    pub(crate) output: u32,
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Presented {
    /// The dev chain's own runtime.
    pub(crate) fn own() -> Self {
        let metadata = crate::runtime::metadata();
        let blobs = metadata::served(&metadata);
        Self::new(metadata, blobs).expect("our own runtime has all a runtime needs")
    }

    /// The runtime a metadata blob describes, bare or wrapped as a node answers it.
    pub(crate) fn from_blob(bytes: &[u8]) -> Result<Self, MetadataError> {
        let (metadata, blobs) = metadata::read(bytes)?;
        Self::new(metadata, blobs)
    }

    fn new(
        metadata: RuntimeMetadataV16,
        blobs: BTreeMap<u32, Vec<u8>>,
    ) -> Result<Self, MetadataError> {
        let version = version::read(&metadata)?;
        let storage = item::index(&metadata);
        let presented = Self {
            metadata,
            blobs,
            version,
            storage,
        };
        crate::extrinsic::check_extensions(&presented)?;
        Ok(presented)
    }

    /// All types there are.
    pub(crate) const fn types(&self) -> &PortableRegistry {
        &self.metadata.types
    }

    /// The metadata in its newest form.
    pub(crate) const fn metadata(&self) -> &RuntimeMetadataV16 {
        &self.metadata
    }

    /// The blob of one metadata version.
    pub(crate) fn blob(&self, version: u32) -> Option<&[u8]> {
        self.blobs.get(&version).map(Vec::as_slice)
    }

    /// The metadata versions there are, ascending.
    pub(crate) fn blob_versions(&self) -> impl Iterator<Item = u32> + '_ {
        self.blobs.keys().copied()
    }

    /// What the constant `System.Version` says.
    pub(crate) const fn version(&self) -> &RuntimeVersion {
        &self.version
    }

    /// A storage item, if this runtime has it.
    pub(crate) fn item(&self, pallet: &str, name: &str) -> Option<&StorageItem> {
        self.storage.get(pallet)?.get(name)
    }

    /// Whether epochs are kept in state (since spec 425) rather than computed from the block number.
    pub(crate) fn has_stateful_epochs(&self) -> bool {
        self.item("SubtensorModule", "LastEpochBlock").is_some()
    }

    /// A method of a runtime API, if this runtime has it.
    pub(crate) fn method(&self, api: &str, method: &str) -> Option<Method> {
        let api = self.metadata.apis.iter().find(|one| one.name == api)?;
        let method = api.methods.iter().find(|one| one.name == method)?;
        Some(Method {
            inputs: method.inputs.iter().map(|input| input.ty.id).collect(),
            output: method.output.id,
        })
    }

    /// How many bytes at the start of `bytes` are a value of the type `id`.
    pub(crate) fn extent(&self, bytes: &[u8], id: u32) -> Result<usize, String> {
        decode::extent(bytes, id, self.types())
    }

    /// What the type `id` takes for nothing; no bytes at all for a type that holds nothing.
    pub(crate) fn default_bytes(&self, id: u32) -> Result<Vec<u8>, PresentedError> {
        self.encode("a default", &Value::Default, id)
    }

    fn pallet(&self, name: &str) -> Option<&frame_metadata::v16::PalletMetadata<PortableForm>> {
        self.metadata
            .pallets
            .iter()
            .find(|pallet| pallet.name == name)
    }
}
