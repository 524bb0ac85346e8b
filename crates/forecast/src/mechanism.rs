//! The mechanism: prompts asked, settled ones scored, scores smoothed into weights.

#[cfg_attr(not(feature = "archive"), path = "mechanism/archiving/absent.rs")]
mod archiving;
mod asking;
mod cycles;
mod inquiry;
mod report;
mod retention;
mod scoring;
mod weighing;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round, Step};
use axonry_store::StoreError;
use axonry_store::predictions::Predictions;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::{Competition, Forward, Keep, Miner, Mode, MovableClock, PriceSource, Workers};
use archiving::Archiving;
use asking::Asking;

pub use asking::AskError;
pub use cycles::Cycles;
pub use inquiry::Inquiry;
pub use report::{
    ForecastReport, Milliseconds, MinerLine, PromptReport, ScoreLine, ScoredReport, Stages,
    UnscoredReport,
};

/// Reports of prompts that are kept until the next round tells of them, and prompts without scores
/// that a round names.
const REPORTS: usize = 64;

/// From a prompt's deadline until its answers are read and saved, at most.
const SAVING: Duration = Duration::from_secs(60);

/// What a [`Forecast`] stands on.
#[derive(Clone, Debug)]
pub struct ForecastParts {
    /// What asks.
    pub forward: Forward,
    /// The threads that judge: the same that read answers.
    pub workers: Arc<Workers>,
    /// Where answers and scores are kept.
    pub predictions: Predictions,
    /// What really happened.
    pub prices: Arc<dyn PriceSource>,
    /// What time it is.
    pub clock: MovableClock,
}

/// How a [`Forecast`] goes about it.
#[derive(Clone, Debug)]
pub struct ForecastSettings {
    /// The kinds of prompts, each with its share of the weights.
    pub competitions: Vec<Competition>,
    /// By which rules answers and scores are taken.
    pub mode: Mode,
    /// What is kept of answers.
    pub keep: Keep,
    /// What is asked in each round, all at once, in place of [`Cycles`] that ask on their own time.
    pub inquiries: Vec<Inquiry>,
    /// How long miners have where an [`Inquiry`] does not say; until the paths' start if `None`.
    pub timeout: Option<Duration>,
    /// Whether the clock is moved on beyond the horizons of what was asked, on a dev network where
    /// the prices of a day to come are known.
    pub skip_horizons: bool,
    /// Whether predictions and scores go that the window no longer needs: upstream's light mode.
    pub light_history: bool,
    /// Where correct answers are archived beside the store. With [`Keep::None`] they are read back
    /// from there to be scored. It is never thinned out.
    #[cfg(feature = "archive")]
    pub archive: Option<axonry_archive::Archive>,
}

impl Default for ForecastSettings {
    fn default() -> Self {
        Self {
            competitions: vec![Competition::low(), Competition::high()],
            mode: Mode::Parity,
            keep: Keep::Json,
            inquiries: Vec::new(),
            timeout: None,
            skip_horizons: false,
            light_history: false,
            #[cfg(feature = "archive")]
            archive: None,
        }
    }
}

