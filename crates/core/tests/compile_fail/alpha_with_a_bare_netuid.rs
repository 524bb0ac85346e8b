//! A number is not a subnet: which of the two was meant?

use axonry_core::Alpha;

fn main() {
    let _ = Alpha::from_base_units(45, 21_536_900_000);
}
