//! The client against recorded chain data, and against nodes that misbehave.

mod calls;
mod reads;
mod recorded;
