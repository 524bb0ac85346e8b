use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use async_trait::async_trait;
use axonry_chain::{Hyperparameters, Metagraph};
use axonry_core::{Hotkey, Observed, Score, UnixMillis};

use crate::Progress;

/// A subnet's own judgement: the one thing a subnet author writes.
///
/// It is asked once per round, gets the subnet as of one block, and says how good each miner was.
/// Everything around it (averages, weights, submission, proof) is the same for every subnet.
#[async_trait]
pub trait Mechanism: fmt::Debug + Send + Sync {
    /// Judges every miner of the round's metagraph.
    ///
    /// One miner's bad answer is data, not an error: give it [`Observed::Unknown`] with the reason.
    ///
    /// # Errors
    /// When nothing can be said about anybody, for example because a source is misconfigured.
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError>;
}

/// What a mechanism is given: one state of the subnet, and the moment to judge by.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// The round's number, counted up by this validator.
    pub number: u64,
    /// The subnet's neurons at the round's block.
    pub metagraph: &'a Metagraph,
    /// The subnet's rules at the round's block.
    pub hyperparameters: &'a Hyperparameters,
    /// What each miner's average was before this round; empty in the first one.
    pub averages: &'a BTreeMap<Hotkey, f32>,
    /// The moment of the round. Ages are measured from here, so that a round can be repeated.
    pub now: UnixMillis,
    /// Where to tell how far the evaluation has come.
    pub progress: &'a dyn Progress,
}

/// What a mechanism answers: a score for each miner it looked at, and why.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// How good each miner was in this round, or why that is not known.
    ///
    /// A hotkey that is missing here is treated as known to have earned nothing.
    pub scores: BTreeMap<Hotkey, Observed<Score>>,
    /// Miners that lose what they had earned before, too.
    pub penalised: BTreeSet<Hotkey>,
    /// What an operator should read about each miner: one line, in words.
    pub explanations: BTreeMap<Hotkey, String>,
    /// How each miner's score came about, as JSON in the mechanism's own form; kept with the round's
    /// history.
    pub traces: BTreeMap<Hotkey, String>,
    /// What was counted on the way (requests, files), by name.
    pub counters: BTreeMap<String, u64>,
    /// What went wrong without ending the round, in words.
    pub warnings: Vec<String>,
    /// What else a report should say of this round, in the mechanism's own form.
    pub details: Option<serde_json::Value>,
}

/// Why a mechanism could not judge at all.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct MechanismError {
    what: String,
    transient: bool,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl MechanismError {
    /// Something that may work in the next round.
    pub fn transient(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            what: what.into(),
            transient: true,
            source: Some(source.into()),
        }
    }

    /// Something that needs a person.
    pub fn permanent(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            transient: false,
            source: None,
        }
    }

    /// Whether the next round may fare better without anybody's help.
    pub const fn is_transient(&self) -> bool {
        self.transient
    }
}
