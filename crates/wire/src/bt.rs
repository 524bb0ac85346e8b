//! The header protocol of the Python SDK up to version 10.
//!
//! `opentensor/bittensor` 10.2.0, `bittensor/core/{synapse,dendrite,axon}.py`.

mod body_hash;
mod head;
mod number;
mod python;
mod request;
mod terminal;
mod verification;

pub use body_hash::{BodyHash, body_hash};
pub use head::{Head, HeadError};
pub use python::PythonValue;
pub use request::{Call, NoField, Prepared, Receiver, Request, Sender};
pub use terminal::Terminal;
pub use verification::{Refusal, Rules, Verified, verify};

use axonry_core::Hotkey;

/// A version as one number: `major * 10^6 + minor * 10^3 + patch`.
pub const fn version(major: u16, minor: u16, patch: u16) -> i64 {
    major as i64 * 1_000_000 + minor as i64 * 1_000 + patch as i64
}

/// What a dendrite signs: nonce, sender, receiver, the sender's uuid and the body hash, with dots.
pub fn signing_text(
    nonce: i128,
    sender: &Hotkey,
    receiver: &Hotkey,
    uuid: &str,
    body_hash: &str,
) -> String {
    format!("{nonce}.{sender}.{receiver}.{uuid}.{body_hash}")
}
