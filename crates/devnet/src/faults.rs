//! What goes wrong on command: in the chain itself, or at one of its doors.

mod chain;
mod door;
mod parse;

pub use chain::{ChainFault, ChainFaults};
pub use door::{DoorFault, DoorFaults, FaultError};
