use std::collections::BTreeMap;
use std::time::Duration;

use axonry_core::{Block, BlockNumber, Hotkey, NetUid, Observed, Score, Uid, Weights};
use serde::Serialize;

use crate::Stage;

/// Everything a round did, for people and programs.
#[derive(Clone, Debug, Serialize)]
pub struct RoundReport {
    /// The round's number, counted up by this validator.
    pub round: u64,
    /// The subnet.
    pub netuid: NetUid,
    /// The block everything was read at.
    pub block: Block,
    /// Every neuron the round knew, by uid.
    pub miners: Vec<MinerReport>,
    /// The vector, as `[[uid, value], …]`; empty when there is none.
    pub weights: Weights,
    /// Whether the vector landed.
    pub landing: LandingReport,
    /// What went wrong without ending the round.
    pub warnings: Vec<String>,
    /// What the mechanism counted on the way.
    pub counters: BTreeMap<String, u64>,
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
    /// What the mechanism said; `null` where it said nothing.
    pub score: Option<Observed<Score>>,
    /// Its moving average after the round.
    pub average: f32,
    /// Its weight, 0 when it has none.
    pub weight: u16,
    /// Why, in a line.
    pub explanation: Option<String>,
}

/// What became of a vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome")]
pub enum LandingReport {
    /// Chain state shows the vector, as sent.
    VerifiedInState {
        /// The block it was included in.
        included_in: BlockNumber,
        /// The block at which state shows it.
        block: BlockNumber,
        /// The extrinsic's hash.
        extrinsic: String,
    },
    /// It was decided not to submit anything.
    NotSubmitted {
        /// Why, and what to do.
        reason: String,
    },
    /// The chain refused it, or included it without effect.
    Rejected {
        /// Why, and what to do.
        reason: String,
    },
    /// It is not known whether it landed; it is looked for before anything else is sent.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl LandingReport {
    /// Whether chain state shows the vector.
    pub const fn landed(&self) -> bool {
        matches!(self, Self::VerifiedInState { .. })
    }
}

/// Stops the time of each stage.
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
