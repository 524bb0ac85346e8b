//! V16 as the older versions.
//!
//! Types keep their numbers; what the older form asks for beyond them is appended.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed, v14, v15, v16};
use scale_info::form::PortableForm;
use scale_info::{
    Field, Path, PortableRegistry, PortableType, Type, TypeDefComposite, TypeParameter,
};

type TypeId = <PortableForm as scale_info::form::Form>::Type;

fn append(types: &mut PortableRegistry, ty: Type<PortableForm>) -> TypeId {
    let id = u32::try_from(types.types.len()).expect("far fewer types than 2^32");
    types.types.push(PortableType::new(id, ty));
    id.into()
}

/// The extensions of a format 4 extrinsic: the older forms know no other.
fn extensions(
    extrinsic: &v16::ExtrinsicMetadata<PortableForm>,
) -> Vec<v14::SignedExtensionMetadata<PortableForm>> {
    let first = extrinsic.transaction_extensions_by_version.get(&0);
    let places = first.into_iter().flatten();
    places
        .filter_map(|place| extrinsic.transaction_extensions.get(place.0 as usize))
        .map(|extension| v14::SignedExtensionMetadata {
            identifier: extension.identifier.clone(),
            ty: extension.ty,
            additional_signed: extension.implicit,
        })
        .collect()
}

/// The tuple of all extensions' types.
fn extra(types: &mut PortableRegistry, metadata: &v16::RuntimeMetadataV16) -> TypeId {
    let extensions = extensions(&metadata.extrinsic);
    let fields = extensions.iter().map(|extension| extension.ty);
    let tuple = scale_info::TypeDefTuple::new_portable(fields);
    append(types, Type::new(Path::default(), [], tuple, vec![]))
}

/// The type V14 finds address, call, signature and extra by.
fn extrinsic_type(types: &mut PortableRegistry, metadata: &v16::RuntimeMetadataV16) -> TypeId {
    let is_extrinsic = |ty: &&PortableType| {
        let names: Vec<_> = ty.ty.type_params.iter().map(|p| p.name.as_str()).collect();
        names == ["Address", "Call", "Signature", "Extra"]
            && ty.ty.type_params[1].ty == Some(metadata.extrinsic.call_ty)
    };
    if let Some(ty) = types.types.iter().find(is_extrinsic) {
        return ty.id.into();
    }
    let extra = extra(types, metadata);
    let bytes = types
        .types
        .iter()
        .find(|ty| {
            matches!(&ty.ty.type_def, scale_info::TypeDef::Sequence(sequence)
            if types.resolve(sequence.type_param.id).is_some_and(|item| matches!(
                item.type_def, scale_info::TypeDef::Primitive(scale_info::TypeDefPrimitive::U8))))
        })
        .map_or(metadata.extrinsic.call_ty, |ty| ty.id.into());
    let parameter = |name: &str, ty| TypeParameter::new_portable(name.to_owned(), Some(ty));
    let extrinsic = &metadata.extrinsic;
    let ty = Type::new(
        Path::from_segments_unchecked(
            [
                "sp_runtime",
                "generic",
                "unchecked_extrinsic",
                "UncheckedExtrinsic",
            ]
            .map(str::to_owned),
        ),
        [
            parameter("Address", extrinsic.address_ty),
            parameter("Call", extrinsic.call_ty),
            parameter("Signature", extrinsic.signature_ty),
            parameter("Extra", extra),
        ],
        TypeDefComposite::new([Field::new(None, bytes, None, vec![])]),
        vec![],
    );
    append(types, ty)
}

fn storage(
    storage: &v16::PalletStorageMetadata<PortableForm>,
) -> v14::PalletStorageMetadata<PortableForm> {
    v14::PalletStorageMetadata {
        prefix: storage.prefix.clone(),
        entries: storage
            .entries
            .iter()
            .map(|entry| v14::StorageEntryMetadata {
                name: entry.name.clone(),
                modifier: entry.modifier.clone(),
                ty: entry.ty.clone(),
                default: entry.default.clone(),
                docs: entry.docs.clone(),
            })
            .collect(),
    }
}

