//! What divides money says what becomes of the rest.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = free.ratio(1, std::num::NonZeroU64::MIN);
}
