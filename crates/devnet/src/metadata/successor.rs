//! Metadata of a runtime's next version, as an upgrade brings it.

use frame_metadata::RuntimeMetadataPrefixed;
use frame_metadata::v16::RuntimeMetadataV16;
use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::TypeDef;

use super::{MetadataError, read};

/// The same metadata with the next spec version, and without the items given: storage items, calls,
/// events and errors as `Pallet.Name`, methods of runtime APIs as `Trait.method`.
///
/// # Errors
/// [`MetadataError`] for bytes that are no metadata, or an item that is not there.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axonry_devnet::{Devnet, DevnetConfig, Sealing, successor};
///
/// let mut config = DevnetConfig::default_subnet(2);
/// config.sealing = Sealing::Manual;
/// let devnet = Devnet::spawn(config).await?;
/// let next = successor(&devnet.chain().metadata(), &["SubtensorModule.ServingRateLimit"])?;
/// devnet.chain().upgrade(&next)?;
/// // The next block is the new runtime's.
/// devnet.chain().seal()?;
/// # Ok(())
/// # }
/// ```
pub fn successor(metadata: &[u8], without: &[&str]) -> Result<Vec<u8>, MetadataError> {
    let (mut metadata, _) = read(metadata)?;
    for item in without {
        let unknown = || MetadataError::NoSuchItem((*item).to_owned());
        let (place, name) = item.split_once('.').ok_or_else(unknown)?;
        if !remove(&mut metadata, place, name) {
            return Err(unknown());
        }
    }
    raise(&mut metadata)?;
    Ok(RuntimeMetadataPrefixed::from(metadata).encode())
}

/// Takes an item out; says whether it was there.
fn remove(metadata: &mut RuntimeMetadataV16, place: &str, name: &str) -> bool {
    let mut found = false;
    let mut keep = |known: &str| {
        let goes = known == name;
        found |= goes;
        !goes
    };
    for api in metadata.apis.iter_mut().filter(|api| api.name == place) {
        api.methods.retain(|method| keep(&method.name));
    }
    let mut enums = Vec::new();
    for pallet in metadata.pallets.iter_mut().filter(|one| one.name == place) {
        if let Some(storage) = &mut pallet.storage {
            storage.entries.retain(|entry| keep(&entry.name));
        }
        pallet.constants.retain(|constant| keep(&constant.name));
        enums.extend(pallet.calls.as_ref().map(|calls| calls.ty.id));
        enums.extend(pallet.event.as_ref().map(|events| events.ty.id));
        enums.extend(pallet.error.as_ref().map(|errors| errors.ty.id));
    }
    for ty in &mut metadata.types.types {
        if let (true, TypeDef::Variant(variants)) = (enums.contains(&ty.id), &mut ty.ty.type_def) {
            variants.variants.retain(|variant| keep(&variant.name));
        }
    }
    found
}

/// Raises the spec version in `System.Version`: it stands behind two texts and a number.
fn raise(metadata: &mut RuntimeMetadataV16) -> Result<(), MetadataError> {
    let missing = || MetadataError::Missing {
        item: "constant `System.Version`",
        why: "it says which runtime this is",
    };
    let system = metadata.pallets.iter_mut().find(|one| one.name == "System");
    let mut constants = system.ok_or_else(missing)?.constants.iter_mut();
    let version = constants.find(|one| one.name == "Version");
    let version = &mut version.ok_or_else(missing)?.value;
    let mut rest = version.as_slice();
    for _ in 0..2 {
        let length = Compact::<u32>::decode(&mut rest).map_err(|_| missing())?;
        rest = rest.get(length.0 as usize..).ok_or_else(missing)?;
    }
    let place = version.len() - rest.len() + 4;
    let spec = version.get_mut(place..place + 4).ok_or_else(missing)?;
    let number = u32::decode(&mut &*spec).map_err(|_| missing())?;
    spec.copy_from_slice(&(number + 1).to_le_bytes());
    Ok(())
}
