//! Whether weights still land, as the chain's state says, and if not, why.
//!
//! What a process believes of its own submissions is not asked: a validator can look healthy for days
//! while nothing it sends takes effect. The age of the last vector in state, counted in tempos, shows
//! it; what the setter met says the reason.

use std::fmt;

use axonry_chain::{Chain, ChainError, EpochClock, InvalidReason, PoolRejection};
use axonry_core::{Block, BlockNumber, Hotkey, MechId, NetUid};

use crate::setter::{Landing, Refusal, Rejection, Remedy, SetError};

/// From this many tempos on without a vector that landed, somebody must act.
pub const ALARM: f64 = 3.0;

/// Watches one hotkey's weights in one mechanism of a subnet.
#[derive(Clone, Debug)]
pub struct Watchdog {
    hotkey: Hotkey,
    place: (NetUid, MechId),
    version_key: u64,
    last: Option<Stall>,
    /// The last vector that came into force, where only a reveal brings it there.
    revealed: Option<BlockNumber>,
    reveals: bool,
}

/// What the chain's state says about a validator's weights at one block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// The block whose state was read.
    pub block: Block,
    /// When weights landed last; `None` where the hotkey has no slot.
    pub landed: Option<BlockNumber>,
    /// How many tempos ago that was.
    pub tempos_since_landed: f64,
    /// Why the next vector will not land, or the last did not, where that is known.
    pub reason: Option<Stall>,
    /// Whether `reason` stands in the chain's state, so that the next vector cannot land.
    pub blocked: bool,
}

/// Why weights do not land.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stall {
    /// The hotkey has no slot any more.
    Deregistered,
    /// It has no validator permit.
    NoPermit,
    /// Its stake is below what setting weights needs.
    TooLittleStake,
    /// The subnet asks for a newer version key.
    VersionKey,
    /// The rate limit did not pass in time.
    RateLimit,
    /// Nonces were used up by others, or left a gap.
    Nonce,
    /// The pool refused.
    Pool,
    /// The node could not be reached, or answers were lost.
    Transport,
    /// No block included it in time.
    Dropped,
    /// It was included and failed.
    Dispatch,
    /// It was included and succeeded, and state does not show it.
    NotApplied,
    /// It was committed and did not come into force.
    RevealOverdue,
    /// Somebody else signs with the hotkey.
    Doppelganger,
    /// The vector or the subnet's rules do not go together.
    Refused,
    /// The journal failed, or the commit could not be sealed.
    Local,
    /// Nothing was sent.
    NotTried,
}

impl Stall {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Deregistered,
        Self::NoPermit,
        Self::TooLittleStake,
        Self::VersionKey,
        Self::RateLimit,
        Self::Nonce,
        Self::Pool,
        Self::Transport,
        Self::Dropped,
        Self::Dispatch,
        Self::NotApplied,
        Self::RevealOverdue,
        Self::Doppelganger,
        Self::Refused,
        Self::Local,
        Self::NotTried,
    ];

    /// The reason in a word, for metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deregistered => "deregistered",
            Self::NoPermit => "no_permit",
            Self::TooLittleStake => "too_little_stake",
            Self::VersionKey => "version_key",
            Self::RateLimit => "rate_limit",
            Self::Nonce => "nonce",
            Self::Pool => "pool",
            Self::Transport => "transport",
            Self::Dropped => "dropped",
            Self::Dispatch => "dispatch",
            Self::NotApplied => "not_applied",
            Self::RevealOverdue => "reveal_overdue",
            Self::Doppelganger => "doppelganger",
            Self::Refused => "refused",
            Self::Local => "local",
            Self::NotTried => "not_tried",
        }
    }

    /// What a call of [`Setter::set`](crate::Setter::set) met; `None` when the weights are set.
    pub fn of(outcome: &Result<Landing, SetError>) -> Option<Self> {
        Some(match outcome {
            Ok(Landing::VerifiedInState { .. }) => return None,
            Ok(Landing::Committed { .. }) => Self::RevealOverdue,
            Ok(Landing::Rejected { reason }) => Self::from(reason),
            Ok(_) | Err(SetError::Chain(_) | SetError::Deadline) => Self::Transport,
            Err(SetError::Refused(refusal)) => Self::from(refusal),
            Err(SetError::Journal(_) | SetError::Sealing(_)) => Self::Local,
        })
    }
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<&Refusal> for Stall {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotRegistered { .. } => Self::Deregistered,
            Refusal::NoPermit { .. } => Self::NoPermit,
            Refusal::VersionKey { .. } => Self::VersionKey,
            Refusal::RateLimited { .. } | Refusal::EpochTaken { .. } => Self::RateLimit,
            Refusal::EarlierPending { .. } => Self::Transport,
            Refusal::Doppelganger(_) => Self::Doppelganger,
            _ => Self::Refused,
        }
    }
}

