use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_core::{MechId, NetUid, Signer};
use axonry_store::{Store, StoreError};
use axonry_weights::{Conform, ReservedShares, SetterSettings};

use crate::{
    Clock, DEFAULT_ALPHA, Mechanism, MechanismError, Progress, Recorder, Unwatched, Weigher,
    WeigherSettings,
};

/// A validator of one subnet: a mechanism, and everything around it.
#[derive(Debug)]
pub struct Validator {
    pub(crate) weigher: Weigher,
    pub(crate) mechanism: Arc<dyn Mechanism>,
    pub(crate) judging: Judging,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) recorder: Option<Arc<dyn Recorder>>,
}

/// How miners are judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judging {
    pub(crate) alpha: f32,
    pub(crate) deadline: Duration,
    pub(crate) clock: Clock,
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
    /// Parts of the whole that go to somebody whatever the scores are.
    pub reserved: ReservedShares,
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
        let weighing = WeigherSettings::new(netuid);
        Self {
            netuid,
            mechanism: weighing.mechanism,
            alpha: DEFAULT_ALPHA,
            conform: weighing.conform,
            reserved: weighing.reserved,
            setter: weighing.setter,
            reveal_patience: weighing.reveal_patience,
            evaluation_deadline: Duration::from_secs(60 * 60),
            clock: Clock::System,
        }
    }

    /// The part of them that concerns weights.
    pub fn weighing(&self) -> WeigherSettings {
        WeigherSettings {
            netuid: self.netuid,
            mechanism: self.mechanism,
            conform: self.conform,
            reserved: self.reserved.clone(),
            setter: self.setter,
            reveal_patience: self.reveal_patience,
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
        Self {
            weigher: Weigher::new(chain, store, signer, settings.weighing()),
            mechanism,
            judging: Judging {
                alpha: settings.alpha,
                deadline: settings.evaluation_deadline,
                clock: settings.clock,
            },
            progress: Arc::new(Unwatched),
            recorder: None,
        }
    }

    /// Lets somebody keep what rounds are judged by.
    #[must_use]
    pub fn recorded_by(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Tells somebody how far each round has come.
    #[must_use]
    pub fn watched_by(mut self, progress: Arc<dyn Progress>) -> Self {
        self.weigher.vigil.told = Arc::clone(&progress);
        self.progress = progress;
        self
    }
}
