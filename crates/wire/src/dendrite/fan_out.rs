//! One question to many axons.

use std::collections::VecDeque;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::Uid;
use bytes::Bytes;
use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::{Answer, CallError, Dendrite, Question, Target};
use crate::Synapse;
use crate::moment::later;

/// How much longer than the asking the reading may take.
const READING: Duration = Duration::from_secs(5);

/// How long is waited for many answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For each axon, from the moment it is asked.
    pub each: Duration,
    /// For all of them together.
    pub whole: Duration,
    /// Axons asked at once; the others wait for a place, not for their time.
    pub at_once: usize,
}

impl Patience {
    /// As long for each as for all, who are all asked at once.
    pub const fn each(each: Duration) -> Self {
        Self {
            each,
            whole: each,
            at_once: usize::MAX,
        }
    }
}

/// Answers as they land, one for every axon that was to be asked: an answer or why there is none.
///
/// Axons are asked while somebody waits in [`next`](Self::next), and at no time are there more than
/// [`Patience::at_once`] that are being asked or whose answers have landed and were not taken. That
/// bounds the memory of a caller who is slow to take them: `at_once` times what an answer may cost
/// ([`AnswerLimits`](super::AnswerLimits)), as bytes and as what was read from them.
///
/// Dropping it ends what is still under way.
pub struct Answers<T> {
    waiting: VecDeque<Target>,
    under_way: JoinSet<(Uid, Result<Answer<T>, CallError>)>,
    start: Box<dyn Fn(Target) -> Asking<T> + Send>,
    at_once: usize,
    over: Instant,
}

type Asking<T> =
    std::pin::Pin<Box<dyn Future<Output = (Uid, Result<Answer<T>, CallError>)> + Send + 'static>>;

impl Dendrite {
    /// Asks many axons the same, and hands out their answers as they land.
    ///
    /// Every target gets exactly one entry, by its uid; a target that is slow, wrong or hostile
    /// costs the others nothing.
    ///
    /// # Errors
    /// When the request cannot be written; single axons fail in their own entries.
    pub fn ask<S: Synapse>(
        &self,
        targets: impl IntoIterator<Item = Target>,
        request: &S::Request,
        patience: Patience,
    ) -> Result<Answers<S::Response>, CallError> {
        let question = Question::of::<S>(request, patience.each)?;
        let dendrite = self.clone();
        Ok(
            self.ask_prepared(targets, question, patience, move |answer| {
                let dendrite = dendrite.clone();
                async move { dendrite.read::<S>(answer).await }
            }),
        )
    }

    /// Asks many axons something that is prepared, and has `read` make of each body what it can,
    /// while others are still on the wire.
    pub fn ask_prepared<T, R, F>(
        &self,
        targets: impl IntoIterator<Item = Target>,
        question: Question,
        patience: Patience,
        read: R,
    ) -> Answers<T>
    where
        T: Send + 'static,
        R: Fn(Answer<Bytes>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer<T>, CallError>> + Send + 'static,
    {
        let (dendrite, shared) = (self.clone(), Arc::new((question, read)));
        let over = later(Instant::now(), patience.whole);
        let start = move |target: Target| -> Asking<T> {
            let (dendrite, shared) = (dendrite.clone(), Arc::clone(&shared));
            Box::pin(async move {
                let (question, read) = &*shared;
                let deadline = over.min(later(Instant::now(), patience.each));
                let answering = async {
                    let answer = dendrite.call_bytes(&target, question, deadline).await?;
                    let reading = timeout_at(later(deadline, READING), read(answer));
                    // Our own processors may be short, which is nothing that the axon could help.
                    let late = |_| Err(CallError::Unread { after: READING });
                    reading.await.unwrap_or_else(late)
                };
                // Whatever a reader does, everybody has his entry.
                let answering = AssertUnwindSafe(answering).catch_unwind();
                let answer = answering.await.unwrap_or_else(|_| {
                    Err(CallError::Unreadable {
                        reason: "its reader panicked".to_owned(),
                    })
                });
                (target.uid, answer)
            })
        };
        Answers {
            waiting: targets.into_iter().collect(),
            under_way: JoinSet::new(),
            start: Box::new(start),
            at_once: patience.at_once.max(1),
            over,
        }
    }
}

impl<T: Send + 'static> Answers<T> {
    /// The next answer to land; `None` when every axon has its entry.
    pub async fn next(&mut self) -> Option<(Uid, Result<Answer<T>, CallError>)> {
        while Instant::now() < self.over && self.under_way.len() < self.at_once {
            let Some(target) = self.waiting.pop_front() else {
                break;
            };
            self.under_way.spawn((self.start)(target));
        }
        // A task catches its panics and keeps its time: it fails only with the whole runtime.
        while let Some(landed) = self.under_way.join_next().await {
            if let Ok(landed) = landed {
                return Some(landed);
            }
        }
        let late = self.waiting.pop_front()?;
        Some((late.uid, Err(CallError::RoundOver)))
    }

    /// Waits until all have answered, the time is over, or `quorum` good answers are there.
    pub async fn until(mut self, quorum: usize) -> Vec<(Uid, Result<Answer<T>, CallError>)> {
        let (mut landed, mut good) = (Vec::new(), 0);
        while good < quorum {
            let Some((uid, answer)) = self.next().await else {
                break;
            };
            good += usize::from(answer.is_ok());
            landed.push((uid, answer));
        }
        landed
    }
}

impl<T> fmt::Debug for Answers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("waiting", &self.waiting.len())
            .field("under_way", &self.under_way.len())
            .finish_non_exhaustive()
    }
}
