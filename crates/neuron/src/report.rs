use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axonry_core::{BlockHash, BlockNumber, Hotkey, NetUid, Score, Uid, Weights};
use axonry_weights::{Landing, SetError};
use serde::Serialize;

use crate::{HealthReport, PlanReport, RehearsalReport, Stage, chain_of};

/// Everything a round did, for people and programs.
#[derive(Clone, Debug, Serialize)]
pub struct RoundReport {
    /// The round's number, counted up by this validator.
    pub round: u64,
    /// The subnet.
    pub netuid: NetUid,
    /// The block everything was read at.
    pub block: BlockNumber,
    /// Its hash.
    pub block_hash: BlockHash,
    /// Every neuron of the round's metagraph, by uid.
    pub miners: Vec<MinerReport>,
    /// The vector, as `[[uid, value], …]`; empty when there is none.
    pub weights: Weights,
    /// What became of scores and reserved shares on the way to it; `null` when there is none.
    pub plan: Option<PlanReport>,
    /// Whether the vector landed.
    pub landing: LandingReport,
    /// What would become of it, in a round that only rehearses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<RehearsalReport>,
    /// Whether weights still land, by the chain's state at the end of the round; `null` where that
    /// could not be read.
    pub health: Option<HealthReport>,
    /// What went wrong without ending the round.
    pub warnings: Vec<String>,
    /// What the mechanism counted on the way.
    pub counters: BTreeMap<String, u64>,
    /// What the mechanism has to say of the round beside that, in its own form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// How long each stage took, in milliseconds.
    pub stages_ms: BTreeMap<&'static str, u64>,
}

/// One neuron in a round.
#[derive(Clone, Debug, Serialize)]
pub struct MinerReport {
    /// Its slot.
    pub uid: Uid,
    /// Its key.
    pub hotkey: Hotkey,
    /// What it scored; `null` where that is not known.
    pub score: Option<Score>,
    /// Why the score is not known.
    pub unknown: Option<String>,
    /// Its moving average after the round.
    pub average: f32,
    /// Its weight, 0 when it has none.
    pub weight: u16,
    /// Its incentive in the chain's last epoch, of 65,535 for all: its part of what miners were given.
    pub incentive: u16,
    /// Why it has the score it has, in a line.
    pub explanation: Option<String>,
}

/// What became of a vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LandingReport {
    /// `VerifiedInState`, `Committed`, `Submitted`, `Included`, `Finalized`, `Rejected`, `Unknown`,
    /// or `NotSubmitted`. Only the first means that the weights are set; `Committed` ones are
    /// revealed in a later epoch.
    pub outcome: &'static str,
    /// The block that included it, once chain state shows it.
    pub block: Option<BlockNumber>,
    /// That block's hash.
    pub block_hash: Option<BlockHash>,
    /// Why it did not land (yet), and what to do.
    pub reason: Option<String>,
}

impl LandingReport {
    /// Nothing was sent.
    pub(crate) const fn not_submitted(reason: String) -> Self {
        Self {
            outcome: "NotSubmitted",
            block: None,
            block_hash: None,
            reason: Some(reason),
        }
    }

    /// Whether chain state shows the vector.
    pub fn landed(&self) -> bool {
        self.block.is_some()
    }
}

impl fmt::Display for LandingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.block, self.block_hash, &self.reason) {
            (Some(block), Some(hash), _) => {
                write!(f, "{} at block {block} ({hash})", self.outcome)
            }
            (.., Some(reason)) => write!(f, "{}: {reason}", self.outcome),
            _ => f.write_str(self.outcome),
        }
    }
}

impl From<Landing> for LandingReport {
    fn from(landing: Landing) -> Self {
        let outcome = match &landing {
            Landing::Submitted => "Submitted",
            Landing::Committed { .. } => "Committed",
            Landing::Included { .. } => "Included",
            Landing::Finalized { .. } => "Finalized",
            Landing::VerifiedInState { .. } => "VerifiedInState",
            Landing::Rejected { .. } => "Rejected",
            // An outcome this crate has no word for is one it cannot vouch for.
            _ => "Unknown",
        };
        let block = landing.block();
        Self {
            outcome,
            block: block.map(|block| block.number),
            block_hash: block.map(|block| block.hash),
            reason: block.is_none().then(|| landing.to_string()),
        }
    }
}

impl From<SetError> for LandingReport {
    fn from(error: SetError) -> Self {
        Self::not_submitted(chain_of(&error))
    }
}

/// Adds up the time of each stage.
#[derive(Debug, Default)]
pub(crate) struct StageTimes(BTreeMap<&'static str, u64>);

impl StageTimes {
    pub(crate) fn add(&mut self, stage: Stage, took: Duration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        *self.0.entry(stage.name()).or_default() += took;
    }

    pub(crate) fn into_map(self) -> BTreeMap<&'static str, u64> {
        self.0
    }
}
