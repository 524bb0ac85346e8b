//! Nor by a cast, which would drop the unit.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free as f64;
}
