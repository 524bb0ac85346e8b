//! Fuzzing `axonry-wire`: `cargo +nightly fuzz run headers` in this folder's parent.

pub mod exchange;
pub mod input;
