//! TAO out of a balance that is counted in rao already.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _ = Rao::from_tao(free);
}
