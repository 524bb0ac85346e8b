//! The client against recorded chain data, and against nodes that misbehave.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod accounts;
mod best;
#[cfg(feature = "blocking")]
mod blocking;
mod broadcast;
mod cache;
mod calls;
mod commits;
mod compatibility;
mod connection;
mod deadline;
mod endurance;
mod failover;
mod faults;
mod follower;
mod frames;
mod idle;
mod mutations;
mod node;
mod pool;
mod reads;
mod recorded;
mod snapshot;
mod submission;
mod toy;
mod view;
mod wire;
