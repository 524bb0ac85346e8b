//! One less of what?

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free - 1;
}
