//! Alpha does not become TAO without a price.

use axonry_core::{Alpha, NetUid, Rao};

fn main() {
    let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
    let _ = Rao::from_rao(held);
}
