use std::collections::BTreeMap;

use axonry_core::{BlockNumber, Hotkey};
use serde::{Deserialize, Serialize};

/// How the validator fares whose standings these are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValidatorState {
    /// Its key.
    #[serde(default)]
    pub hotkey: Option<Hotkey>,
    /// What became of the round's vector.
    #[serde(default)]
    pub landing: Option<Landing>,
    /// How many tempos ago weights landed last; `null` where that is not known.
    #[serde(default)]
    pub tempos_since_landed: Option<f64>,
    /// Whether somebody must act, and why, in a line.
    #[serde(default)]
    pub alarm: Option<String>,
    /// What the round was made from, and whether each of it was well.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What went wrong without ending the round.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// How long each stage of the round took, in milliseconds.
    #[serde(default)]
    pub stages_ms: BTreeMap<String, u64>,
}

/// What became of a vector of weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The outcome in a word, such as `VerifiedInState` or `NotSubmitted`.
    pub outcome: String,
    /// The block that included it, once chain state shows it: with one, the weights are set.
    #[serde(default)]
    pub block: Option<BlockNumber>,
    /// Why it did not land (yet).
    #[serde(default)]
    pub reason: Option<String>,
}

/// Something the round was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is.
    pub name: String,
    /// Whether everything that was asked of it was answered.
    pub well: bool,
    /// How it went, in a line.
    #[serde(default)]
    pub detail: String,
}
