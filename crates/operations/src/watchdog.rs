use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Overdue, Pulses};

/// How often the signs of life are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Looks after the pulses on a thread of its own: a runtime whose workers are all stuck cannot look
/// after itself.
#[derive(Debug)]
pub struct Watchdog {
    /// Dropped to end the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Calls `well` about once a second while every task has been heard of in time, and `standstill`
    /// as often while one has not. Who is called decides what that means: usually the process is ended
    /// so that whoever supervises it starts a new one.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(
        pulses: Pulses,
        mut well: impl FnMut() + Send + 'static,
        mut standstill: impl FnMut(&[Overdue]) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let look = move || {
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                match pulses.overdue(Instant::now()).as_slice() {
                    [] => well(),
                    overdue => standstill(overdue),
                }
            }
        };
        let thread = thread::Builder::new().name("watchdog".to_owned());
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread.spawn(look)?),
        })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends at once; that it has panicked is no reason to panic here.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_task_that_falls_silent_is_named_though_nobody_asks() {
        let pulses = Pulses::default();
        let _pulse = pulses.pulse("rounds", Duration::ZERO);
        let (tell, told) = mpsc::channel();
        let watchdog = Watchdog::start(
            pulses,
            || {},
            move |overdue| {
                // Whoever listened may have heard enough.
                let _ = tell.send(overdue[0].task);
            },
        )
        .expect("a thread");
        let heard = told.recv_timeout(Duration::from_secs(60));
        assert_eq!(heard, Ok("rounds"));
        drop(watchdog);
        // The thread has ended, and what it held with it.
        while told.try_recv().is_ok() {}
        assert_eq!(told.recv(), Err(mpsc::RecvError));
    }
}
