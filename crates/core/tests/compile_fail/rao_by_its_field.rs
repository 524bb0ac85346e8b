//! The count cannot be put in past the constructors.

use axonry_core::Rao;

fn main() {
    let _ = Rao(21_536_900_000);
}