/// The mechanism of price-path forecasts.
///
/// In a round it asks its [`Inquiry`]s, if it has any, scores what is settled, and turns the scores of
/// the window into rewards. Weights follow rewards at once: a validator runs it with an average of
/// alpha 1. A prompt that is being asked is not lost when the round is given up: [`close`](Self::close)
/// saves what has arrived.
///
/// A miner has an unknown score as long as none of its prompts has been scored, by reason of a
/// missing price for example, and keeps the weight it had.
#[derive(Debug)]
pub struct Forecast {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What prompts and rounds share.
#[derive(Debug)]
struct Shared {
    asking: Asking,
    parts: ForecastParts,
    settings: ForecastSettings,
    asked: Mutex<VecDeque<PromptReport>>,
}

impl Forecast {
    /// Takes what it stands on; nothing is asked yet.
    pub fn new(parts: ForecastParts, settings: ForecastSettings) -> Self {
        let archiving = Archiving::of(&settings);
        let asking = Asking {
            forward: parts
                .forward
                .clone()
                .mode(settings.mode)
                .keep(settings.keep)
                .archived(archiving.is_on()),
            predictions: parts.predictions.clone(),
            clock: parts.clock.clone(),
            keep: settings.keep,
            archiving,
        };
        let shared = Shared {
            asking,
            parts,
            settings,
            asked: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Stops asking, and comes back when what has arrived is saved. Nothing is asked after it.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Asks all inquiries at once, in a task of their own: a round that is given up leaves it to
    /// [`close`](Self::close) to save what has arrived.
    async fn inquire(&self, round: &Round<'_>) -> Result<(), MechanismError> {
        let settings = &self.shared.settings;
        if settings.inquiries.is_empty() {
            return Ok(());
        }
        let neurons = round.metagraph.neurons().iter();
        let miners: Arc<[Miner]> = neurons.map(Miner::from).collect();
        let now = self.shared.parts.clock.now();
        let prompts = settings.inquiries.iter();
        let prompts: Vec<_> = prompts
            .map(|one| one.prompt(now, settings.timeout))
            .collect();
        let said = format!("{} prompts to {} miners", prompts.len(), miners.len());
        round.progress.note(Step::Message(&said));
        let ends = prompts.iter().map(|(prompt, _)| prompt.end_time()).max();
        if let Some(within) = prompts.iter().map(|(_, within)| *within).max() {
            let most = within + SAVING + archiving::PATIENCE;
            round.progress.note(Step::Quiet(most));
        }
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        let asking = self.tasks.spawn(async move {
            let asked = prompts.iter();
            let asked =
                asked.map(|(prompt, within)| shared.asking.ask(prompt, &miners, *within, &stop));
            for asked in join_all(asked).await {
                shared.note(asked?);
            }
            Ok::<_, AskError>(())
        });
        match asking.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(failed("the prompts could not be asked", error)),
            Err(error) => return Err(failed("asking the prompts broke down", error)),
        }
        if let Some(end) = ends.filter(|_| settings.skip_horizons && !self.stop.is_cancelled()) {
            // Until the last minute has ended and its price is out.
            self.shared.parts.clock.move_to(end + scoring::SETTLING);
        }
        Ok(())
    }
}

impl Shared {
    fn note(&self, report: PromptReport) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() == REPORTS {
            asked.pop_front();
        }
        asked.push_back(report);
    }

    fn take_asked(&self) -> Vec<PromptReport> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *asked).into()
    }
}

#[async_trait]
impl Mechanism for Forecast {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        self.inquire(&round).await?;
        let shared = &self.shared;
        // Upstream does it every few minutes, and so before most horizons are over: what is one too
        // many is not scored.
        let let_go = shared.let_go().await;
        let scored = shared
            .score_settled(round.progress)
            .await
            .map_err(not_read)?;
        let mut evaluation = shared.weigh(&round, &scored).await.map_err(not_read)?;
        if let Err(error) = let_go {
            // The next round lets go of the same.
            let warning = format!("old predictions are still there: {error}");
            evaluation.warnings.push(warning);
        }
        evaluation.warnings.extend(said_of(&scored.unscored));
        let report = ForecastReport {
            prompts: shared.take_asked(),
            scored: scored.reports,
            unscored: scored.unscored.into_iter().take(REPORTS).collect(),
        };
        for prompt in &report.prompts {
            let lost = prompt.not_saved.iter();
            evaluation
                .warnings
                .extend(lost.map(|why| format!("{}: {why}", prompt.asset)));
            for (outcome, miners) in &prompt.outcomes {
                let count = u64::try_from(*miners).unwrap_or(u64::MAX);
                *evaluation
                    .counters
                    .entry(format!("answers_{outcome}"))
                    .or_default() += count;
            }
        }
        match serde_json::to_value(&report) {
            Ok(details) => evaluation.details = Some(details),
            Err(error) => warn!(%error, "the forecast part of the report cannot be written"),
        }
        Ok(evaluation)
    }
}

/// One line for all prompts without scores: there may be a window of them.
fn said_of(unscored: &[UnscoredReport]) -> Option<String> {
    let first = unscored.first()?;
    let UnscoredReport {
        asset,
        start_time,
        reason,
        ..
    } = first;
    let others = match unscored.len() - 1 {
        0 => String::new(),
        others => format!(", and {others} others are not"),
    };
    Some(format!(
        "the prompt for {asset} from {start_time} is not scored{others}: {reason}"
    ))
}

impl Drop for Forecast {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn not_read(error: StoreError) -> MechanismError {
    failed("the predictions could not be read or written", error)
}

fn failed(
    what: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> MechanismError {
    MechanismError::transient(what, source)
}
