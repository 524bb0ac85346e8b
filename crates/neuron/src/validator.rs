use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, ChainError, Hyperparameters, Metagraph};
use axonry_core::{Hotkey, MechId, NetUid, Observed, Score, Signer, Weights};
use axonry_store::{Store, StoreError};
use axonry_weights::{
    Conform, Landing, Plan, PlanError, Planner, SetError, Setter, SetterSettings,
};
use tokio::time::Instant;
use tracing::{Instrument, info, info_span, warn};

use crate::journal::StoredJournal;
use crate::report::{LandingReport, MinerReport, RoundReport, StageTimes};
use crate::{
    Clock, DEFAULT_ALPHA, Evaluation, Mechanism, MechanismError, MovingAverage, Progress, Round,
    Stage, Step, Unwatched, chain_of,
};

/// A validator of one subnet: a mechanism, and everything around it.
#[derive(Debug)]
pub struct Validator {
    pub(crate) chain: Arc<dyn Chain>,
    mechanism: Arc<dyn Mechanism>,
    pub(crate) store: Store,
    pub(crate) hotkey: Hotkey,
    pub(crate) setter: Setter,
    pub(crate) settings: ValidatorSettings,
    pub(crate) progress: Arc<dyn Progress>,
}

/// How a [`Validator`] goes about it.
#[derive(Clone, Debug)]
pub struct ValidatorSettings {
    /// The subnet.
    pub netuid: NetUid,
    /// Which of the subnet's mechanisms.
    pub mechanism: MechId,
    /// The weight of the newest round in a miner's average, above 0 and at most 1.
    pub alpha: f32,
    /// By whose rules scores become weights.
    pub conform: Conform,
    /// How the setter goes about landing them.
    pub setter: SetterSettings,
    /// How long a round stays with weights that were committed, until they are revealed; zero leaves
    /// that to the start of the next round.
    pub reveal_patience: Duration,
    /// How long the mechanism may take.
    pub evaluation_deadline: Duration,
    /// What time it is.
    pub clock: Clock,
}

impl ValidatorSettings {
    /// Settings that suit subnet 74, for any subnet.
    pub fn new(netuid: NetUid) -> Self {
        Self {
            netuid,
            mechanism: MechId(0),
            alpha: DEFAULT_ALPHA,
            conform: Conform::Gittensor,
            setter: SetterSettings::default(),
            reveal_patience: Duration::ZERO,
            evaluation_deadline: Duration::from_secs(60 * 60),
            clock: Clock::System,
        }
    }
}

/// Why a round could not be completed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoundError {
    /// The subnet could not be read.
    #[error("could not read subnet {netuid}")]
    Snapshot {
        /// The subnet.
        netuid: NetUid,
        /// The chain's reason.
        #[source]
        source: ChainError,
    },
    /// The mechanism could not judge.
    #[error("the miners could not be judged")]
    Mechanism(#[from] MechanismError),
    /// The mechanism did not come to an end.
    #[error("the miners were not judged within {0:?}")]
    EvaluationDeadline(Duration),
    /// The state could not be read or written.
    #[error("the validator's state failed")]
    Store(#[from] StoreError),
}

impl RoundError {
    /// Whether the next round may fare better without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Snapshot { source, .. } => source.is_transient(),
            Self::Mechanism(error) => error.is_transient(),
            Self::EvaluationDeadline(_) => true,
            Self::Store(error) => error.is_transient(),
        }
    }
}

impl Validator {
    /// Takes what it needs; nothing is read or sent yet.
    pub fn new(
        chain: Arc<dyn Chain>,
        mechanism: Arc<dyn Mechanism>,
        store: Store,
        signer: Arc<dyn Signer>,
        settings: ValidatorSettings,
    ) -> Self {
        let journal = Arc::new(StoredJournal(store.clone()));
        let hotkey = signer.account().into();
        let setter = Setter::new(Arc::clone(&chain), journal, signer, settings.setter);
        let progress = Arc::new(Unwatched);
        Self {
            chain,
            mechanism,
            store,
            hotkey,
            setter,
            settings,
            progress,
        }
    }

