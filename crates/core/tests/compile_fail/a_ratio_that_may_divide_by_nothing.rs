//! The denominator is not zero by its type.

use axonry_core::{Rao, Rounding};

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free.ratio(1, 0, Rounding::Down);
}
