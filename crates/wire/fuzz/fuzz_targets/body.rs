//! JSON as Python would print it.

#![no_main]

use axonry_wire_fuzz::input::check_body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_body(bytes).unwrap());