    /// Tells somebody how far each round has come.
    #[must_use]
    pub fn watched_by(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// One round: snapshot, evaluation, averages, plan, landing.
    ///
    /// Weights that do not land are no error but part of the report.
    ///
    /// # Errors
    /// [`RoundError`] when the round did not come as far as weights.
    pub async fn round(&mut self) -> Result<RoundReport, RoundError> {
        let netuid = self.settings.netuid;
        let span = info_span!("round", netuid = netuid.0, round = tracing::field::Empty);
        self.round_here().instrument(span).await
    }

    async fn round_here(&mut self) -> Result<RoundReport, RoundError> {
        let netuid = self.settings.netuid;
        let mut times = StageTimes::default();

        let started = self.begin(Stage::Snapshot);
        let (metagraph, rules) = self.snapshot().await?;
        times.add(Stage::Snapshot, started.elapsed());
        let block = metagraph.block();
        let read = format!("block {}: {} neurons", block.number, metagraph.len());
        self.progress.note(Step::Message(&read));
        self.warn_early(&metagraph);
        let opening = serde_json::json!({ "block": block.number, "hash": block.hash });
        let round = self.store.begin_round(netuid, &opening.to_string()).await?;
        tracing::Span::current().record("round", round);

        let started = self.begin(Stage::Evaluate);
        let before = self.store.averages(netuid).await?;
        let mut evaluation = self.evaluate(round, &metagraph, &rules, &before).await?;
        times.add(Stage::Evaluate, started.elapsed());

        let started = self.begin(Stage::Plan);
        let averages = self.fold(round, &metagraph, &evaluation, before).await?;
        let plan = self.plan(&averages, &metagraph, &rules);
        times.add(Stage::Plan, started.elapsed());

        let started = self.begin(Stage::Land);
        let (weights, landing) = match plan {
            Ok(plan) => {
                evaluation.warnings.extend(said_of(&plan));
                let landing = self.land(&plan, round).await;
                let landing = landing.map_or_else(LandingReport::from, LandingReport::from);
                (plan.weights().clone(), landing)
            }
            Err(error) => {
                let reason = chain_of(&error);
                (Weights::default(), LandingReport::not_submitted(reason))
            }
        };
        times.add(Stage::Land, started.elapsed());

        let report = RoundReport {
            round,
            netuid,
            block: block.number,
            block_hash: block.hash,
            miners: miners(&metagraph, &evaluation, &averages, &weights),
            weights,
            landing,
            warnings: evaluation.warnings,
            counters: evaluation.counters,
            stages_ms: times.into_map(),
        };
        let summary = serde_json::json!({
            "weights": report.weights, "landing": report.landing, "stages_ms": report.stages_ms,
        });
        self.store
            .finish_round(netuid, round, &summary.to_string())
            .await?;
        info!(
            outcome = report.landing.outcome,
            weights = report.weights.len(),
            "round done"
        );
        Ok(report)
    }

    /// Sets the plan's weights, and stays with a commit as long as it is wanted.
    async fn land(&mut self, plan: &Plan, round: u64) -> Result<Landing, SetError> {
        let landing = self.setter.set(plan, round).await?;
        let patience = self.settings.reveal_patience;
        if !landing.is_committed() || patience.is_zero() {
            return Ok(landing);
        }
        self.progress.note(Step::Message(
            "committed, waiting for the epoch of the reveal",
        ));
        let (netuid, mechanism) = (plan.netuid(), plan.mechanism());
        let revealed = self
            .setter
            .see_through(netuid, mechanism, round, patience)
            .await?;
        Ok(revealed.unwrap_or(landing))
    }

    /// What will keep the weights from landing is known before hours are spent on judging.
    fn warn_early(&self, metagraph: &Metagraph) {
        let hotkey = self.hotkey;
        let obstacle = match metagraph.of(&hotkey) {
            None => "is not registered in this subnet",
            Some(neuron) if !neuron.validator_permit => "has no validator permit",
            Some(_) => return,
        };
        warn!(%hotkey, obstacle, "these weights will probably not be taken");
        let message = format!("{hotkey} {obstacle}: its weights will probably not be taken");
        self.progress.note(Step::Message(&message));
    }

    fn begin(&self, stage: Stage) -> Instant {
        self.progress.note(Step::Stage(stage));
        Instant::now()
    }

    /// The subnet at one block: both reads are pinned to the head that was taken first.
    async fn snapshot(&self) -> Result<(Metagraph, Hyperparameters), RoundError> {
        let netuid = self.settings.netuid;
        let read = async {
            let head = self.chain.head().await?;
            tokio::try_join!(
                self.chain.metagraph(netuid, head),
                self.chain.hyperparameters(netuid, head.hash),
            )
        };
        read.await
            .map_err(|source| RoundError::Snapshot { netuid, source })
    }

    async fn evaluate(
        &self,
        number: u64,
        metagraph: &Metagraph,
        hyperparameters: &Hyperparameters,
        averages: &BTreeMap<Hotkey, f32>,
    ) -> Result<Evaluation, RoundError> {
        let deadline = self.settings.evaluation_deadline;
        let round = Round {
            number,
            metagraph,
            hyperparameters,
            averages,
            now: self.settings.clock.now(),
            progress: &*self.progress,
        };
        match tokio::time::timeout(deadline, self.mechanism.evaluate(round)).await {
            Ok(evaluation) => Ok(evaluation?),
            Err(_) => Err(RoundError::EvaluationDeadline(deadline)),
        }
    }

    /// Folds the round into the averages, which are on disk before anything is made of them.
    async fn fold(
        &self,
        round: u64,
        metagraph: &Metagraph,
        evaluation: &Evaluation,
        before: BTreeMap<Hotkey, f32>,
    ) -> Result<BTreeMap<Hotkey, f32>, RoundError> {
        let netuid = self.settings.netuid;
        let mut average = MovingAverage::new(self.settings.alpha, before);
        let registered: BTreeSet<Hotkey> = metagraph
            .neurons()
            .iter()
            .map(|neuron| neuron.hotkey)
            .collect();
        let folded = average.fold(&registered, &evaluation.scores, &evaluation.penalised);
        if !folded.carried.is_empty() {
            warn!(
                miners = folded.carried.len(),
                "could not be judged and keep their average"
            );
        }
        let averages = average.into_averages();
        self.store.save_averages(netuid, round, &averages).await?;
        Ok(averages)
    }

    fn plan(
        &self,
        averages: &BTreeMap<Hotkey, f32>,
        metagraph: &Metagraph,
        rules: &Hyperparameters,
    ) -> Result<Plan, PlanError> {
        let planner = Planner {
            conform: self.settings.conform,
            mechanism: self.settings.mechanism,
            own: self.hotkey,
        };
        let scores = averages
            .iter()
            .map(|(hotkey, average)| {
                let score = Score::new(f64::from(*average));
                (
                    *hotkey,
                    score.expect("an average of scores is finite and not negative"),
                )
            })
            .collect();
        planner.plan(&scores, metagraph, rules)
    }
}

/// What an operator should know about a plan.
fn said_of(plan: &Plan) -> Option<String> {
    let filled = plan.filled().len();
    (filled > 0).then(|| {
        format!("{filled} neurons got a sliver of weight, because the subnet wants more weights")
    })
}

fn miners(
    metagraph: &Metagraph,
    evaluation: &Evaluation,
    averages: &BTreeMap<Hotkey, f32>,
    weights: &Weights,
) -> Vec<MinerReport> {
    let weights: BTreeMap<_, _> = weights.as_slice().iter().copied().collect();
    let each = metagraph.neurons().iter().map(|neuron| {
        let observed = evaluation.scores.get(&neuron.hotkey);
        MinerReport {
            uid: neuron.uid,
            hotkey: neuron.hotkey,
            score: observed.map_or(Some(Score::ZERO), |score| score.value().copied()),
            unknown: observed.and_then(Observed::reason).map(ToString::to_string),
            average: averages.get(&neuron.hotkey).copied().unwrap_or(0.0),
            weight: weights.get(&neuron.uid).copied().unwrap_or(0),
            explanation: evaluation.explanations.get(&neuron.hotkey).cloned(),
        }
    });
    each.collect()
}
