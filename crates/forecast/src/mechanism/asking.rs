//! One prompt: asked, read, and saved while it lands.

use std::time::Duration;

use axonry_core::UnixMillis;
use axonry_store::StoreError;
use axonry_store::predictions::{self, Answer, Asked, Prediction, Predictions, Request};
use axonry_wire::CallError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::report::{Milliseconds, MinerLine, PromptReport, Stages};
use crate::{Forward, Heard, Hearing, Keep, Miner, MovableClock, Prompt};

/// Answers that are saved at once, at most. Their bytes are bounded by what [`Forward`] lets wait.
const BATCH: usize = 32;

/// Why a prompt could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The prompt cannot be put into a request.
    #[error("the prompt cannot be asked")]
    Call(#[from] CallError),
    /// There is no place for the answers.
    #[error("the answers to a prompt could not be kept")]
    Store(#[from] StoreError),
}

/// What asks a prompt and keeps what is answered.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) forward: Forward,
    pub(super) predictions: Predictions,
    pub(super) clock: MovableClock,
    pub(super) keep: Keep,
}

impl Asking {
    /// Asks all miners, and saves their answers as they land. Whoever has not answered when `stop`
    /// comes has no row: it is not known what it would have said.
    ///
    /// Boxed, because the compiler cannot see that the store's futures are `Send` for any lifetime.
    pub(super) fn ask<'a>(
        &'a self,
        prompt: &'a Prompt,
        miners: &'a [Miner],
        within: Duration,
        stop: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<PromptReport, AskError>> {
        self.ask_here(prompt, miners, within, stop).boxed()
    }

    async fn ask_here(
        &self,
        prompt: &Prompt,
        miners: &[Miner],
        within: Duration,
        stop: &CancellationToken,
    ) -> Result<PromptReport, AskError> {
        let began = Instant::now();
        let mut saver = self.saver(prompt, miners).await?;
        let hearing = self.forward.ask(prompt, miners.iter().copied(), within)?;
        let mut lines = Vec::with_capacity(miners.len());
        let (last, stopped) = self.hear(hearing, &mut saver, &mut lines, stop).await;
        saver.finish(stopped, unix(self.clock.now())).await;
        lines.sort_by_key(|line| line.uid);
        let stages = Stages {
            prepare: Milliseconds(last.prepared),
            forward: Milliseconds(last.done - last.began),
            read: Milliseconds(last.reading),
            save: Milliseconds(saver.took),
            behind: Milliseconds(last.done.elapsed()),
            whole: Milliseconds(began.elapsed()),
        };
        let report = PromptReport::new(prompt, within, lines, stages, saver.failed, stopped);
        info!(
            asset = %prompt.asset, length = prompt.time_length, miners = miners.len(),
            correct = report.correct(), took = ?began.elapsed(), behind = ?stages.behind.0,
            "a prompt was asked"
        );
        Ok(report)
    }

    async fn saver(&self, prompt: &Prompt, miners: &[Miner]) -> Result<Saver, StoreError> {
        let mut saver = Saver::default();
        if self.keep == Keep::None {
            return Ok(saver);
        }
        let request = Request {
            start_time: unix(prompt.start_time),
            asset: prompt.asset.as_str().to_owned(),
            time_increment: prompt.time_increment.get(),
            time_length: prompt.time_length,
            num_simulations: prompt.num_simulations,
            request_time: unix(self.clock.now()),
        };
        let rows: Vec<_> = miners.iter().map(row_of).collect();
        saver.asked = Some(self.predictions.begin(&request, &rows).await?);
        Ok(saver)
    }

