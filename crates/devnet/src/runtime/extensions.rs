//! The transaction extensions in their order: it decides where the bytes of an extrinsic lie.
//!
//! `opentensor/subtensor` `runtime/src/lib.rs`, `TransactionExtensions`.
#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use parity_scale_codec::Compact;
use scale_info::{MetaType, TypeInfo};

use super::primitive_types::H256;
use super::sp_runtime::generic::era::Era;

#[derive(TypeInfo)]
struct CheckNonZeroSender;
#[derive(TypeInfo)]
struct CheckSpecVersion;
#[derive(TypeInfo)]
struct CheckTxVersion;
#[derive(TypeInfo)]
struct CheckGenesis;
#[derive(TypeInfo)]
struct CheckMortality(Era);
#[derive(TypeInfo)]
struct CheckNonce(Compact<u32>);
#[derive(TypeInfo)]
struct CheckWeight;
#[derive(TypeInfo)]
struct ChargeTransactionPayment(Compact<u64>);
#[derive(TypeInfo)]
struct SudoTransactionExtension;
#[derive(TypeInfo)]
struct CheckShieldedTxValidity;
#[derive(TypeInfo)]
struct SubtensorTransactionExtension;
#[derive(TypeInfo)]
struct DrandPriority;
#[derive(TypeInfo)]
struct CheckMetadataHash {
    mode: Mode,
}
#[derive(TypeInfo)]
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
