//! Header sets of SDK 10's protocol.

#![no_main]

use axonry_wire_fuzz::input::check_headers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_headers(bytes).unwrap());
