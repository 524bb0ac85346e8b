//! Two fixed-point numbers of other places have other bits.

use axonry_core::{U64F64, U96F32};

fn main() {
    let share = U64F64::from_bits(1);
    let _: U96F32 = share;
}
