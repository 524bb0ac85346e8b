//! Amounts do not turn into floats on the way.

use axonry_core::Rao;

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let _: f64 = free.into();
}
