//! Amount and subnet are not mistaken for each other.

use axonry_core::{Alpha, NetUid};

fn main() {
    let _ = Alpha::from_base_units(21_536_900_000, NetUid(45));
}
