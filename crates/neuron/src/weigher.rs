use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, ChainError, Hyperparameters, Metagraph};
use axonry_core::{Block, Hotkey, MechId, NetUid, Score, Signer};
use axonry_store::{Store, StoreError};
use axonry_weights::{
    Conform, Landing, Plan, PlanError, Planner, Refusal, Rehearsal, ReservedShares, SetError,
    Setter, SetterSettings,
};
use tracing::{error, info, warn};

use crate::alive::saying_so;
use crate::journal::StoredJournal;
use crate::vigil::Vigil;
use crate::{HealthReport, LandingReport, Progress, Step, chain_of};

/// How often a vector is planned anew because slots changed hands between plan and signature.
const REPLANS: usize = 3;

/// Turns averages into weights and brings them into the chain's state: all of a validator but the
/// judging.
#[derive(Debug)]
pub struct Weigher {
    pub(crate) chain: Arc<dyn Chain>,
    pub(crate) store: Store,
    pub(crate) hotkey: Hotkey,
    pub(crate) settings: WeigherSettings,
    pub(crate) vigil: Vigil,
    setter: Setter,
}

/// How a [`Weigher`] goes about it.
#[derive(Clone, Debug)]
pub struct WeigherSettings {
    /// The subnet.
    pub netuid: NetUid,
    /// Which of the subnet's mechanisms.
    pub mechanism: MechId,
    /// By whose rules scores become weights.
    pub conform: Conform,
    /// Parts of the whole that go to somebody whatever the scores are.
    pub reserved: ReservedShares,
    /// How the setter goes about landing them.
    pub setter: SetterSettings,
    /// How long to stay with weights that were committed, until they are revealed; zero leaves that
    /// to the next call.
    pub reveal_patience: Duration,
}

impl WeigherSettings {
    /// Settings that suit subnet 74, for any subnet.
    pub fn new(netuid: NetUid) -> Self {
        Self {
            netuid,
            mechanism: MechId(0),
            conform: Conform::Gittensor,
            reserved: ReservedShares::default(),
            setter: SetterSettings::default(),
            reveal_patience: Duration::ZERO,
        }
    }

    /// Plans weights of `own` by scores, and gives the reserved shares their part.
    ///
    /// A reserved share whose slot is not held by who it is meant for is withheld, with an alarm in
    /// the log: the slot has changed hands, and nobody else should be paid for that. Where the shares
    /// are the whole, nobody needs to have scored.
    ///
    /// # Errors
    /// [`PlanError`] when the scores give no vector that the subnet would take.
    pub fn plan(
        &self,
        own: Hotkey,
        scores: &BTreeMap<Hotkey, Score>,
        snapshot: &Snapshot,
    ) -> Result<Plan, PlanError> {
        let planner = Planner {
            conform: self.conform,
            mechanism: self.mechanism,
            own,
        };
        let Snapshot { metagraph, rules } = snapshot;
        let plan = match planner.plan(scores, metagraph, rules) {
            // Where the reserved shares are the whole, nobody needs to have scored.
            Err(error @ PlanError::NobodyScored { .. }) => {
                let whole = self.wholly_reserved(metagraph).ok_or(error)?;
                planner.plan(&whole, metagraph, rules)?
            }
            planned => planned?,
        };
        if self.reserved.as_slice().is_empty() {
            return Ok(plan);
        }
        let plan = plan.with_reserved(&self.reserved, metagraph, rules)?;
        for withheld in plan.withheld() {
            let (uid, hotkey) = (withheld.share.uid, withheld.share.hotkey);
            error!(
                %uid, %hotkey, share = withheld.share.share,
                "a reserved share is withheld: its uid is not held by the hotkey and coldkey it is \
                 meant for"
            );
        }
        Ok(plan)
    }

