//! A float has no exact base units.

use axonry_core::Rao;

fn main() {
    let _ = Rao::from(21.5369_f64);
}