    /// Takes answers as they come until all are there; says when the last one was, and whether it
    /// was told to stop before.
    async fn hear(
        &self,
        mut hearing: Hearing,
        saver: &mut Saver,
        lines: &mut Vec<MinerLine>,
        stop: &CancellationToken,
    ) -> (Last, bool) {
        let mut last = Last::new(&hearing);
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => {
                    // What has landed by now was answered in time.
                    let mut landed = Vec::new();
                    while let Some(Some(heard)) = hearing.next().now_or_never() {
                        landed.push(last.note(heard, lines));
                    }
                    saver.save(landed).await;
                    return (last, true);
                }
                next = hearing.next() => next,
            };
            let Some(first) = next else {
                return (last, false);
            };
            let mut batch = vec![last.note(first, lines)];
            while batch.len() < BATCH {
                let Some(Some(heard)) = hearing.next().now_or_never() else {
                    break;
                };
                batch.push(last.note(heard, lines));
            }
            saver.save(batch).await;
        }
    }
}

/// What is known of all answers together once the last is there.
#[derive(Debug)]
struct Last {
    began: Instant,
    prepared: Duration,
    done: Instant,
    reading: Duration,
}

impl Last {
    fn new(hearing: &Hearing) -> Self {
        Self {
            began: hearing.began(),
            prepared: hearing.prepared(),
            done: hearing.began(),
            reading: Duration::ZERO,
        }
    }

    /// Takes note of an answer, and turns it into what is saved.
    fn note(
        &mut self,
        heard: Heard,
        lines: &mut Vec<MinerLine>,
    ) -> (Answer, Option<OwnedSemaphorePermit>) {
        self.done = self.done.max(heard.done);
        self.reading += heard.reading;
        lines.push(MinerLine::from(&heard));
        let (prediction, place) = match heard.kept {
            Some(kept) => {
                let (prediction, place) = kept.into_parts();
                (prediction, Some(place))
            }
            None => (Prediction::Nothing, None),
        };
        let answer = Answer {
            uid: heard.miner.uid,
            process_time: lines.last().and_then(|line| line.process_time),
            format_validation: heard.validation.to_string(),
            prediction,
        };
        (answer, place)
    }
}

/// Saves answers in batches; a batch that cannot be saved costs its miners their rows, and is said.
#[derive(Debug, Default)]
struct Saver {
    asked: Option<Asked>,
    took: Duration,
    failed: Option<String>,
}

impl Saver {
    async fn save(&mut self, batch: Vec<(Answer, Option<OwnedSemaphorePermit>)>) {
        let Some(asked) = &self.asked else {
            return;
        };
        let began = Instant::now();
        let (answers, _places): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        match asked.save(&answers).await {
            Ok(saved) if saved.refused.is_empty() => {}
            Ok(saved) => {
                warn!(uids = ?saved.refused, "the database refuses these paths");
                let said = format!(
                    "the database refuses the paths of {} miners",
                    saved.refused.len()
                );
                self.failed.get_or_insert(said);
            }
            Err(error) => {
                let why = axonry_neuron::chain_of(&error);
                warn!(error = %why, answers = answers.len(), "answers could not be saved");
                let said = format!("{} answers could not be saved: {why}", answers.len());
                self.failed.get_or_insert(said);
            }
        }
        self.took += began.elapsed();
    }

    async fn finish(&mut self, stopped: bool, at: UnixMillis) {
        let Some(asked) = self.asked.as_ref().filter(|_| !stopped) else {
            return;
        };
        let began = Instant::now();
        if let Err(error) = asked.finish(at).await {
            let why = axonry_neuron::chain_of(&error);
            warn!(error = %why, "a prompt could not be closed");
            self.failed.get_or_insert(why);
        }
        self.took += began.elapsed();
    }
}

fn row_of(miner: &Miner) -> predictions::Miner {
    predictions::Miner {
        uid: miner.uid,
        coldkey: miner.coldkey,
        hotkey: miner.hotkey,
    }
}

/// Moments before 1970 are as good as 1970.
pub(super) fn unix(moment: jiff::Timestamp) -> UnixMillis {
    UnixMillis(u64::try_from(moment.as_millisecond()).unwrap_or(0))
}