    /// The reserved shares as scores, where they are the whole and each slot is held by who it is meant
    /// for.
    fn wholly_reserved(&self, metagraph: &Metagraph) -> Option<BTreeMap<Hotkey, Score>> {
        let shares = self.reserved.as_slice();
        let whole: f64 = shares.iter().map(|share| share.share).sum();
        // Decimal parts of a whole can add up to a hair less than it.
        if whole < 1.0 - 1e-9 {
            return None;
        }
        let held = shares.iter().map(|share| {
            let neuron = metagraph.neuron(share.uid)?;
            let held = (neuron.hotkey, neuron.coldkey) == (share.hotkey, share.coldkey);
            Some((share.hotkey, Score::new(share.share).ok().filter(|_| held)?))
        });
        held.collect()
    }
}

/// A subnet at one block.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its neurons.
    pub metagraph: Metagraph,
    /// Its rules.
    pub rules: Hyperparameters,
}

impl Weigher {
    /// Takes what it needs; nothing is read or sent yet.
    pub fn new(
        chain: Arc<dyn Chain>,
        store: Store,
        signer: Arc<dyn Signer>,
        settings: WeigherSettings,
    ) -> Self {
        let journal = Arc::new(StoredJournal(store.clone()));
        let hotkey = signer.account().into();
        Self {
            vigil: Vigil::new(hotkey, &settings),
            setter: Setter::new(Arc::clone(&chain), journal, signer, settings.setter),
            chain,
            store,
            hotkey,
            settings,
        }
    }

    /// Who signs.
    pub const fn hotkey(&self) -> Hotkey {
        self.hotkey
    }

    /// The subnet at one block: both reads are pinned to the head that was taken first.
    ///
    /// # Errors
    /// [`ChainError`] when either cannot be read.
    pub async fn snapshot(&self) -> Result<Snapshot, ChainError> {
        let netuid = self.settings.netuid;
        let head = self.chain.head().await?;
        let (metagraph, rules) = tokio::try_join!(
            self.chain.metagraph(netuid, head),
            self.chain.hyperparameters(netuid, head.hash),
        )?;
        Ok(Snapshot { metagraph, rules })
    }

    /// What the miners have earned so far, as the state has it; empty before the first round.
    ///
    /// # Errors
    /// [`StoreError`] when the state cannot be read.
    pub async fn earned(&self) -> Result<BTreeMap<Hotkey, Score>, StoreError> {
        let averages = self.store.averages(self.settings.netuid).await?;
        Ok(scores_of(&averages))
    }

    /// Plans weights by scores, and gives the reserved shares their part.
    ///
    /// A reserved share whose slot is not held by who it is meant for is withheld, with an alarm in
    /// the log: the slot has changed hands, and nobody else should be paid for that. Where the shares
    /// are the whole, nobody needs to have scored.
    ///
    /// # Errors
    /// [`PlanError`] when the scores give no vector that the subnet would take.
    pub fn plan(
        &self,
        scores: &BTreeMap<Hotkey, Score>,
        snapshot: &Snapshot,
    ) -> Result<Plan, PlanError> {
        self.settings.plan(self.hotkey, scores, snapshot)
    }

    /// Says what would become of a plan, without sending or writing anything.
    ///
    /// # Errors
    /// [`SetError`] when the chain or the journal cannot be read.
    pub async fn rehearse(&self, plan: &Plan) -> Result<Rehearsal, SetError> {
        // No round has this number: whatever is open or has landed is another's.
        self.setter.rehearse(plan, u64::MAX).await
    }

