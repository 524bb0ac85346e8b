//! Fractions of TAO are read from text.

use axonry_core::Rao;

fn main() {
    let _ = Rao::from_tao(21.5369);
}
