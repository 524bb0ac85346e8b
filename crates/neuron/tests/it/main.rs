//! A validator as its operator meets it: rounds on a dev chain that can be made to misbehave.
//!
//! Time is the chain's: blocks come fast, and whoever waits counts them.

mod announcement;
mod crooked;
mod health;
mod history;
mod listener;
mod recording;
mod rehearsal;
mod reserved;
mod standing_in;
mod subnet;
