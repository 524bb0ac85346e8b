use std::fmt;
use std::pin::Pin;

use axonry_core::{AccountId, Block, BlockHash, BlockNumber};
use futures_core::Stream;

use crate::ChainError;

/// What becomes of a submitted extrinsic, as the node tells it; ends after a final status.
///
/// A stream that ends early or with an error leaves the outcome *unknown*: read the chain's state
/// before doing anything else.
pub type StatusStream = Pin<Box<dyn Stream<Item = Result<ExtrinsicStatus, ChainError>> + Send>>;

/// The blake2-256 hash of an extrinsic's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExtrinsicHash(pub [u8; 32]);

impl fmt::Display for ExtrinsicHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        BlockHash(self.0).fmt(f)
    }
}

impl fmt::Debug for ExtrinsicHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How long a signed extrinsic stays valid.
///
/// There is no immortal choice: an extrinsic that may land at any time cannot be reconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mortality {
    /// The block it counts from; its hash is part of what is signed.
    pub birth: Block,
    /// For how many blocks, rounded up to a power of two between 4 and 65 536.
    pub period: u64,
}

/// A call encoded, signed and ready to send, with what identifies it afterwards.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedExtrinsic {
    /// The bytes to send.
    pub bytes: Vec<u8>,
    /// Their hash, by which pool and blocks know them.
    pub hash: ExtrinsicHash,
    /// Who signed.
    pub account: AccountId,
    /// The signer's nonce it uses up.
    pub nonce: u64,
    /// The last block it can be included in.
    pub valid_until: BlockNumber,
}

impl fmt::Debug for SignedExtrinsic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedExtrinsic")
            .field("hash", &self.hash)
            .field("account", &self.account)
            .field("nonce", &self.nonce)
            .field("valid_until", &self.valid_until)
            .field("length", &self.bytes.len())
            .finish()
    }
}

/// One word of the node about a submitted extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtrinsicStatus {
    /// In the pool, ready for the next block.
    Ready,
    /// In the pool, waiting for an earlier nonce.
    Future,
    /// Told to other nodes.
    Broadcast,
    /// In a block that may still be replaced.
    InBlock(BlockHash),
    /// The block it was in is no longer part of the best chain.
    Retracted(BlockHash),
    /// In a finalized block. Final.
    Finalized(BlockHash),
    /// The node gave up waiting for finality. Final, outcome unknown.
    FinalityTimeout(BlockHash),
    /// Replaced by another extrinsic of the same nonce. Final.
    Usurped,
    /// Thrown out of the pool for want of room. Final, outcome unknown.
    Dropped,
    /// No longer valid, for example because its era has passed. Final.
    Invalid,
}

impl ExtrinsicStatus {
    /// Whether the node will say nothing more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Finalized(_)
                | Self::FinalityTimeout(_)
                | Self::Usurped
                | Self::Dropped
                | Self::Invalid
        )
    }
}

/// How an extrinsic fared in one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// It ran and succeeded.
    Succeeded,
    /// It ran and failed: included, charged, without effect.
    Failed(DispatchFailure),
    /// It ran and succeeded, but calls that it carried did not, each with what came of it: what
    /// the others did stands.
    Partly(Vec<InnerFailure>),
    /// It is not in that block.
    NotInBlock,
}

/// A dispatch error, by the names the runtime's metadata gives it; indices move between runtimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispatchFailure {
    /// The pallet, or the kind of error when no pallet is concerned (`Token`, `BadOrigin`, …).
    pub pallet: String,
    /// The error's name.
    pub name: String,
    /// What the runtime says about it.
    pub description: String,
}

/// Why a call inside another one failed, which itself succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerFailure {
    /// What the call was in.
    pub carrier: Carrier,
    /// What went wrong.
    pub failure: DispatchFailure,
}

/// A call that carries others and does not fail with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// `Utility.batch`: the call at this place failed, and those after it were not made.
    Batch {
        /// The place, from 0.
        index: u32,
    },
    /// `Utility.force_batch`: the call at this place failed, and those after it were made.
    ForceBatch {
        /// The place, from 0.
        index: u32,
    },
    /// `Proxy.proxy`: the call made for another account failed.
    Proxy,
    /// `Sudo.sudo`: the call made as root failed.
    Sudo,
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch { index } => write!(f, "call {index} of a batch, which ends there"),
            Self::ForceBatch { index } => write!(f, "call {index} of a batch, which goes on"),
            Self::Proxy => f.write_str("the call by proxy"),
            Self::Sudo => f.write_str("the call as root"),
        }
    }
}

impl fmt::Display for InnerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.carrier, self.failure)
    }
}

impl fmt::Display for DispatchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)?;
        if self.description.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.description)
        }
    }
}
