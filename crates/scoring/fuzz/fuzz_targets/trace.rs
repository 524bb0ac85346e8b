//! The JSON of traces.

#![no_main]

use axonry_scoring_fuzz::input::check_trace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_trace(bytes).unwrap());
