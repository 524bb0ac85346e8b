use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

/// Threads for what keeps a core busy, made once and used by every prompt and every scoring.
///
/// What is handed over is bounded: whoever comes when all places are taken waits for one. Work that
/// panics costs its own result and nobody else's.
#[derive(Debug)]
pub struct Workers {
    pool: rayon::ThreadPool,
    places: Arc<Semaphore>,
}

/// Why there are no workers.
#[derive(Debug, thiserror::Error)]
#[error("the worker threads could not be started")]
pub struct WorkersError(#[from] rayon::ThreadPoolBuildError);

/// Work that did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the worker panicked: {0}")]
pub struct Panicked(String);

impl Workers {
    /// So many threads, and so many pieces of work that may wait for one.
    ///
    /// # Errors
    /// [`WorkersError`] when the system gives no threads.
    pub fn new(threads: usize, waiting: usize) -> Result<Self, WorkersError> {
        let threads = threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("forecast-{number}"))
            .build()?;
        Ok(Self {
            pool,
            places: Arc::new(Semaphore::new(threads + waiting)),
        })
    }

    /// A thread for each core, and twice as many pieces of work that may wait.
    ///
    /// # Errors
    /// [`WorkersError`] when the system gives no threads.
    pub fn for_this_machine() -> Result<Self, WorkersError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(cores, 2 * cores)
    }

    /// Has a piece of work done, once there is a place for it.
    ///
    /// Whoever stops waiting gives its place back when the work is done, not before: work cannot be
    /// called back.
    ///
    /// # Errors
    /// [`Panicked`] when the work did.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        let (done, outcome) = oneshot::channel();
        self.pool.spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(place);
            // Nobody may be waiting any more.
            let _ = done.send(result.map_err(|panic| Panicked(words_of(&*panic))));
        });
        let outcome = outcome.await;
        outcome.expect("the work is caught when it panics, and sends either way")
    }

    /// Does something in which every thread may take part, on the calling thread's time.
    ///
    /// It blocks: for [`run`](Self::run), or for where nothing else waits.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }
}

/// What a panic said.
fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use tokio::task::JoinSet;

    #[tokio::test]
    async fn a_panic_costs_its_own_result_and_the_thread_goes_on() {
        let workers = Workers::new(1, 0).expect("a thread");
        let failed = workers.run(|| -> u8 { panic!("no such price") }).await;
        assert_eq!(failed, Err(Panicked("no such price".to_owned())));
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_work_is_taken_over_than_there_are_places() {
        let workers = Arc::new(Workers::new(1, 1).expect("a thread"));
        let gate = Arc::new(Barrier::new(2));
        let mut all = JoinSet::new();
        for _ in 0..5 {
            let (workers, gate) = (workers.clone(), gate.clone());
            all.spawn(async move { workers.run(move || gate.wait().is_leader()).await });
        }
        // One works and one waits; the others have handed nothing over.
        while workers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..5 {
            gate.wait();
        }
        while let Some(done) = all.join_next().await {
            done.expect("no panic").expect("no panic");
        }
        assert_eq!(workers.places.available_permits(), 2);
    }
}
