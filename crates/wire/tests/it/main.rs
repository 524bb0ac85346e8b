//! Requests as they are sent and judged, over the public interface.

mod axon;
mod btauth;
mod corpus;
mod dendrite;
mod faults;
mod fleet;
mod http;
mod refusals;
mod requests;
mod table;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axonry_core::Hotkey;
use axonry_wallet::Keypair;

/// Nanoseconds since 1970, some time in 2026.
const NOW: u64 = 1_778_225_600_123_456_789;
const SECOND: u64 = 1_000_000_000;

fn key(uri: &str) -> Arc<Keypair> {
    Arc::new(Keypair::from_uri(uri).expect("a URI"))
}

fn hotkey(uri: &str) -> Hotkey {
    key(uri).hotkey()
}

/// The system's time, in nanoseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.expect("a clock after 1970").as_nanos();
    u64::try_from(nanos).expect("a clock before 2554")
}
