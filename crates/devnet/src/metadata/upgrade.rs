//! V14 and V15 as V16.

use frame_metadata::v16::{
    EnumDeprecationInfo, ExtrinsicMetadata, ItemDeprecationInfo, OuterEnums, PalletCallMetadata,
    PalletConstantMetadata, PalletErrorMetadata, PalletEventMetadata, PalletMetadata,
    PalletStorageMetadata, RuntimeApiMetadata, RuntimeApiMethodMetadata, RuntimeMetadataV16,
    StorageEntryMetadata, TransactionExtensionMetadata,
};
use frame_metadata::{v14, v15};
use parity_scale_codec::Compact;
use scale_info::form::PortableForm;

use super::MetadataError;

type TypeId = <PortableForm as scale_info::form::Form>::Type;

fn storage(
    storage: v14::PalletStorageMetadata<PortableForm>,
) -> PalletStorageMetadata<PortableForm> {
    PalletStorageMetadata {
        prefix: storage.prefix,
        entries: storage
            .entries
            .into_iter()
            .map(|entry| StorageEntryMetadata {
                name: entry.name,
                modifier: entry.modifier,
                ty: entry.ty,
                default: entry.default,
                docs: entry.docs,
                deprecation_info: ItemDeprecationInfo::NotDeprecated,
            })
            .collect(),
    }
}

fn pallet(pallet: v15::PalletMetadata<PortableForm>) -> PalletMetadata<PortableForm> {
    PalletMetadata {
        name: pallet.name,
        storage: pallet.storage.map(storage),
        calls: pallet.calls.map(|calls| PalletCallMetadata {
            ty: calls.ty,
            deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
        }),
        event: pallet.event.map(|event| PalletEventMetadata {
            ty: event.ty,
            deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
        }),
        constants: pallet
            .constants
            .into_iter()
            .map(|constant| PalletConstantMetadata {
                name: constant.name,
                ty: constant.ty,
                value: constant.value,
                docs: constant.docs,
                deprecation_info: ItemDeprecationInfo::NotDeprecated,
            })
            .collect(),
        error: pallet.error.map(|error| PalletErrorMetadata {
            ty: error.ty,
            deprecation_info: EnumDeprecationInfo::nothing_deprecated(),
        }),
        associated_types: vec![],
        view_functions: vec![],
        index: pallet.index,
        docs: pallet.docs,
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    }
}

fn extrinsic(
    version: u8,
    [address_ty, call_ty, signature_ty]: [TypeId; 3],
    extensions: Vec<v15::SignedExtensionMetadata<PortableForm>>,
) -> ExtrinsicMetadata<PortableForm> {
    let count = u32::try_from(extensions.len()).expect("a dozen extensions");
    ExtrinsicMetadata {
        versions: vec![version],
        address_ty,
        call_ty,
        signature_ty,
        // By the version of the set of extensions, which older formats do not know: 0.
        transaction_extensions_by_version: [(0, (0..count).map(Compact).collect())].into(),
        transaction_extensions: extensions
            .into_iter()
            .map(|extension| TransactionExtensionMetadata {
                identifier: extension.identifier,
                ty: extension.ty,
                implicit: extension.additional_signed,
            })
            .collect(),
    }
}

pub(super) fn from_v15(metadata: v15::RuntimeMetadataV15) -> RuntimeMetadataV16 {
    let old = metadata.extrinsic;
    let types = [old.address_ty, old.call_ty, old.signature_ty];
    let apis = metadata.apis.into_iter().map(|api| RuntimeApiMetadata {
        name: api.name,
        methods: api
            .methods
            .into_iter()
            .map(|method| RuntimeApiMethodMetadata {
                name: method.name,
                inputs: method.inputs,
                output: method.output,
                docs: method.docs,
                deprecation_info: ItemDeprecationInfo::NotDeprecated,
            })
            .collect(),
        docs: api.docs,
        version: Compact(1),
        deprecation_info: ItemDeprecationInfo::NotDeprecated,
    });
    RuntimeMetadataV16 {
        types: metadata.types,
        pallets: metadata.pallets.into_iter().map(pallet).collect(),
        extrinsic: extrinsic(old.version, types, old.signed_extensions),
        apis: apis.collect(),
        outer_enums: metadata.outer_enums,
        custom: metadata.custom,
    }
}

pub(super) fn from_v14(
    metadata: v14::RuntimeMetadataV14,
) -> Result<RuntimeMetadataV16, MetadataError> {
    let missing = |item| MetadataError::Missing {
        item,
        why: "calls, events and signatures are found by it",
    };
    let types = &metadata.types;
    let parameter = |name: &'static str| {
        types
            .resolve(metadata.extrinsic.ty.id)
            .and_then(|ty| {
                ty.type_params
                    .iter()
                    .find(|parameter| parameter.name == name)
            })
            .and_then(|parameter| parameter.ty)
            .ok_or(missing("type of the extrinsic with its parameters"))
    };
    let (address, call) = (parameter("Address")?, parameter("Call")?);
    let signature = parameter("Signature")?;
    let event = types
        .types
        .iter()
        .find(|ty| ty.ty.path.ident().as_deref() == Some("RuntimeEvent"))
        .ok_or(missing("type `RuntimeEvent`"))?
        .id;
    // V14 has no outer error type; nothing here reads it.
    let error = call;
    let extensions = metadata.extrinsic.signed_extensions.into_iter();
    let extensions = extensions
        .map(|extension| v15::SignedExtensionMetadata {
            identifier: extension.identifier,
            ty: extension.ty,
            additional_signed: extension.additional_signed,
        })
        .collect();
    let pallets = metadata.pallets.into_iter().map(|old| {
        pallet(v15::PalletMetadata {
            name: old.name,
            storage: old.storage,
            calls: old.calls,
            event: old.event,
            constants: old.constants,
            error: old.error,
            index: old.index,
            docs: vec![],
        })
    });
    Ok(RuntimeMetadataV16 {
        pallets: pallets.collect(),
        extrinsic: extrinsic(
            metadata.extrinsic.version,
            [address, call, signature],
            extensions,
        ),
        apis: vec![],
        outer_enums: OuterEnums {
            call_enum_ty: call,
            event_enum_ty: event.into(),
            error_enum_ty: error,
        },
        custom: v15::CustomMetadata {
            map: std::collections::BTreeMap::default(),
        },
        types: metadata.types,
    })
}
