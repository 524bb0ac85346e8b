//! Neurons that are not ours: our axon is asked by Bittensor's Python SDKs, our dendrite asks theirs.
//!
//! Runs when `AXONRY_INTEROP` is 1, because it installs them from the package index first. They stay
//! in the folder `AXONRY_INTEROP_FOLDER`, or beside the build.

mod peer;
mod questions;
mod sdk_10;
mod sdk_11;

/// Calls each way.
const CALLS: u32 = 1_000;
