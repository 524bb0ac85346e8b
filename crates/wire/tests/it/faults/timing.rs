//! Whose time it is when our own processors are short.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axonry_wire::Patience;
use tokio::sync::oneshot;

use crate::dendrite::{Echo, PATIENCE, alice, hello, target};
use crate::fleet::{Fake, Manner};

const THINKING: Duration = Duration::from_millis(300);

/// Keeps so many processors busy as long as it lives.
struct Busy {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Busy {
    fn with(threads: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let busy = |over: Arc<AtomicBool>| {
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        Self {
            threads: (0..threads).map(|_| busy(Arc::clone(&over))).collect(),
            over,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// An axon on a thread of its own.
struct Apart {
    fake: Arc<Fake>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Apart {
    async fn spawn(manner: Manner) -> Self {
        let (tell, told) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let fake = Arc::new(Fake::spawn(manner).await);
                let _ = tell.send(Arc::clone(&fake));
                let _ = stopped.await;
            });
        });
        Self {
            fake: told.await.expect("a fake"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Asks several axons again and again while the runtime of the dendrite is held up, and says what
/// was charged and what the axons themselves measured.
async fn charged(rounds: usize, axons: u16, held_up: Duration) -> (Duration, Duration) {
    let axon = Apart::spawn(Manner::Thinking(THINKING)).await;
    let over = Arc::new(AtomicBool::new(false));
    let holding = tokio::spawn({
        let over = Arc::clone(&over);
        async move {
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                while begun.elapsed() < held_up {
                    std::hint::spin_loop();
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let dendrite = alice().build();
    let mut charged = Duration::ZERO;
    for _ in 0..rounds {
        let targets = (0..axons).map(|uid| target(uid, axon.fake.address));
        let answers = dendrite.ask::<Echo>(targets, &hello(), Patience::each(PATIENCE));
        for (_, answer) in answers.expect("a question").until(usize::MAX).await {
            charged += answer.expect("an answer").latency;
        }
    }
    over.store(true, Ordering::Relaxed);
    holding.await.expect("no panic");
    let took = axon.fake.took();
    assert_eq!(took.len(), rounds * usize::from(axons));
    (charged, took.iter().sum())
}

fn assert_fair(charged: Duration, took: Duration, allowed: f64) {
    let error = charged.as_secs_f64() / took.as_secs_f64() - 1.0;
    assert!(
        error.abs() <= allowed,
        "{charged:?} charged for {took:?}: {:.2} %",
        100.0 * error
    );
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn mi13_a_runtime_that_is_held_up_costs_nobody_else_time() {
    // Its turn comes every 100 ms: read by its own clock, an answer would be a sixth too late.
    let (charged, took) = charged(2, 8, Duration::from_millis(100)).await;
    assert_fair(charged, took, 0.05);
}

#[tokio::test]
#[ignore = "keeps all processors busy"]
async fn mi13_at_length() {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let _busy = Busy::with(4 * processors);
    for _ in 0..50 {
        let (charged, took) = charged(1, 32, Duration::ZERO).await;
        assert_fair(charged, took, 0.05);
    }
}
