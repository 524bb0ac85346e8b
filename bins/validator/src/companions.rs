//! What runs beside the rounds: servers, and whatever else works on its own time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use axonry_neuron::RoundReport;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

/// How long a companion may take to end once it was told to.
const GRACE: Duration = Duration::from_secs(4);

/// What a companion is given.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    /// Told when it is time to end.
    pub(crate) stop: CancellationToken,
    /// The newest round's report; `None` before the first.
    pub(crate) reports: watch::Receiver<Option<Arc<RoundReport>>>,
}

/// Tells the companions of rounds.
#[derive(Clone, Debug)]
pub(crate) struct Reports(watch::Sender<Option<Arc<RoundReport>>>);

impl Reports {
    /// Tells everybody of a round that is done.
    pub(crate) fn tell(&self, report: &RoundReport) {
        // The copy is made once, and only where somebody reads it.
        if self.0.receiver_count() > 0 {
            self.0.send_replace(Some(Arc::new(report.clone())));
        }
    }
}

/// The tasks that run beside the rounds, and end with them.
#[derive(Debug)]
pub(crate) struct Companions {
    tasks: JoinSet<(&'static str, Result<()>)>,
    stop: CancellationToken,
    reports: watch::Sender<Option<Arc<RoundReport>>>,
}

impl Companions {
    /// Nobody yet.
    pub(crate) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
            reports: watch::Sender::new(None),
        }
    }

    /// Sets a task to work. What it needs to start at all (an address, a file) should be in its hands
    /// already: an error from here on ends the whole program.
    pub(crate) fn start<F>(&mut self, name: &'static str, task: impl FnOnce(Beside) -> F)
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let working = task(Beside {
            stop: self.stop.clone(),
            reports: self.reports.subscribe(),
        });
        self.tasks.spawn(async move { (name, working.await) });
    }

    /// By which everybody is told of a round that is done.
    pub(crate) fn reports(&self) -> Reports {
        Reports(self.reports.clone())
    }

    /// Comes back when a task has ended that nobody told to: with nobody at work, never.
    pub(crate) async fn failed(&mut self) -> Error {
        match self.tasks.join_next().await {
            Some(ended) => why(ended).unwrap_or_else(|| anyhow!("a task ended before its time")),
            None => std::future::pending().await,
        }
    }

    /// Tells everybody to end, and waits a while for it.
    pub(crate) async fn close(mut self) {
        self.stop.cancel();
        let ending = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Some(error) = why(ended) {
                    error!("{error:#}");
                }
            }
        };
        if timeout(GRACE, ending).await.is_err() {
            warn!(
                tasks = self.tasks.len(),
                "not everything beside the rounds came to an end in time"
            );
        }
    }
}

fn why(ended: Result<(&'static str, Result<()>), JoinError>) -> Option<Error> {
    match ended {
        Ok((_, Ok(()))) => None,
        Ok((name, Err(error))) => Some(error.context(format!("the {name} failed"))),
        Err(error) => Some(Error::new(error).context("a task beside the rounds broke down")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_comes_out_by_name_and_a_task_that_does_not_end_is_left_behind() {
        let mut companions = Companions::new();
        companions.start("board", |_| async { Err(anyhow!("no room")) });
        companions.start("axon", |_| std::future::pending());
        let failed = format!("{:#}", companions.failed().await);
        assert_eq!(failed, "the board failed: no room");
        companions.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_a_failure_and_a_stop_is_none() {
        let mut companions = Companions::new();
        companions.start("board", |_| async { panic!("at the disco") });
        assert!(format!("{:#}", companions.failed().await).contains("broke down"));
        companions.start("axon", |beside| async move {
            beside.stop.cancelled().await;
            Ok(())
        });
        companions.close().await;
    }
}
