//! Weights as a validator meets them.

mod fake;
mod plan;
mod setter;
