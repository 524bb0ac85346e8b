//! A price is no amount, though both are counted in rao.

use axonry_core::{Price, Rao};

fn main() {
    let price = Price::per_alpha(Rao::from_rao(34_660_000));
    let _ = Rao::ZERO.checked_add(price);
}
