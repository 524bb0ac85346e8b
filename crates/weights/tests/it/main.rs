//! Weights as a validator meets them.

mod commits;
mod fake;
mod faults;
mod laws;
mod plan;
mod reserved;
mod setter;
