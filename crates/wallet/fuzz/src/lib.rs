//! Fuzzing `axonry-wallet`: `cargo +nightly fuzz run keyfile` in this folder's parent.

pub mod input;
