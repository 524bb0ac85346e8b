use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use axonry_chain::{Hyperparameters, Metagraph, MetagraphError, Neuron};
use axonry_core::{Block, Hotkey, NetUid, Observed, Score, UnixMillis, Weights};
use serde::{Deserialize, Serialize};

use crate::round::fold;
use crate::weigher::scores_of;
use crate::{
    Evaluation, Mechanism, MechanismError, Progress, Round, Snapshot, WeigherSettings, chain_of,
};

/// Keeps what rounds were judged by, and what came of it.
///
/// Called from within a round: what it does beyond taking a copy belongs on a task or thread of its
/// own.
pub trait Recorder: fmt::Debug + Send + Sync {
    /// A round is about to be judged; what the mechanism asks from now on belongs to it.
    fn begin(&self, number: u64);

    /// It has been judged and weighed; nothing has been sent yet.
    fn judged(&self, round: RecordedRound);
}

/// A round as it was judged: all that the judging went by but for what the mechanism fetched, and
/// what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRound {
    /// The round's number.
    pub number: u64,
    /// The moment it was judged by.
    pub now: UnixMillis,
    /// The subnet.
    pub netuid: NetUid,
    /// The block everything was read at.
    pub block: Block,
    /// The neurons at that block, by uid.
    pub neurons: Vec<Neuron>,
    /// The rules at that block.
    pub hyperparameters: Hyperparameters,
    /// Whose weights they are.
    pub hotkey: Hotkey,
    /// The weight of the newest round in an average.
    pub alpha: f32,
    /// What each miner's average was before.
    pub averages: BTreeMap<Hotkey, f32>,
    /// What came of it.
    pub outcome: RecordedOutcome,
}

/// What judging and weighing come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedOutcome {
    /// How good each miner was, or why that is not known.
    pub scores: BTreeMap<Hotkey, Observed<Score>>,
    /// Miners that lost what they had earned before.
    pub penalised: BTreeSet<Hotkey>,
    /// How each score came about, in the mechanism's own form.
    pub traces: BTreeMap<Hotkey, String>,
    /// What each miner's average is after the round.
    pub averages: BTreeMap<Hotkey, f32>,
    /// The vector; `None` where there is no plan.
    pub weights: Option<Weights>,
}

/// Where two outcomes part for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In what: `score`, `penalised`, `trace`, `average`, `weights`.
    pub what: &'static str,
    /// Whose, where it is a miner's.
    pub hotkey: Option<Hotkey>,
    /// What was recorded.
    pub recorded: String,
    /// What it comes to now.
    pub now: String,
}

/// Why a recorded round could not be judged again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Its neurons are no metagraph.
    #[error("the recorded neurons of round {round} are no metagraph: the recording is damaged")]
    Metagraph {
        /// Which round.
        round: u64,
        /// What is wrong.
        #[source]
        source: MetagraphError,
    },
    /// The mechanism could not judge, though it could then.
    #[error("the miners of round {round} could not be judged again")]
    Mechanism {
        /// Which round.
        round: u64,
        /// Why.
        #[source]
        source: MechanismError,
    },
}

