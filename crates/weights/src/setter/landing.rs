use std::fmt;

use axonry_chain::{DispatchFailure, PoolRejection};
use axonry_core::{Block, BlockHash, BlockNumber};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Refusal, Remedy};

/// How far a vector got, as far as is known.
///
/// Only [`VerifiedInState`](Self::VerifiedInState) means that the weights are set. The three before
/// it are where the deadline found a vector that may still land; the journal keeps them open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Landing {
    /// The pool has it.
    Submitted,
    /// A block has it that may still be replaced.
    Included {
        /// The block.
        block: BlockHash,
    },
    /// A finalized block has it, and its effect could not be read yet.
    Finalized {
        /// The block.
        block: BlockHash,
    },
    /// The chain has our commit, and the weights are not in force before it is revealed.
    ///
    /// The journal keeps it open; [`Setter::set`](super::Setter::set),
    /// [`Setter::recover`](super::Setter::recover) and
    /// [`Setter::see_through`](super::Setter::see_through) bring it to its end.
    Committed {
        /// The block that has the commit.
        block: Block,
    },
    /// The chain's state shows exactly this vector, set in this block.
    VerifiedInState {
        /// The block that included it.
        block: Block,
    },
    /// It is certain that it did not and will not take effect.
    Rejected {
        /// Why.
        reason: Rejection,
    },
    /// It may or may not have been taken, and the chain could not be asked in time.
    Unknown {
        /// The last block it can still be included in.
        valid_until: BlockNumber,
    },
}

/// Why a vector did not take effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The pool refused it.
    Pool(PoolRejection),
    /// It was included and failed.
    Dispatch(DispatchFailure),
    /// It was included and succeeded, and the state does not show it; or the state shows another
    /// vector of ours, set since.
    NotApplied {
        /// The block whose state was read.
        block: BlockHash,
    },
    /// No block included it in time.
    Expired {
        /// The last block that could have.
        valid_until: BlockNumber,
    },
    /// It was committed, and its reveal was not seen: dropped, missed, or followed by another.
    RevealNotSeen {
        /// The epoch in which it was due.
        epoch: u64,
    },
    /// After a failed attempt, sending it again would have been pointless.
    Refused(Refusal),
}

impl Landing {
    /// Whether the weights are set.
    pub const fn is_verified(&self) -> bool {
        matches!(self, Self::VerifiedInState { .. })
    }

    /// Whether a commit waits for its reveal.
    pub const fn is_committed(&self) -> bool {
        matches!(self, Self::Committed { .. })
    }

    /// Whether it is certain what became of it.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::VerifiedInState { .. } | Self::Rejected { .. })
    }

    /// The outcome in one word, for journals and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Included { .. } => "included",
            Self::Finalized { .. } => "finalized",
            Self::Committed { .. } => "committed",
            Self::VerifiedInState { .. } => "verified_in_state",
            Self::Rejected { .. } => "rejected",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The block that included it, once that is verified.
    pub const fn block(&self) -> Option<Block> {
        match self {
            Self::VerifiedInState { block } => Some(*block),
            _ => None,
        }
    }
}

impl fmt::Display for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submitted => f.write_str("submitted, and not in a block yet"),
            Self::Included { block } => write!(f, "included in block {block}, not finalized yet"),
            Self::Finalized { block } => {
                write!(f, "finalized in block {block}, its effect not read yet")
            }
            Self::Committed { block } => {
                write!(f, "committed in block {}, to be revealed", block.number)
            }
            Self::VerifiedInState { block } => {
                write!(f, "verified in the state of block {}", block.number)
            }
            Self::Rejected { reason } => write!(f, "rejected: {reason}"),
            Self::Unknown { valid_until } => {
                write!(f, "not known: it can land until block {valid_until}")
            }
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(rejection) => write!(f, "the pool refused it: {rejection}"),
            Self::Dispatch(failure) => {
                write!(f, "it was included and failed: {failure}")?;
                match Remedy::of(&failure.name) {
                    Some(remedy) => write!(f, ": {remedy}"),
                    None => Ok(()),
                }
            }
            Self::NotApplied { block } => write!(
                f,
                "it was included, but the state of block {block} does not show it: look for \
                 another process that uses this hotkey"
            ),
            Self::Expired { valid_until } => {
                write!(f, "no block up to {valid_until} included it")
            }
            Self::RevealNotSeen { epoch } => write!(
                f,
                "it was committed, and epoch {epoch} did not bring it into force: look at the \
                 chain's drand pulses and whether weights are revealed in time"
            ),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

/// `{"outcome": "verified_in_state", "block": {…}, "reason": null}`.
impl Serialize for Landing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reason = match self {
            Self::Rejected { reason } => Some(reason.to_string()),
            Self::Unknown { .. } => Some(self.to_string()),
            _ => None,
        };
        let mut landing = serializer.serialize_struct("Landing", 3)?;
        landing.serialize_field("outcome", self.name())?;
        landing.serialize_field("block", &self.block())?;
        landing.serialize_field("reason", &reason)?;
        landing.end()
    }
}
