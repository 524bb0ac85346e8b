//! The client against recorded chain data, and against nodes that misbehave.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod calls;
mod commits;
mod connection;
mod follower;
mod node;
mod reads;
mod recorded;
mod snapshot;
mod submission;
mod toy;
mod view;
mod wire;
