//! The dev chain's own runtime, declared once: everything it presents to clients is generated here.
//!
//! The modules below are named after the crates of a real node, because a type's module path becomes
//! its path in the metadata, and clients find some types by it (`sp_runtime::DispatchError`).
//! Layouts, names and indices follow `opentensor/subtensor` `runtime/src/lib.rs` and
//! `pallets/subtensor`; what the dev chain does not do is not declared.

mod apis;
mod bounded_collections;
mod declare;
pub(crate) mod extensions;
mod frame_support;
mod frame_system;
mod node_subtensor_runtime;
mod pallet_balances;
mod pallet_commitments;
mod pallet_drand;
mod pallet_subtensor;
mod pallet_subtensor_swap;
mod pallet_subtensor_swap_runtime_api;
mod pallet_subtensor_utility;
mod pallet_timestamp;
mod pallet_transaction_payment;
mod primitive_types;
mod sp_arithmetic;
mod sp_core;
mod sp_runtime;
mod sp_version;
mod sp_weights;
mod substrate_fixed;
mod subtensor_runtime_common;

use frame_metadata::v16::{
    CustomMetadata, ExtrinsicMetadata, OuterEnums, RuntimeMetadataV16, TransactionExtensionMetadata,
};
use parity_scale_codec::Compact;
use scale_info::MetaType;

use node_subtensor_runtime::{RuntimeCall, RuntimeError, RuntimeEvent};

/// The version number this runtime goes by.
///
/// Like the runtimes from spec 425 on it keeps its epochs in state; the number itself is the dev
/// chain's own, above any that was deployed when it was written.
pub(crate) const SPEC_VERSION: u32 = 1_000;

/// The metadata of the runtime, in its newest form.
pub(crate) fn metadata() -> RuntimeMetadataV16 {
    let pallets = vec![
        frame_system::pallet(),
        pallet_timestamp::pallet(),
        pallet_balances::pallet(),
        pallet_transaction_payment::pallet(),
        pallet_subtensor::pallet(),
        pallet_subtensor_utility::pallet(),
        pallet_commitments::pallet(),
        pallet_drand::pallet(),
        pallet_subtensor_swap::pallet(),
    ];
    let mut metadata = RuntimeMetadataV16::new(
        pallets,
        extrinsic(),
        apis::apis(),
        OuterEnums {
            call_enum_ty: MetaType::new::<RuntimeCall>(),
            event_enum_ty: MetaType::new::<RuntimeEvent>(),
            error_enum_ty: MetaType::new::<RuntimeError>(),
        },
        CustomMetadata {
            map: std::collections::BTreeMap::default(),
        },
    );
    name_types_as_upstream(&mut metadata);
    metadata
}

fn extrinsic() -> ExtrinsicMetadata {
    let transaction_extensions = extensions::all();
    let count = u32::try_from(transaction_extensions.len()).expect("a dozen extensions");
    ExtrinsicMetadata {
        versions: vec![4],
        address_ty: MetaType::new::<sp_runtime::Address>(),
        call_ty: MetaType::new::<RuntimeCall>(),
        signature_ty: MetaType::new::<sp_runtime::MultiSignature>(),
        // By the version of the set of extensions, of which there is one so far: 0.
        transaction_extensions_by_version: [(0, (0..count).map(Compact).collect())].into(),
        transaction_extensions: transaction_extensions
            .into_iter()
            .map(|(identifier, ty, implicit)| TransactionExtensionMetadata {
                identifier,
                ty,
                implicit,
            })
            .collect(),
    }
}

/// Drops this crate's own module path from every type's path.
fn name_types_as_upstream(metadata: &mut RuntimeMetadataV16) {
    let own: Vec<&str> = module_path!().split("::").collect();
    for ty in &mut metadata.types.types {
        let segments = &mut ty.ty.path.segments;
        if segments.len() > own.len() && segments.iter().zip(&own).all(|(one, two)| one == two) {
            segments.drain(..own.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use scale_info::TypeDef;

    #[test]
    fn an_errors_number_is_its_place_in_the_list() {
        let metadata = super::metadata();
        let errors = metadata.pallets.iter().filter_map(|it| it.error.as_ref());
        for error in errors {
            let ty = metadata.types.resolve(error.ty.id).expect("declared");
            let TypeDef::Variant(errors) = &ty.type_def else {
                panic!("errors are an enum");
            };
            for (place, error) in errors.variants.iter().enumerate() {
                assert_eq!(usize::from(error.index), place, "{}", error.name);
            }
        }
    }
}
