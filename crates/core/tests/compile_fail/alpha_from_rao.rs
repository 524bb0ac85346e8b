//! TAO does not become alpha without a price.

use axonry_core::{Alpha, NetUid, Rao};

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = Alpha::from_base_units(NetUid(45), free);
}
