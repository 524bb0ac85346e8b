//! A share of an amount is a ratio with a rounding.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free * 0.5;
}
