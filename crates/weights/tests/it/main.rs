//! Weights as a validator meets them.

mod commits;
mod fake;
mod faults;
mod plan;
mod reserved;
mod setter;
