//! Numbers of fixed precision: on the wire they are their bits.
#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use parity_scale_codec::Encode;
use scale_info::TypeInfo;

/// 64 bits, signed; `I32F32` has 32 of them after the point.
#[derive(TypeInfo)]
pub(crate) struct FixedI64 {
    bits: i64,
}

/// 128 bits; `U64F64` has 64 of them after the point.
#[derive(Encode, TypeInfo, Default)]
pub(crate) struct FixedU128 {
    bits: u128,
}

impl FixedU128 {
    /// So many parts of a whole, as a `U64F64`.
    pub(crate) const fn of_parts(parts: u64, whole: u64) -> Self {
        let bits = ((parts as u128) << 64) / whole as u128;
        Self { bits }
    }
}

/// 128 bits, signed; `I96F32` has 32 of them after the point.
#[derive(TypeInfo)]
pub(crate) struct FixedI128 {
    bits: i128,
}
