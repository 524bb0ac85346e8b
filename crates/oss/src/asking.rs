//! Asking: so many questions at once, none past the round's deadline, each for itself.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axonry_core::Unknown;
use axonry_github::{GithubError, PullRequestSource};
use axonry_neuron::chain_of;
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// How a round asks its source.
///
/// One question's failure, slowness or panic is the answer to that question and nothing else.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) source: &'a dyn PullRequestSource,
    permits: Semaphore,
    started: Instant,
    deadline: Instant,
    last: Mutex<Instant>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The source says that there is no such thing.
    Absent(String),
    /// It did not answer, or not in time.
    Failed(String),
}

impl<'a> Asking<'a> {
    /// Starts the round's clock: `in_flight` questions at once, none beyond `deadline` from now.
    pub(crate) fn new(
        source: &'a dyn PullRequestSource,
        in_flight: usize,
        deadline: Duration,
    ) -> Self {
        let started = Instant::now();
        Self {
            source,
            permits: Semaphore::new(in_flight),
            started,
            deadline: started + deadline,
            last: Mutex::new(started),
        }
    }

    /// Asks the source once it is this question's turn.
    pub(crate) async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, GithubError>>,
    ) -> Result<T, NoAnswer> {
        let answer = self.wait_for(question).await.map_err(NoAnswer::Failed)?;
        answer.map_err(|error| {
            let why = chain_of(&error);
            if is_absent(&error) {
                NoAnswer::Absent(why)
            } else {
                NoAnswer::Failed(why)
            }
        })
    }

    /// Waits for a turn and then for the answer, but not for ever.
    ///
    /// # Errors
    /// In words: the round has no more time, or the question panicked.
    pub(crate) async fn wait_for<T>(&self, question: impl Future<Output = T>) -> Result<T, String> {
        let asking = async {
            let _permit = self
                .permits
                .acquire()
                .await
                .expect("the semaphore is never closed");
            question.await
        };
        let answer = timeout_at(self.deadline, AssertUnwindSafe(asking).catch_unwind()).await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(panic)) => Err(said(&*panic)),
            Err(_) => {
                let allowed = self.deadline - self.started;
                Err(format!("nothing complete within {allowed:?}"))
            }
        }
    }

    /// How long the round had been asking when the last answer came.
    pub(crate) fn took(&self) -> Duration {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) - self.started
    }
}

impl From<NoAnswer> for Unknown {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Absent(why) | NoAnswer::Failed(why) => Self::SourceFailed(why),
        }
    }
}

/// Computes something about one miner, so that a panic in there is about this miner only.
pub(crate) fn isolated<T>(compute: impl FnOnce() -> Result<T, Unknown>) -> Result<T, Unknown> {
    std::panic::catch_unwind(AssertUnwindSafe(compute))
        .unwrap_or_else(|panic| Err(Unknown::NotComputed(said(&*panic))))
}

/// What a panic had to say.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("without a word"))
}

fn is_absent(error: &GithubError) -> bool {
    let refusal = error.as_http().and_then(|http| http.refusal());
    refusal.is_some_and(|refusal| matches!(refusal.code(), 404 | 410))
}