impl RecordedRound {
    /// Judges the round again, with a mechanism that is told what it was told then.
    ///
    /// A mechanism remembers rounds: give it those of one run in their order.
    ///
    /// # Errors
    /// [`ReplayError`] when it does not come to an outcome.
    pub async fn replay(
        &self,
        mechanism: &dyn Mechanism,
        weighing: &WeigherSettings,
        progress: &dyn Progress,
    ) -> Result<RecordedOutcome, ReplayError> {
        let round = self.number;
        let metagraph = Metagraph::new(self.netuid, self.block, self.neurons.clone());
        let metagraph = metagraph.map_err(|source| ReplayError::Metagraph { round, source })?;
        let snapshot = Snapshot {
            metagraph,
            rules: self.hyperparameters.clone(),
        };
        let evaluation = mechanism.evaluate(Round {
            number: round,
            metagraph: &snapshot.metagraph,
            hyperparameters: &snapshot.rules,
            averages: &self.averages,
            now: self.now,
            progress,
        });
        let evaluation = evaluation.await;
        let evaluation = evaluation.map_err(|source| ReplayError::Mechanism { round, source })?;
        let before = self.averages.clone();
        let averages = fold(self.alpha, &snapshot.metagraph, &evaluation, before);
        let plan = weighing.plan(self.hotkey, &scores_of(&averages), &snapshot);
        let weights = match plan {
            Ok(plan) => Some(plan.weights().clone()),
            Err(error) => {
                tracing::debug!(error = %chain_of(&error), "no plan");
                None
            }
        };
        Ok(RecordedOutcome::of(evaluation, averages, weights))
    }
}

impl RecordedOutcome {
    pub(crate) fn of(
        evaluation: Evaluation,
        averages: BTreeMap<Hotkey, f32>,
        weights: Option<Weights>,
    ) -> Self {
        Self {
            scores: evaluation.scores,
            penalised: evaluation.penalised,
            traces: evaluation.traces,
            averages,
            weights,
        }
    }

    /// Where `now` is not the same to the bit, for the first time: scores come before what follows from
    /// them.
    pub fn difference(&self, now: &Self) -> Option<Difference> {
        let by_miner = |what, recorded: Vec<(Hotkey, String)>, now: Vec<(Hotkey, String)>| {
            first(&recorded, &now).map(|(hotkey, recorded, now)| Difference {
                what,
                hotkey: Some(hotkey),
                recorded,
                now,
            })
        };
        let whole = |what, recorded: String, now: String| {
            (recorded != now).then_some(Difference {
                what,
                hotkey: None,
                recorded,
                now,
            })
        };
        let scores = |of: &Self| {
            of.scores
                .iter()
                .map(|(key, one)| (*key, told(one)))
                .collect()
        };
        let traces = |of: &Self| {
            of.traces
                .iter()
                .map(|(key, one)| (*key, one.clone()))
                .collect()
        };
        let averages = |of: &Self| {
            let exact =
                |(key, one): (&Hotkey, &f32)| (*key, format!("{one} ({:#010x})", one.to_bits()));
            of.averages.iter().map(exact).collect()
        };
        by_miner("score", scores(self), scores(now))
            .or_else(|| {
                let penalised = |of: &Self| format!("{:?}", of.penalised);
                whole("penalised", penalised(self), penalised(now))
            })
            .or_else(|| by_miner("trace", traces(self), traces(now)))
            .or_else(|| by_miner("average", averages(self), averages(now)))
            .or_else(|| {
                let weights = |of: &Self| format!("{:?}", of.weights);
                whole("weights", weights(self), weights(now))
            })
    }
}

/// A score with its bits.
fn told(score: &Observed<Score>) -> String {
    match score.value() {
        Some(score) => format!("{} ({:#018x})", score.value(), score.value().to_bits()),
        None => format!("unknown: {:?}", score.reason()),
    }
}

/// The first miner for whom two lists differ.
fn first(
    recorded: &[(Hotkey, String)],
    now: &[(Hotkey, String)],
) -> Option<(Hotkey, String, String)> {
    let recorded: BTreeMap<_, _> = recorded.iter().cloned().collect();
    let now: BTreeMap<_, _> = now.iter().cloned().collect();
    let all: BTreeSet<&Hotkey> = recorded.keys().chain(now.keys()).collect();
    let none = || "nothing".to_owned();
    all.into_iter().find_map(|hotkey| {
        let (then, now) = (recorded.get(hotkey), now.get(hotkey));
        (then != now).then(|| {
            let text = |one: Option<&String>| one.cloned().unwrap_or_else(none);
            (*hotkey, text(then), text(now))
        })
    })
}
