use frame_metadata::v16::RuntimeMetadataV16;
use scale_decode::DecodeAsType;

use crate::metadata::MetadataError;

/// What a runtime says about itself.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
pub(crate) struct RuntimeVersion {
    pub(crate) spec_name: String,
    pub(crate) impl_name: String,
    pub(crate) authoring_version: u32,
    pub(crate) spec_version: u32,
    pub(crate) impl_version: u32,
    pub(crate) apis: Vec<([u8; 8], u32)>,
    pub(crate) transaction_version: u32,
    /// The constant's own bytes, which is also what `Core_version` answers.
    #[decode_as_type(skip)]
    pub(crate) bytes: Vec<u8>,
}

/// Reads the constant `System.Version`: it cannot be wrong about the metadata it lies in.
pub(super) fn read(metadata: &RuntimeMetadataV16) -> Result<RuntimeVersion, MetadataError> {
    let constant = metadata
        .pallets
        .iter()
        .find(|pallet| pallet.name == "System")
        .and_then(|pallet| pallet.constants.iter().find(|one| one.name == "Version"))
        .ok_or(MetadataError::Missing {
            item: "constant `System.Version`",
            why: "it says which runtime this is",
        })?;
    let version =
        RuntimeVersion::decode_as_type(&mut &*constant.value, constant.ty.id, &metadata.types)
            .map_err(|error| MetadataError::Decode(format!("`System.Version`: {error}")))?;
    Ok(RuntimeVersion {
        bytes: constant.value.clone(),
        ..version
    })
}
