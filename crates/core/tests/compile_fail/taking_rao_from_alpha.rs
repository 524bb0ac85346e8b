//! Nor is TAO taken from alpha.

use axonry_core::{Alpha, NetUid, Rao};

fn main() {
    let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
    let free = Rao::from_rao(21_536_900_000);
    let _ = held.checked_sub(free);
}
