//! Plain keyfiles, in every form.

#![no_main]

use axonry_wallet_fuzz::input::check_keyfile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_keyfile(bytes).unwrap());
