//! What goes wrong between neurons, one test for each way and row of the table of faults (MI1 to
//! MI13). Those that say `at_length` do the same as the one beside them, as often as the table says:
//!
//! `cargo test -p axonry-wire --release --test it -- --ignored at_length --test-threads 1`

mod addresses;
mod callers;
mod content;
#[cfg(target_os = "linux")]
mod memory;
mod readers;
mod rounds;
mod siege;
#[cfg(target_os = "linux")]
mod timing;
