//! How neurons talk: signed requests from one hotkey to another over HTTP.
//!
//! Two protocols are spoken. [`bt`] is the header protocol of the Python SDK up to 10: a synapse as
//! JSON, its terminals in `bt_header_…` headers, and a signature that covers sender, receiver, a
//! nonce and the hashes of those fields that the synapse lists. [`btauth`] is `btauth/1` of SDK 11:
//! a signature over method, path and the whole body.
//!
//! Their modules are pure: they build and read headers, and judge them, with time as a number that
//! comes in. [`Axon`] serves: handlers of [`Synapse`]s behind limits, signatures and a memory of what
//! was asked before. [`Dendrite`] asks: one axon or hundreds at once, whose answers are handed out as
//! they land. Either end also speaks in pieces ([`AxonBuilder::route_stream`], [`Dendrite::stream`]),
//! where an answer is read while it is made.
//!
//! ```
//! use axonry_wire::bt::{self, PythonValue};
//!
//! // What the Python side hashes is the text that `str()` gives.
//! # fn main() -> Result<(), serde_json::Error> {
//! let value: PythonValue = serde_json::from_str(r#"{"b": [1.0, null, true], "a": "it's"}"#)?;
//! assert_eq!(value.to_string(), r#"{'b': [1.0, None, True], 'a': "it's"}"#);
//! assert_eq!(bt::body_hash([&value]).to_string().len(), 64);
//! # Ok(())
//! # }
//! ```
//!
//! It does not know: keys on disk (it takes any [`Signer`](axonry_core::Signer)), the chain, or
//! what a question means.

mod axon;
pub mod bt;
pub mod btauth;
mod caller;
mod dendrite;
mod moment;
mod nonce;
mod replay;
mod signature;
mod synapse;

pub use axon::{Asked, Axon, AxonBuilder, AxonCounters, Failure, Limits, Rate, Route, Signed};
pub use caller::{Caller, Roster, Standing};
pub use dendrite::{
    Answer, AnswerLimits, Answers, CallError, Chunks, Dendrite, DendriteBuilder, DendriteCounters,
    Patience, Protocol, Question, Target,
};
pub use nonce::NonceSource;
pub use replay::{Replay, ReplayGuard};
pub use signature::{Scheme, SignatureError};
pub use synapse::{Nothing, Ping, Synapse};
