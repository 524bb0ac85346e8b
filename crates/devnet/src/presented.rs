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
mod transcode;
mod value;
mod version;

use std::collections::BTreeMap;

use frame_metadata::v16::RuntimeMetadataV16;
use scale_info::form::PortableForm;
use scale_info::{PortableRegistry, TypeDef};

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

    /// A constant of a pallet, if this runtime has it.
    pub(crate) fn constant<T: Decoded>(
        &self,
        pallet: &str,
        name: &str,
    ) -> Result<Option<T>, PresentedError> {
        let constants = self.pallet(pallet).map(|pallet| &pallet.constants);
        let constant = constants.and_then(|all| all.iter().find(|one| one.name == name));
        let decode = |one: &frame_metadata::v16::PalletConstantMetadata<PortableForm>| {
            self.decode(&format!("{pallet}.{name}"), &one.value, one.ty.id)
        };
        constant.map(decode).transpose()
    }

    /// Bytes of the type `id` as a value; `item` names them in errors.
    pub(crate) fn decode<T: Decoded>(
        &self,
        item: &str,
        bytes: &[u8],
        id: u32,
    ) -> Result<T, PresentedError> {
        decode(bytes, id, self.types()).map_err(|reason| PresentedError::Decode {
            item: item.to_owned(),
            reason,
        })
    }

    /// The bytes of a field of a struct, and their type.
    pub(crate) fn field<'a>(
        &self,
        ty: u32,
        bytes: &'a [u8],
        name: &str,
    ) -> Option<(&'a [u8], u32)> {
        let mut rest = bytes;
        for field in self.fields(ty)? {
            let (value, after) = rest.split_at(self.extent(rest, field.ty.id).ok()?);
            if field.name.as_deref() == Some(name) {
                return Some((value, field.ty.id));
            }
            rest = after;
        }
        None
    }

    /// The type of a field of a struct.
    pub(crate) fn field_type(&self, ty: u32, name: &str) -> Option<u32> {
        let mut fields = self.fields(ty)?.iter();
        let field = fields.find(|field| field.name.as_deref() == Some(name))?;
        Some(field.ty.id)
    }

    /// The type of the items of a list, which may stand in a wrapper of one field.
    pub(crate) fn item_type(&self, ty: u32) -> Option<u32> {
        match &self.types().resolve(ty)?.type_def {
            TypeDef::Sequence(sequence) => Some(sequence.type_param.id),
            TypeDef::Composite(composite) => match composite.fields.as_slice() {
                [field] => self.item_type(field.ty.id),
                _ => None,
            },
            _ => None,
        }
    }

    fn fields(&self, ty: u32) -> Option<&[scale_info::Field<PortableForm>]> {
        match &self.types().resolve(ty)?.type_def {
            TypeDef::Composite(composite) => Some(&composite.fields),
            _ => None,
        }
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
