//! Setting weights: what the pool asks first, what the call asks then, what is stored.
//!
//! `pallets/subtensor/src/subnets/weights.rs` and `extensions/subtensor.rs`.

mod call;
mod fixed;
mod gate;
mod set;
#[cfg(test)]
mod tests;

pub(crate) use call::SetWeights;
pub(crate) use gate::gate;
pub(crate) use set::{Refusal, set};
