//! One prompt: asked, read, and saved while it lands.

use std::time::Duration;

use axonry_core::{Hotkey, Uid, UnixMillis};
use axonry_store::StoreError;
use axonry_store::predictions::{self, Answer, Asked, Prediction, Predictions, Request};
use axonry_wire::CallError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::archiving::{Archiving, Writing};
use super::report::{Milliseconds, MinerLine, PromptReport, Stages};
use crate::{Forward, Heard, Hearing, Keep, Miner, MovableClock, Paths, Prompt};

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
    pub(super) archiving: Archiving,
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
        let mut saver = Saver {
            asked: None,
            archived: self.archiving.file(prompt),
            took: Duration::ZERO,
            failed: None,
        };
        if self.keep == Keep::None && !self.archiving.is_on() {
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
    fn note(&mut self, heard: Heard, lines: &mut Vec<MinerLine>) -> Landed {
        self.done = self.done.max(heard.done);
        self.reading += heard.reading;
        lines.push(MinerLine::from(&heard));
        let (uid, hotkey) = (heard.miner.uid, heard.miner.hotkey);
        let process_time = lines.last().and_then(|line| line.process_time);
        let (prediction, paths, place) = match heard.kept {
            Some(kept) => {
                let (prediction, paths, place) = kept.into_parts();
                (prediction, paths, Some(place))
            }
            None => (Prediction::Nothing, None, None),
        };
        let answer = Answer {
            uid,
            process_time,
            format_validation: heard.validation.to_string(),
            prediction,
        };
        let correct = paths.map(|paths| Correct {
            uid,
            hotkey,
            process_time,
            paths,
        });
        Landed {
            answer,
            correct,
            place,
        }
    }
}

/// What is to be saved of an answer, and what holds its place until it is.
#[derive(Debug)]
struct Landed {
    answer: Answer,
    correct: Option<Correct>,
    place: Option<OwnedSemaphorePermit>,
}

/// A correct answer, for the archive.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "archive"),
    expect(dead_code, reason = "there is no archive to read it")
)]
pub(super) struct Correct {
    pub(super) uid: Uid,
    pub(super) hotkey: Hotkey,
    pub(super) process_time: Option<f64>,
    pub(super) paths: Paths,
}

/// Saves answers in batches; a batch that cannot be saved costs its miners their rows, and is said.
/// So is what the archive does not take, which costs nobody a row.
#[derive(Debug)]
struct Saver {
    asked: Option<Asked>,
    archived: Writing,
    took: Duration,
    failed: Option<String>,
}

impl Saver {
    async fn save(&mut self, batch: Vec<Landed>) {
        let Some(asked) = &self.asked else {
            return;
        };
        let began = Instant::now();
        let mut answers = Vec::with_capacity(batch.len());
        let mut correct = Vec::with_capacity(batch.len());
        for landed in batch {
            answers.push(landed.answer);
            correct.push((landed.correct, landed.place));
        }
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
        // What the store has needs no memory while the archive takes its time.
        drop(answers);
        for (correct, _place) in correct {
            if let Some(correct) = correct {
                self.archived.add(correct).await;
            }
        }
        self.took += began.elapsed();
    }

    /// Closes what is complete. What had landed when it was stopped is archived as it is in the store.
    async fn finish(&mut self, stopped: bool, at: UnixMillis) {
        let began = Instant::now();
        let not_archived = self.archived.publish().await;
        self.took += began.elapsed();
        self.failed = match (self.failed.take(), not_archived) {
            (Some(one), Some(other)) => Some(format!("{one}; {other}")),
            (one, other) => one.or(other),
        };
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
