//! Fuzzing `axonry-scoring`: `cargo +nightly fuzz run registry` in this folder's parent.

pub mod input;
