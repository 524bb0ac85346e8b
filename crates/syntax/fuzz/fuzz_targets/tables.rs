//! The JSON of both weight tables.

#![no_main]

use axonry_syntax_fuzz::input::check_tables;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_tables(bytes).unwrap());