impl From<&Rejection> for Stall {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Pool(PoolRejection::Invalid(reason)) => match reason {
                InvalidReason::Stale | InvalidReason::Future => Self::Nonce,
                InvalidReason::Custom(1) => Self::TooLittleStake,
                InvalidReason::Custom(6) => Self::RateLimit,
                InvalidReason::Custom(19) => Self::Deregistered,
                _ => Self::Pool,
            },
            Rejection::Pool(_) => Self::Pool,
            Rejection::Dispatch(failure) => match Remedy::of(&failure.name) {
                Some(Remedy::Wait) => Self::RateLimit,
                Some(Remedy::Register) => Self::Deregistered,
                Some(Remedy::Permit) => Self::NoPermit,
                Some(Remedy::AddStake) => Self::TooLittleStake,
                Some(Remedy::VersionKey) => Self::VersionKey,
                Some(Remedy::CommitAnew | Remedy::RevealFirst) => Self::RevealOverdue,
                _ => Self::Dispatch,
            },
            Rejection::NotApplied { .. } => Self::NotApplied,
            Rejection::Expired { .. } => Self::Dropped,
            Rejection::RevealNotSeen { .. } => Self::RevealOverdue,
            Rejection::Refused(refusal) => Self::from(refusal),
        }
    }
}

impl Watchdog {
    /// Watches for a validator that sends `version_key` with its weights.
    pub const fn new(hotkey: Hotkey, place: (NetUid, MechId), version_key: u64) -> Self {
        Self {
            hotkey,
            place,
            version_key,
            last: Some(Stall::NotTried),
            revealed: None,
            reveals: false,
        }
    }

    /// Takes note of what became of a vector: it says why, never whether.
    pub fn note(&mut self, outcome: &Result<Landing, SetError>) {
        self.last = Stall::of(outcome);
        match outcome {
            Ok(Landing::Committed { .. }) => self.reveals = true,
            Ok(Landing::VerifiedInState { block }) => self.revealed = Some(block.number),
            _ => {}
        }
    }

    /// Reads the chain's state at one block.
    ///
    /// On a subnet with commit-reveal a commit moves the last update whether or not it ever comes
    /// into force. There, once this process has committed, what counts is the last vector it saw in
    /// state, as far back as it has seen one.
    ///
    /// # Errors
    /// [`ChainError`] when the chain cannot be read: then nothing is known, which is no all-clear.
    pub async fn observe(&self, chain: &dyn Chain, at: Block) -> Result<Observation, ChainError> {
        let (netuid, mechanism) = self.place;
        let rules = chain.hyperparameters(netuid, at.hash).await?;
        let metagraph = chain.metagraph(netuid, at).await?;
        let Some(neuron) = metagraph.of(&self.hotkey) else {
            return Ok(Observation {
                block: at,
                landed: None,
                tempos_since_landed: f64::INFINITY,
                reason: Some(Stall::Deregistered),
                blocked: true,
            });
        };
        let updates = chain.last_updates(netuid, mechanism, at.hash).await?;
        // A list that does not reach the slot has not said that nothing was ever set.
        let update = updates.get(usize::from(neuron.uid.0)).copied();
        let update = update.ok_or_else(|| ChainError::Decode {
            item: "SubtensorModule.LastUpdate".to_owned(),
            reason: format!(
                "it has {} entries and none of uid {}",
                updates.len(),
                neuron.uid
            ),
        })?;
        let landed = match self.revealed.filter(|_| self.reveals) {
            Some(revealed) => revealed,
            None => update,
        };
        let blocks = match rules.epochs {
            EpochClock::Formula(epochs) => u64::from(epochs.tempo) + 1,
            EpochClock::Stateful(epochs) => u64::from(epochs.tempo).max(1),
        };
        let blocking = if self.version_key < rules.weights_version_key {
            Some(Stall::VersionKey)
        } else if !neuron.validator_permit {
            Some(Stall::NoPermit)
        } else {
            None
        };
        Ok(Observation {
            block: at,
            landed: Some(landed),
            tempos_since_landed: tempos(at.number.since(landed), blocks),
            reason: blocking.or(self.last),
            blocked: blocking.is_some(),
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "block numbers lie far below 2^53"
)]
fn tempos(blocks: u64, tempo: u64) -> f64 {
    blocks as f64 / tempo as f64
}

impl Observation {
    /// Whether somebody must act: nothing landed for three tempos.
    pub fn is_alarm(&self) -> bool {
        self.tempos_since_landed >= ALARM
    }
}
