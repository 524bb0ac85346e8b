//! Alpha of two subnets has no order: `checked_cmp` says so.

use axonry_core::{Alpha, NetUid};

fn main() {
    let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
    let _ = held < Alpha::from_base_units(NetUid(46), 1);
}
