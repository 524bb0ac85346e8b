//! Nor can that of alpha.

use axonry_core::{Alpha, NetUid};

fn main() {
    let _ = Alpha { netuid: NetUid(45), units: 1 };
}
