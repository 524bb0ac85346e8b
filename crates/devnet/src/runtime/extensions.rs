//! The transaction extensions in their order: it decides where the bytes of an extrinsic lie.
//!
//! `opentensor/subtensor` `runtime/src/lib.rs`, `TransactionExtensions`.
use parity_scale_codec::Compact;
use scale_info::build::Fields;
use scale_info::{MetaType, Path, Type, TypeInfo, TypeParameter};

use super::primitive_types::H256;
use super::sp_runtime::generic::era::Era;

/// Declares extensions where the crates of a real node have them; each holds one value or none.
macro_rules! extensions {
    ($($path:literal $name:ident $fields:expr;)*) => {$(
        struct $name;

        impl TypeInfo for $name {
            type Identity = Self;

            fn type_info() -> Type {
                Type::builder()
                    .path(Path::new(stringify!($name), $path))
                    .type_params(vec![TypeParameter::new("T", None)])
                    .composite($fields)
            }
        }
    )*};
}

extensions! {
    "frame_system::extensions::check_non_zero_sender" CheckNonZeroSender Fields::unit();
    "frame_system::extensions::check_spec_version" CheckSpecVersion Fields::unit();
    "frame_system::extensions::check_tx_version" CheckTxVersion Fields::unit();
    "frame_system::extensions::check_genesis" CheckGenesis Fields::unit();
    "node_subtensor_runtime::check_mortality" CheckMortality
        Fields::unnamed().field(|field| field.ty::<Era>());
    "node_subtensor_runtime::check_nonce" CheckNonce
        Fields::unnamed().field(|field| field.ty::<Compact<u32>>());
    "frame_system::extensions::check_weight" CheckWeight Fields::unit();
    "pallet_transaction_payment" ChargeTransactionPayment
        Fields::unnamed().field(|field| field.ty::<Compact<u64>>());
    "node_subtensor_runtime::sudo_wrapper" SudoTransactionExtension Fields::unit();
    "pallet_shield::extension" CheckShieldedTxValidity Fields::unit();
    "pallet_subtensor::extensions::subtensor" SubtensorTransactionExtension Fields::unit();
    "pallet_drand::drand_priority" DrandPriority Fields::unit();
    "frame_metadata_hash_extension" CheckMetadataHash
        Fields::named().field(|field| field.name("mode").ty::<Mode>());
}

#[derive(TypeInfo)]
#[scale_info(replace_segment("extensions", "frame_metadata_hash_extension"))]
#[expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]
enum Mode {
    Disabled,
    Enabled,
}

/// Identifier, type in the extrinsic, type in what is signed beyond it.
pub(super) fn all() -> Vec<(&'static str, MetaType, MetaType)> {
    fn extension<Extra: TypeInfo + 'static, Implicit: TypeInfo + 'static>(
        identifier: &'static str,
    ) -> (&'static str, MetaType, MetaType) {
        (
            identifier,
            MetaType::new::<Extra>(),
            MetaType::new::<Implicit>(),
        )
    }
    vec![
        extension::<CheckNonZeroSender, ()>("CheckNonZeroSender"),
        extension::<CheckSpecVersion, u32>("CheckSpecVersion"),
        extension::<CheckTxVersion, u32>("CheckTxVersion"),
        extension::<CheckGenesis, H256>("CheckGenesis"),
        extension::<CheckMortality, H256>("CheckMortality"),
        extension::<CheckNonce, ()>("CheckNonce"),
        extension::<CheckWeight, ()>("CheckWeight"),
        extension::<ChargeTransactionPayment, ()>("ChargeTransactionPayment"),
        extension::<SudoTransactionExtension, ()>("SudoTransactionExtension"),
        extension::<CheckShieldedTxValidity, ()>("CheckShieldedTxValidity"),
        extension::<SubtensorTransactionExtension, ()>("SubtensorTransactionExtension"),
        extension::<DrandPriority, ()>("DrandPriority"),
        extension::<CheckMetadataHash, Option<[u8; 32]>>("CheckMetadataHash"),
    ]
}
