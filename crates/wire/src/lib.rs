#![doc = include_str!("../README.md")]

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
