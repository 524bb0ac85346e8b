//! Short forms for declaring storage, constants and runtime APIs.

use frame_metadata::v16::{
    EnumDeprecationInfo, FunctionParamMetadata, ItemDeprecationInfo, PalletCallMetadata,
    PalletConstantMetadata, PalletErrorMetadata, PalletEventMetadata, PalletMetadata,
    PalletStorageMetadata, RuntimeApiMetadata, RuntimeApiMethodMetadata, StorageEntryMetadata,
    StorageEntryModifier, StorageEntryType, StorageHasher,
};
use parity_scale_codec::{Compact, Encode};
use scale_info::{MetaType, TypeInfo};

/// A pallet without anything in it.
pub(super) fn pallet(name: &'static str, index: u8) -> PalletMetadata {
    PalletMetadata {
        name,
        storage: None,
        calls: None,
        event: None,
        constants: Vec::new(),
        error: None,
        associated_types: Vec::new(),
        view_functions: Vec::new(),
        index,
        docs: Vec::new(),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

pub(super) fn storage(
    prefix: &'static str,
    entries: Vec<StorageEntryMetadata>,
) -> Option<PalletStorageMetadata> {
    Some(PalletStorageMetadata { prefix, entries })
}

pub(super) fn calls<T: TypeInfo + 'static>() -> Option<PalletCallMetadata> {
    Some(PalletCallMetadata {
        ty: MetaType::new::<T>(),
        deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
    })
}

pub(super) fn events<T: TypeInfo + 'static>() -> Option<PalletEventMetadata> {
    Some(PalletEventMetadata {
        ty: MetaType::new::<T>(),
        deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
    })
}

pub(super) fn errors<T: TypeInfo + 'static>() -> Option<PalletErrorMetadata> {
    Some(PalletErrorMetadata {
        ty: MetaType::new::<T>(),
        deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
    })
}

pub(super) fn constant<T: TypeInfo + Encode + 'static>(
    name: &'static str,
    value: &T,
) -> PalletConstantMetadata {
    PalletConstantMetadata {
        name,
        ty: MetaType::new::<T>(),
        value: value.encode(),
        docs: Vec::new(),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

fn entry(
    name: &'static str,
    modifier: StorageEntryModifier,
    ty: StorageEntryType,
    default: Vec<u8>,
) -> StorageEntryMetadata {
    StorageEntryMetadata {
        name,
        modifier,
        ty,
        default,
        docs: Vec::new(),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

/// A single value that reads as `default` when absent.
pub(super) fn value<V: TypeInfo + Encode + 'static>(
    name: &'static str,
    default: &V,
) -> StorageEntryMetadata {
    let ty = StorageEntryType::Plain(MetaType::new::<V>());
    entry(name, StorageEntryModifier::Default, ty, default.encode())
}

/// A single value that reads as an empty list when absent.
pub(super) fn list<V: TypeInfo + 'static>(name: &'static str) -> StorageEntryMetadata {
    let ty = StorageEntryType::Plain(MetaType::new::<V>());
    entry(name, StorageEntryModifier::Default, ty, vec![0])
}

/// A single value that may be absent.
pub(super) fn optional_value<V: TypeInfo + 'static>(name: &'static str) -> StorageEntryMetadata {
    let ty = StorageEntryType::Plain(MetaType::new::<V>());
    entry(name, StorageEntryModifier::Optional, ty, vec![0])
}

fn keyed<K: TypeInfo + 'static, V: TypeInfo + 'static>(
    hashers: &[StorageHasher],
) -> StorageEntryType {
    StorageEntryType::Map {
        hashers: hashers.to_vec(),
        key: MetaType::new::<K>(),
        value: MetaType::new::<V>(),
    }
}

/// A map whose missing values read as `default`.
pub(super) fn map<K: TypeInfo + 'static, V: TypeInfo + Encode + 'static>(
    name: &'static str,
    hashers: &[StorageHasher],
    default: &V,
) -> StorageEntryMetadata {
    let ty = keyed::<K, V>(hashers);
    entry(name, StorageEntryModifier::Default, ty, default.encode())
}

/// A map whose values may be absent.
pub(super) fn optional_map<K: TypeInfo + 'static, V: TypeInfo + 'static>(
    name: &'static str,
    hashers: &[StorageHasher],
) -> StorageEntryMetadata {
    let ty = keyed::<K, V>(hashers);
    entry(name, StorageEntryModifier::Optional, ty, vec![0])
}

pub(super) fn api(
    name: &'static str,
    version: u32,
    methods: Vec<RuntimeApiMethodMetadata>,
) -> RuntimeApiMetadata {
    RuntimeApiMetadata {
        name,
        methods,
        docs: Vec::new(),
        version: Compact(version),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

pub(super) fn method<Output: TypeInfo + 'static>(
    name: &'static str,
    inputs: Vec<FunctionParamMetadata<scale_info::form::MetaForm>>,
) -> RuntimeApiMethodMetadata {
    RuntimeApiMethodMetadata {
        name,
        inputs,
        output: MetaType::new::<Output>(),
        docs: Vec::new(),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

pub(super) fn param<T: TypeInfo + 'static>(
    name: &'static str,
) -> FunctionParamMetadata<scale_info::form::MetaForm> {
    FunctionParamMetadata {
        name,
        ty: MetaType::new::<T>(),
    }
}
