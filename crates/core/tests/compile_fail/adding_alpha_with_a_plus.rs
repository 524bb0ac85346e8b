//! Two subnets' alpha would add up to nothing that exists.

use axonry_core::{Alpha, NetUid};

fn main() {
    let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
    let _ = held + Alpha::from_base_units(NetUid(46), 1);
}
