//! The JSON of the repositories.

#![no_main]

use axonry_scoring_fuzz::input::check_registry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_registry(bytes).unwrap());
