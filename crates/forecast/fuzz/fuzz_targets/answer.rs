//! The body of a miner's answer.

#![no_main]

use axonry_forecast_fuzz::input::check_answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_answer(bytes).unwrap());
