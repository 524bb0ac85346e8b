use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::Metagraph;
use axonry_core::{Hotkey, Observed, Score, UnixMillis, Weights};
use axonry_weights::{Plan, PlanError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info, info_span, warn};

use crate::alive::saying_so;
use crate::report::StageTimes;
use crate::weigher::scores_of;
use crate::{
    Evaluation, LandingReport, MinerReport, MovingAverage, PlanReport, RecordedOutcome,
    RecordedRound, RehearsalReport, Round, RoundError, RoundReport, Snapshot, Stage, Step,
    Validator, chain_of,
};

/// What a round is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To set weights.
    Landing,
    /// To say what would be set; nothing is written or sent.
    Rehearsal,
}

impl Validator {
    /// One round: snapshot, evaluation, averages, plan, landing.
    ///
    /// Weights that do not land are no error but part of the report. While the mechanism takes longer
    /// than a tempo, the last good vector is sent again, once a tempo, and the report says so.
    ///
    /// # Errors
    /// [`RoundError`] when the round did not come as far as weights.
    pub async fn round(&mut self) -> Result<RoundReport, RoundError> {
        self.round_for(Purpose::Landing).await
    }

    /// A round that ends with saying what would be set: nothing is sent, and the state stays as it is.
    ///
    /// # Errors
    /// As [`round`](Self::round).
    pub async fn rehearse(&mut self) -> Result<RoundReport, RoundError> {
        self.round_for(Purpose::Rehearsal).await
    }

    async fn round_for(&mut self, purpose: Purpose) -> Result<RoundReport, RoundError> {
        let netuid = self.weigher.settings.netuid;
        let span = info_span!("round", netuid = netuid.0, round = tracing::field::Empty);
        self.round_here(purpose).instrument(span).await
    }

    async fn round_here(&mut self, purpose: Purpose) -> Result<RoundReport, RoundError> {
        let netuid = self.weigher.settings.netuid;
        let mut times = StageTimes::default();

        let started = self.begin(Stage::Snapshot);
        let snapshot = saying_so(&*self.progress, self.weigher.snapshot()).await;
        let snapshot = snapshot.map_err(|source| RoundError::Snapshot { netuid, source })?;
        times.add(Stage::Snapshot, started.elapsed());
        let metagraph = &snapshot.metagraph;
        let block = metagraph.block();
        let read = format!("block {}: {} neurons", block.number, metagraph.len());
        self.progress.note(Step::Message(&read));
        self.warn_early(metagraph);
        let round = match purpose {
            Purpose::Landing => {
                let opening = serde_json::json!({ "block": block.number, "hash": block.hash });
                let opening = opening.to_string();
                self.weigher.store.begin_round(netuid, &opening).await?
            }
            Purpose::Rehearsal => {
                let last = self.weigher.store.recent_rounds(netuid, 1).await?;
                last.first().map_or(1, |last| last.round + 1)
            }
        };
        tracing::Span::current().record("round", round);

        let started = self.begin(Stage::Evaluate);
        let before = self.weigher.store.averages(netuid).await?;
        let now = self.judging.clock.now();
        if let Some(recorder) = &self.recorder {
            recorder.begin(round);
        }
        let mut evaluation = self
            .evaluate(purpose, (round, now), &snapshot, &before)
            .await?;
        times.add(Stage::Evaluate, started.elapsed());

        let started = self.begin(Stage::Plan);
        let given = self.recorder.is_some().then(|| before.clone());
        let averages = fold(self.judging.alpha, metagraph, &evaluation, before);
        let mut recorded = given
            .map(|given| self.recorded((round, now), &snapshot, given, &evaluation, &averages));
        if purpose == Purpose::Landing {
            // They are on disk before anything is made of them.
            let store = &self.weigher.store;
            store.save_averages(netuid, round, &averages).await?;
            let traces = std::mem::take(&mut evaluation.traces);
            if let Err(error) = store.keep_traces(netuid, round, &traces).await {
                // Whoever wants to know why is worse off; the weights are not.
                let why = chain_of(&error);
                evaluation
                    .warnings
                    .push(format!("this round's explanations are not kept: {why}"));
            }
        }
        let scores = scores_of(&averages);
        let plan = self.weigher.plan(&scores, &snapshot);
        if let (Some(recorder), Some(mut recorded)) = (&self.recorder, recorded.take()) {
            recorded.outcome.weights = plan.as_ref().ok().map(|plan| plan.weights().clone());
            recorder.judged(recorded);
        }
        times.add(Stage::Plan, started.elapsed());

        let started = self.begin(Stage::Land);
        let (plan, landing, rehearsal) = match purpose {
            Purpose::Landing => self.land(&scores, plan, round).await,
            Purpose::Rehearsal => self.try_on(plan).await,
        };
        evaluation
            .warnings
            .extend(plan.as_ref().into_iter().flat_map(said_of));
        if self.weigher.store.history_paused() {
            let said = "the disk has no room for history: weights land, explanations are not kept";
            evaluation.warnings.push(said.to_owned());
        }
        times.add(Stage::Land, started.elapsed());

        let weights = plan.as_ref().map(|plan| plan.weights().clone());
        let weights = weights.unwrap_or_default();
        let report = RoundReport {
            round,
            netuid,
            block: block.number,
            block_hash: block.hash,
            miners: miners(metagraph, &evaluation, &averages, &weights),
            weights,
            plan: plan.map(|plan| PlanReport::new(&plan, &self.weigher.settings.reserved)),
            landing,
            rehearsal,
            health: self.weigher.health().await,
            warnings: evaluation.warnings,
            counters: evaluation.counters,
            details: evaluation.details,
            stages_ms: times.into_map(),
        };
        if purpose == Purpose::Landing {
            let summary = serde_json::json!({
                "weights": report.weights, "landing": report.landing,
                "stages_ms": report.stages_ms,
            });
            let store = &self.weigher.store;
            store
                .finish_round(netuid, round, &summary.to_string())
                .await?;
        }
        info!(
            outcome = report.landing.outcome,
            weights = report.weights.len(),
            "round done"
        );
        Ok(report)
    }

