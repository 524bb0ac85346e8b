//! Requests as `btauth/1` signs them.

#![no_main]

use axonry_wire_fuzz::input::check_signature;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_signature(bytes).unwrap());
