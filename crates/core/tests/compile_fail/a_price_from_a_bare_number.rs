//! A price is TAO for one alpha, and says so.

use axonry_core::Price;

fn main() {
    let _ = Price::per_alpha(34_660_000);
}
