//! A bare number does not say whether it counts TAO or rao.

use axonry_core::Rao;

fn main() {
    let _: Rao = 21_u64.into();
}
