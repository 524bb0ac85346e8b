//! An amount of alpha made from itself.

use axonry_core::{Alpha, NetUid};

fn main() {
    let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
    let _ = Alpha::from_base_units(NetUid(45), held);
}