    /// Sets the weights of `scores` as those of `round`, and stays with a commit as long as it is
    /// wanted. What was set is part of the answer: slots may have changed hands since `plan` was made,
    /// and the same scores are planned anew then.
    ///
    /// The error is that of [`Setter::set`]: nothing was sent then.
    pub(crate) async fn land(
        &mut self,
        scores: &BTreeMap<Hotkey, Score>,
        plan: Plan,
        round: u64,
        progress: &dyn Progress,
    ) -> (Plan, Result<Landing, SetError>) {
        let mut plan = plan;
        let mut outcome = saying_so(progress, self.setter.set(&plan, round)).await;
        for _ in 0..REPLANS {
            let Err(SetError::Refused(Refusal::PlanOutdated(moved))) = &outcome else {
                break;
            };
            warn!(slots = moved.len(), "slots changed hands, planning anew");
            match self.snapshot().await {
                Ok(snapshot) => match self.plan(scores, &snapshot) {
                    Ok(anew) => plan = anew,
                    Err(error) => {
                        warn!(error = %chain_of(&error), "no plan for the new neurons");
                        break;
                    }
                },
                Err(error) => {
                    outcome = Err(SetError::Chain(error));
                    break;
                }
            }
            outcome = saying_so(progress, self.setter.set(&plan, round)).await;
        }
        let patience = self.settings.reveal_patience;
        let waits = matches!(&outcome, Ok(landing) if landing.is_committed());
        if waits && !patience.is_zero() {
            progress.note(Step::Message(
                "committed, waiting for the epoch of the reveal",
            ));
            let place = (plan.netuid(), plan.mechanism());
            let seen = self.setter.see_through(place.0, place.1, round, patience);
            match saying_so(progress, seen).await {
                Ok(Some(revealed)) => outcome = Ok(revealed),
                Ok(None) => {}
                Err(error) => outcome = Err(error),
            }
        }
        self.vigil.note(&outcome);
        (plan, outcome)
    }

    /// Sets the weights of `scores` as a round of its own in the history, and says how far they got.
    ///
    /// `by` is noted there: it tells these weights from those of a round that judged.
    ///
    /// # Errors
    /// [`StoreError`] when the history cannot be written; nothing is sent without it.
    pub async fn set(
        &mut self,
        scores: &BTreeMap<Hotkey, Score>,
        plan: Plan,
        by: &str,
        progress: &dyn Progress,
    ) -> Result<(Plan, LandingReport), StoreError> {
        let netuid = self.settings.netuid;
        let at = plan.at();
        let opening = serde_json::json!({ "block": at.number, "hash": at.hash, "by": by });
        let opening = opening.to_string();
        let round = self.store.begin_round(netuid, &opening).await?;
        let (plan, outcome) = self.land(scores, plan, round, progress).await;
        let landing = outcome.map_or_else(LandingReport::from, LandingReport::from);
        let summary = serde_json::json!({
            "weights": plan.weights(), "landing": landing, "by": by,
        });
        let summary = summary.to_string();
        self.store.finish_round(netuid, round, &summary).await?;
        Ok((plan, landing))
    }

    /// Finds out what became of everything an earlier process left open: what every start begins with.
    ///
    /// # Errors
    /// [`StoreError`] when the state cannot be read or written.
    pub async fn recover(&mut self) -> Result<(), StoreError> {
        self.leave_other_history().await?;
        self.settle().await;
        Ok(())
    }

    /// Finds out what became of earlier vectors, and reveals those whose time has come.
    pub(crate) async fn settle(&mut self) {
        match self.setter.recover().await {
            Ok(settled) => {
                for (intent, landing) in settled {
                    info!(round = intent.round, outcome = %landing, "an earlier vector");
                }
            }
            Err(error) => warn!(error = %chain_of(&error), "could not settle what was left open"),
        }
    }

    /// Whether the weights still land, by the chain's state at the newest block; `None` where it
    /// cannot be read.
    pub async fn health(&mut self) -> Option<HealthReport> {
        self.vigil.observe_head(&*self.chain).await
    }

    /// Whether the weights still land, by the chain's state at a block; `None` where it cannot be read.
    pub async fn health_at(&mut self, block: Block) -> Option<HealthReport> {
        self.vigil.observe(&*self.chain, block).await
    }
}

/// Averages as the scores a vector is planned by.
pub(crate) fn scores_of(averages: &BTreeMap<Hotkey, f32>) -> BTreeMap<Hotkey, Score> {
    let scores = averages.iter().map(|(hotkey, average)| {
        let score = Score::new(f64::from(*average));
        let score = score.expect("an average of scores is finite and not negative");
        (*hotkey, score)
    });
    scores.collect()
}
