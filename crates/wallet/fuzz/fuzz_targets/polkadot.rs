//! Exports of polkadot-js, but for the slow part of opening them.

#![no_main]

use axonry_wallet_fuzz::input::check_polkadot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_polkadot(bytes).unwrap());
