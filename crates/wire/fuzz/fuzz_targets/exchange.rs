//! Bodies that are sent to an axon, rightly signed.

#![no_main]

use std::cell::RefCell;

use axonry_wire_fuzz::exchange::Exchange;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::new(Exchange::begin());
}

fuzz_target!(|bytes: &[u8]| EXCHANGE.with_borrow_mut(|exchange| exchange.check(bytes).unwrap()));
