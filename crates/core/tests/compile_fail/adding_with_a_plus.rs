//! Sums can overflow: they are asked for with `checked_add`.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free + free;
}
