//! A price values alpha; TAO is worth itself.

use axonry_core::{Price, Rao};

fn main() {
    let free = Rao::from_rao(21_536_900_000);
    let price = Price::per_alpha(Rao::from_rao(34_660_000));
    let _ = price.value(free);
}