fn constants(
    pallet: &v16::PalletMetadata<PortableForm>,
) -> Vec<v14::PalletConstantMetadata<PortableForm>> {
    let constants = pallet.constants.iter();
    constants
        .map(|constant| v14::PalletConstantMetadata {
            name: constant.name.clone(),
            ty: constant.ty,
            value: constant.value.clone(),
            docs: constant.docs.clone(),
        })
        .collect()
}

pub(super) fn to_v15(metadata: &v16::RuntimeMetadataV16) -> RuntimeMetadataPrefixed {
    let mut types = metadata.types.clone();
    let extra_ty = extra(&mut types, metadata);
    let extrinsic_ty = extrinsic_type(&mut types, metadata);
    let extrinsic = &metadata.extrinsic;
    let signed_extensions = extensions(extrinsic)
        .into_iter()
        .map(|extension| v15::SignedExtensionMetadata {
            identifier: extension.identifier,
            ty: extension.ty,
            additional_signed: extension.additional_signed,
        })
        .collect();
    let pallets = metadata
        .pallets
        .iter()
        .map(|pallet| v15::PalletMetadata {
            name: pallet.name.clone(),
            storage: pallet.storage.as_ref().map(storage),
            calls: pallet
                .calls
                .as_ref()
                .map(|calls| v14::PalletCallMetadata { ty: calls.ty }),
            event: pallet
                .event
                .as_ref()
                .map(|event| v14::PalletEventMetadata { ty: event.ty }),
            constants: constants(pallet),
            error: pallet
                .error
                .as_ref()
                .map(|error| v14::PalletErrorMetadata { ty: error.ty }),
            index: pallet.index,
            docs: pallet.docs.clone(),
        })
        .collect();
    let apis = metadata
        .apis
        .iter()
        .map(|api| v15::RuntimeApiMetadata {
            name: api.name.clone(),
            methods: api
                .methods
                .iter()
                .map(|method| v15::RuntimeApiMethodMetadata {
                    name: method.name.clone(),
                    inputs: method.inputs.clone(),
                    output: method.output,
                    docs: method.docs.clone(),
                })
                .collect(),
            docs: api.docs.clone(),
        })
        .collect();
    let older = v15::RuntimeMetadataV15 {
        types,
        pallets,
        extrinsic: v15::ExtrinsicMetadata {
            version: 4,
            address_ty: extrinsic.address_ty,
            call_ty: extrinsic.call_ty,
            signature_ty: extrinsic.signature_ty,
            extra_ty,
            signed_extensions,
        },
        ty: extrinsic_ty,
        apis,
        outer_enums: metadata.outer_enums.clone(),
        custom: metadata.custom.clone(),
    };
    RuntimeMetadataPrefixed(frame_metadata::META_RESERVED, RuntimeMetadata::V15(older))
}

pub(super) fn to_v14(metadata: &v16::RuntimeMetadataV16) -> RuntimeMetadataPrefixed {
    let mut types = metadata.types.clone();
    let ty = extrinsic_type(&mut types, metadata);
    let pallets = metadata
        .pallets
        .iter()
        .map(|pallet| v14::PalletMetadata {
            name: pallet.name.clone(),
            storage: pallet.storage.as_ref().map(storage),
            calls: pallet
                .calls
                .as_ref()
                .map(|calls| v14::PalletCallMetadata { ty: calls.ty }),
            event: pallet
                .event
                .as_ref()
                .map(|event| v14::PalletEventMetadata { ty: event.ty }),
            constants: constants(pallet),
            error: pallet
                .error
                .as_ref()
                .map(|error| v14::PalletErrorMetadata { ty: error.ty }),
            index: pallet.index,
        })
        .collect();
    let older = v14::RuntimeMetadataV14 {
        types,
        pallets,
        extrinsic: v14::ExtrinsicMetadata {
            ty,
            version: 4,
            signed_extensions: extensions(&metadata.extrinsic),
        },
        ty,
    };
    RuntimeMetadataPrefixed(frame_metadata::META_RESERVED, RuntimeMetadata::V14(older))
}
