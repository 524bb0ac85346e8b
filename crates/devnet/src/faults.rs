//! What goes wrong on command.

mod chain;

pub use chain::{ChainFault, ChainFaults};