    /// Sets the weights of the plan, if there is one.
    async fn land(
        &mut self,
        scores: &BTreeMap<Hotkey, Score>,
        plan: Result<Plan, PlanError>,
        round: u64,
    ) -> (Option<Plan>, LandingReport, Option<RehearsalReport>) {
        match plan {
            Err(error) => {
                let reason = chain_of(&error);
                (None, LandingReport::not_submitted(reason), None)
            }
            Ok(plan) => {
                let progress = &*self.progress;
                let (plan, landing) = self.weigher.land(scores, plan, round, progress).await;
                let landing = landing.map_or_else(LandingReport::from, LandingReport::from);
                (Some(plan), landing, None)
            }
        }
    }

    /// Says what would become of the plan, if there is one.
    async fn try_on(
        &self,
        plan: Result<Plan, PlanError>,
    ) -> (Option<Plan>, LandingReport, Option<RehearsalReport>) {
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => {
                let reason = chain_of(&error);
                return (None, LandingReport::not_submitted(reason), None);
            }
        };
        match self.weigher.rehearse(&plan).await {
            Err(error) => (Some(plan), LandingReport::from(error), None),
            Ok(rehearsal) => {
                let reason = "this is a rehearsal: nothing is sent".to_owned();
                let report = RehearsalReport::new(&rehearsal, &plan);
                (
                    Some(plan),
                    LandingReport::not_submitted(reason),
                    Some(report),
                )
            }
        }
    }

    /// What will keep the weights from landing is known before hours are spent on judging.
    fn warn_early(&self, metagraph: &Metagraph) {
        let hotkey = self.weigher.hotkey;
        let obstacle = match metagraph.of(&hotkey) {
            None => "is not registered in this subnet",
            Some(neuron) if !neuron.validator_permit => "has no validator permit",
            Some(_) => return,
        };
        warn!(%hotkey, obstacle, "these weights will probably not be taken");
        let message = format!("{hotkey} {obstacle}: its weights will probably not be taken");
        self.progress.note(Step::Message(&message));
    }

    /// The round as somebody who judges it again must know it, but for the vector.
    fn recorded(
        &self,
        (number, now): (u64, UnixMillis),
        snapshot: &Snapshot,
        before: BTreeMap<Hotkey, f32>,
        evaluation: &Evaluation,
        averages: &BTreeMap<Hotkey, f32>,
    ) -> RecordedRound {
        RecordedRound {
            number,
            now,
            netuid: snapshot.metagraph.netuid(),
            block: snapshot.metagraph.block(),
            neurons: snapshot.metagraph.neurons().to_vec(),
            hyperparameters: snapshot.rules.clone(),
            hotkey: self.weigher.hotkey,
            alpha: self.judging.alpha,
            averages: before,
            outcome: RecordedOutcome::of(evaluation.clone(), averages.clone(), None),
        }
    }

    fn begin(&self, stage: Stage) -> Instant {
        self.progress.note(Step::Stage(stage));
        Instant::now()
    }

    /// Asks the mechanism; while it takes longer than a tempo, the last good vector stands in.
    async fn evaluate(
        &mut self,
        purpose: Purpose,
        (number, now): (u64, UnixMillis),
        snapshot: &Snapshot,
        averages: &BTreeMap<Hotkey, f32>,
    ) -> Result<Evaluation, RoundError> {
        let Snapshot { metagraph, rules } = snapshot;
        let deadline = self.judging.deadline;
        let round = Round {
            number,
            metagraph,
            hyperparameters: rules,
            averages,
            now,
            progress: &*self.progress,
        };
        let evaluating = async {
            let evaluating = self.mechanism.evaluate(round);
            let evaluation = tokio::time::timeout(deadline, evaluating).await;
            round.progress.note(Step::Judged);
            evaluation
        };
        let evaluation = match purpose {
            Purpose::Rehearsal => evaluating.await,
            Purpose::Landing => {
                let done = CancellationToken::new();
                let evaluating = async {
                    let evaluation = evaluating.await;
                    done.cancel();
                    evaluation
                };
                let (began, progress) = (metagraph.block().number, &*self.progress);
                let standing_in =
                    self.weigher
                        .stand_in_until(&done, began, rules.tempo(), progress);
                let (mut evaluation, said) = tokio::join!(evaluating, standing_in);
                if let Ok(Ok(evaluation)) = &mut evaluation {
                    evaluation.warnings.extend(said);
                }
                evaluation
            }
        };
        match evaluation {
            Ok(evaluation) => Ok(evaluation?),
            Err(_) => Err(RoundError::EvaluationDeadline(deadline)),
        }
    }
}

