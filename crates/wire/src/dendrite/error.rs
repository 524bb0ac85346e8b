use std::net::SocketAddr;
use std::time::Duration;

use axonry_core::SignerError;

use crate::bt::NoField;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// Nobody can be reached there, or nobody may be asked there.
    #[error("{address} is no address to ask: port 0, nowhere, or not on the open Internet")]
    Address {
        /// What the axon announced.
        address: SocketAddr,
    },
    /// It could not be reached the last times, and is left alone for a while.
    #[error("not asked: it could not be reached lately, and is tried again in {again_in:?}")]
    Resting {
        /// When it is asked again.
        again_in: Duration,
    },
    /// No connection.
    #[error("{address} could not be reached")]
    Connect {
        /// The axon.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("{address} broke off")]
    Broken {
        /// The axon.
        address: SocketAddr,
        /// The transport's reason.
        #[source]
        source: hyper::Error,
    },
    /// The time for the whole call was over.
    #[error("no answer within {after:?}")]
    Timeout {
        /// How long it was waited.
        after: Duration,
    },
    /// The answer did not begin in time.
    #[error("the first byte of the answer did not come within {after:?}")]
    FirstByte {
        /// How long it was waited.
        after: Duration,
    },
    /// The answer came in too slowly.
    #[error("the answer came in too slowly: {received} bytes in {after:?}")]
    Slow {
        /// What had come.
        received: usize,
        /// After how long.
        after: Duration,
    },
    /// The answer was too large, on the wire or unpacked.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit it met.
        limit: usize,
    },
    /// The answer was packed in a way that is not read here, or wrongly.
    #[error("the answer's content encoding is not gzip, or is broken")]
    Encoding,
    /// The axon answered that it will not.
    #[error("refused with status {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words, at most 256 bytes of them.
        message: String,
    },
    /// The answer is no JSON of this synapse.
    #[error("the answer is not what it should be: {reason}")]
    Unreadable {
        /// What is wrong, at most 256 bytes of it.
        reason: String,
    },
    /// The answer is there, but who was to read it took too long.
    #[error("the answer came, but was not read within {after:?}")]
    Unread {
        /// How long its reader had.
        after: Duration,
    },
    /// The round was over before this one had answered.
    #[error("the round was over before there was an answer")]
    RoundOver,
    /// The key did not sign.
    #[error("the request could not be signed")]
    Signing(#[from] SignerError),
    /// The synapse contradicts itself.
    #[error("the request does not fit its synapse")]
    Question(#[from] NoField),
    /// The request could not be written as JSON.
    #[error("the request cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
}

impl CallError {
    /// Whether nobody answered at all: what speaks against asking again soon.
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Connect { .. })
    }

    /// Whether the failure says nothing of the axon: it was not asked, or answered and was not read.
    pub const fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Resting { .. }
                | Self::RoundOver
                | Self::Unread { .. }
                | Self::Signing(_)
                | Self::Question(_)
                | Self::Unwritable(_)
        )
    }
}
