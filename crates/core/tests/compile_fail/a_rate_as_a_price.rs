//! A rate between two subnets is no price in TAO.

use axonry_core::{ExchangeRate, Price};

fn main() {
    let rate = ExchangeRate::from_billionths(34_660_000);
    let _ = Price::per_alpha(rate);
}
