//! Alpha of no subnet is no amount.

use axonry_core::Alpha;

fn main() {
    let _ = Alpha::default();
}
