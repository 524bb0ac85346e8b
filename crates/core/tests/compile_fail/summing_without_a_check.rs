//! A sum that wraps is no sum.

use axonry_core::Rao;

fn main() {
    let _: Rao = [Rao::from_rao(1), Rao::from_rao(2)].into_iter().sum();
}
