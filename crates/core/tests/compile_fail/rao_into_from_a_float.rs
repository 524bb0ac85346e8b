//! Nor by the way of `into`.

use axonry_core::Rao;

fn main() {
    let _: Rao = 21.5369.into();
}