/// Folds a round's scores into the averages of those who are registered.
pub(crate) fn fold(
    alpha: f32,
    metagraph: &Metagraph,
    evaluation: &Evaluation,
    before: BTreeMap<Hotkey, f32>,
) -> BTreeMap<Hotkey, f32> {
    let mut average = MovingAverage::new(alpha, before);
    let neurons = metagraph.neurons().iter();
    let registered: BTreeSet<Hotkey> = neurons.map(|neuron| neuron.hotkey).collect();
    let folded = average.fold(&registered, &evaluation.scores, &evaluation.penalised);
    if !folded.carried.is_empty() {
        warn!(
            miners = folded.carried.len(),
            "could not be judged and keep their average"
        );
    }
    average.into_averages()
}

/// What an operator should know about a plan.
fn said_of(plan: &Plan) -> Vec<String> {
    let filled = plan.filled().len();
    let filled = (filled > 0).then(|| {
        format!("{filled} neurons got a sliver of weight, because the subnet wants more weights")
    });
    let withheld = plan.withheld().iter().map(|withheld| {
        let share = withheld.share;
        let holder = match withheld.holder {
            Some((hotkey, coldkey)) => format!("{hotkey} of {coldkey} holds it"),
            None => "nobody holds it".to_owned(),
        };
        format!(
            "the reserved share of uid {} is withheld: it is meant for {} of {}, and {holder}",
            share.uid, share.hotkey, share.coldkey
        )
    });
    withheld.chain(filled).collect()
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
            incentive: neuron.incentive,
            explanation: evaluation.explanations.get(&neuron.hotkey).cloned(),
        }
    });
    each.collect()
}
