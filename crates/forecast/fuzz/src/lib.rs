//! Fuzzing `axonry-forecast`: `cargo +nightly fuzz run answer` in this folder's parent.

pub mod input;
