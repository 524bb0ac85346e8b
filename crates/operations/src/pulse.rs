use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde::Serialize;

/// The tasks that give signs of life. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Pulses(Arc<Mutex<Vec<Weak<Heart>>>>);

/// One task's signs of life. When it is dropped, nothing is expected of the task any more.
#[derive(Debug)]
pub struct Pulse(Arc<Heart>);

#[derive(Debug)]
struct Heart {
    task: &'static str,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    heard: Instant,
    /// Until then silence was announced.
    quiet_until: Instant,
    resting: bool,
}

/// A task that should have been heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// The task.
    pub task: &'static str,
    /// How long nothing has been heard of it, in seconds.
    pub silent_seconds: u64,
    /// After how long that is too long, in seconds.
    pub patience_seconds: u64,
}

impl Pulses {
    /// A task that is at work from now on, and may be silent for as long as `patience`.
    pub fn pulse(&self, task: &'static str, patience: Duration) -> Pulse {
        let now = Instant::now();
        let state = Mutex::new(State {
            heard: now,
            quiet_until: now,
            resting: false,
        });
        let heart = Arc::new(Heart {
            task,
            patience,
            state,
        });
        let mut hearts = locked(&self.0);
        hearts.retain(|heart| heart.strong_count() > 0);
        hearts.push(Arc::downgrade(&heart));
        Pulse(heart)
    }

    /// The tasks that should have been heard of by `now`, in the order in which they were added.
    pub fn overdue(&self, now: Instant) -> Vec<Overdue> {
        let hearts = locked(&self.0);
        let living = hearts.iter().filter_map(Weak::upgrade);
        living.filter_map(|heart| heart.overdue(now)).collect()
    }

    /// For each task, how many seconds ago it was last heard of.
    pub fn silences(&self, now: Instant) -> Vec<(&'static str, f64)> {
        let hearts = locked(&self.0);
        let living = hearts.iter().filter_map(Weak::upgrade);
        let silence = |heart: Arc<Heart>| {
            let heard = locked(&heart.state).heard;
            (
                heart.task,
                now.saturating_duration_since(heard).as_secs_f64(),
            )
        };
        living.map(silence).collect()
    }
}

impl Pulse {
    /// A sign of life.
    pub fn beat(&self) {
        let mut state = locked(&self.0.state);
        state.heard = Instant::now();
        state.resting = false;
    }

    /// A sign of life, and the announcement that there may be none for that long.
    pub fn quiet(&self, how_long: Duration) {
        let mut state = locked(&self.0.state);
        state.heard = Instant::now();
        state.quiet_until = state.heard + how_long;
        state.resting = false;
    }

    /// A sign of life that takes back what silence was announced.
    pub fn awake(&self) {
        let mut state = locked(&self.0.state);
        state.heard = Instant::now();
        state.quiet_until = state.heard;
        state.resting = false;
    }

    /// Nothing is expected until the next sign of life: there is nothing to do.
    pub fn rest(&self) {
        locked(&self.0.state).resting = true;
    }
}

impl Heart {
    fn overdue(&self, now: Instant) -> Option<Overdue> {
        let state = *locked(&self.state);
        let from = state.heard.max(state.quiet_until);
        let late = now.saturating_duration_since(from) > self.patience;
        (late && !state.resting).then(|| Overdue {
            task: self.task,
            silent_seconds: now.saturating_duration_since(state.heard).as_secs(),
            patience_seconds: self.patience.as_secs(),
        })
    }
}

/// What is kept is whole after every step, so that a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn overdue(pulses: &Pulses, after: u64) -> usize {
        let now = Instant::now() + Duration::from_secs(after);
        pulses.overdue(now).len()
    }

    #[test]
    fn a_task_is_overdue_when_it_is_silent_for_longer_than_it_may_be() {
        let pulses = Pulses::default();
        let pulse = pulses.pulse("rounds", PATIENCE);
        assert_eq!((overdue(&pulses, 59), overdue(&pulses, 62)), (0, 1));
        pulse.quiet(Duration::from_secs(100));
        assert_eq!((overdue(&pulses, 159), overdue(&pulses, 162)), (0, 1));
        pulse.beat();
        assert_eq!(overdue(&pulses, 159), 0, "a beat keeps what was announced");
        pulse.awake();
        assert_eq!(overdue(&pulses, 62), 1);
    }

    #[test]
    fn nothing_is_expected_of_who_rests_or_has_gone() {
        let pulses = Pulses::default();
        let pulse = pulses.pulse("rounds", PATIENCE);
        pulse.rest();
        assert_eq!(overdue(&pulses, 10_000), 0);
        pulse.beat();
        assert_eq!(overdue(&pulses, 10_000), 1);
        drop(pulse);
        assert_eq!(overdue(&pulses, 10_000), 0);
    }

    #[test]
    fn a_panic_while_the_list_is_held_does_not_hide_the_next_silence() {
        let pulses = Pulses::default();
        let shared = pulses.clone();
        let thread = std::thread::spawn(move || {
            let _held = locked(&shared.0);
            panic!("while holding it");
        });
        assert!(thread.join().is_err());
        let _pulse = pulses.pulse("rounds", PATIENCE);
        assert_eq!(overdue(&pulses, 61), 1);
    }
}
