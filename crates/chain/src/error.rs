use std::time::Duration;

use axonry_core::{BlockHash, BlockNumber, NetUid, SignerError};

/// The cause below an error of this crate's vocabulary, whatever an implementation is made of.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a chain gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No connection, or it was lost while asking.
    #[error("the chain at `{endpoint}` is not reachable while asking for {what}")]
    Unavailable {
        /// Where it was asked, credentials left out.
        endpoint: String,
        /// What was asked for.
        what: String,
        /// The transport's reason.
        #[source]
        source: Cause,
    },
    /// The deadline of the call passed.
    #[error("the chain at `{endpoint}` did not answer within {after:?} when asked for {what}")]
    Timeout {
        /// Where it was asked, credentials left out.
        endpoint: String,
        /// What was asked for.
        what: String,
        /// The deadline.
        after: Duration,
    },
    /// The node answered with a JSON-RPC error.
    #[error("the node refused {what}: {message} (code {code})")]
    Node {
        /// What was asked for.
        what: String,
        /// The JSON-RPC error code.
        code: i32,
        /// The node's words.
        message: String,
    },
    /// No such subnet at that block.
    #[error("subnet {0} does not exist on this chain: check the netuid and the network")]
    NoSubnet(NetUid),
    /// The chain has no block of that height (yet).
    #[error("the chain has no block {0}")]
    NoBlock(BlockNumber),
    /// The node does not know the block, or has dropped its state.
    #[error("the node has no state of block {0}: it may be pruned, ask an archive node")]
    NoState(BlockHash),
    /// The runtime lacks something this client needs, or has it in another shape.
    #[error("this runtime has no `{item}` as this client needs it: {reason}")]
    Incompatible {
        /// Pallet and item, or runtime API and method.
        item: String,
        /// What differs.
        reason: String,
    },
    /// Bytes that do not decode, or values that contradict each other.
    #[error("could not read `{item}`: {reason}")]
    Decode {
        /// Pallet and item, or runtime API and method.
        item: String,
        /// What is wrong.
        reason: String,
    },
    /// The key did not sign.
    #[error("could not sign the call")]
    Signing(#[from] SignerError),
    /// The implementation has been shut down.
    #[error("the chain client is closed")]
    Closed,
}

impl ChainError {
    /// Whether the same question may be answered later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Timeout { .. } | Self::Node { .. } => true,
            Self::NoSubnet(_)
            | Self::NoBlock(_)
            | Self::NoState(_)
            | Self::Incompatible { .. }
            | Self::Decode { .. }
            | Self::Signing(_)
            | Self::Closed => false,
        }
    }
}
