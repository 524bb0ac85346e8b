//! Fuzzing `axonry-syntax`: `cargo +nightly fuzz run change` in this folder's parent.

pub mod input;
