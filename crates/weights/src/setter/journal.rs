use async_trait::async_trait;
use axonry_chain::ExtrinsicHash;
use axonry_core::{Block, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};

use super::{Carrier, Landing};

/// Where intents are written down before anything is sent, so that a crash forgets nothing.
///
/// What [`record`](Journal::record) and [`attempt`](Journal::attempt) return from must be on disk.
#[async_trait]
pub trait Journal: std::fmt::Debug + Send + Sync {
    /// Writes down what is about to be sent.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when the same hotkey, subnet, mechanism and round has an intent
    /// that is unfinished or has landed.
    async fn record(&self, intent: &Intent) -> Result<IntentId, JournalError>;

    /// Writes down that the vector is about to be sent again in another extrinsic.
    async fn attempt(&self, id: IntentId, attempt: &Attempt) -> Result<(), JournalError>;

    /// Writes down what became of it; an intent is finished when the landing
    /// [is settled](Landing::is_settled).
    async fn conclude(&self, id: IntentId, landing: &Landing) -> Result<(), JournalError>;

    /// Whether a vector of another round than this has landed, or may still land, in the epoch that
    /// began in block `since`: one whose extrinsic was valid then and has not failed.
    ///
    /// An epoch uses one vector; what is sent beyond that shows others what we think and gains
    /// nothing.
    async fn taken(
        &self,
        hotkey: Hotkey,
        place: (NetUid, MechId),
        since: BlockNumber,
        round: u64,
    ) -> Result<bool, JournalError>;

    /// The intents of a hotkey that are not finished, oldest first.
    async fn unfinished(&self, hotkey: Hotkey) -> Result<Vec<(IntentId, Intent)>, JournalError>;
}

/// The journal's number of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub i64);

/// A vector somebody means to set, and the extrinsic that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who sets it.
    pub hotkey: Hotkey,
    /// The subnet.
    pub netuid: NetUid,
    /// The mechanism.
    pub mechanism: MechId,
    /// The validator's own count of rounds.
    pub round: u64,
    /// The subnet's epoch at the first attempt, where the chain tells.
    pub epoch: Option<u64>,
    /// The vector.
    pub weights: Weights,
    /// The extrinsic, the latest one if there were several.
    pub attempt: Attempt,
}

/// One extrinsic, and what is needed to find out later whether it landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its hash.
    pub extrinsic: ExtrinsicHash,
    /// The nonce it uses up.
    pub nonce: u64,
    /// The block its era counts from.
    pub birth: Block,
    /// The last block it can be included in.
    pub valid_until: BlockNumber,
    /// The hotkey's uid when it was signed.
    pub uid: Uid,
    /// When the uid had last set weights before; it lands by moving this.
    pub last_update: BlockNumber,
    /// How it carries the vector.
    pub carrier: Carrier,
}

/// Why the journal did not take or give something. Nothing is sent that is not written down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The round has a vector already.
    #[error(
        "round {round} of subnet {netuid} already has a vector that landed or may still land: at \
         most one is set per round"
    )]
    Conflict {
        /// The subnet.
        netuid: NetUid,
        /// The round.
        round: u64,
    },
    /// The journal itself failed.
    #[error("the journal failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
