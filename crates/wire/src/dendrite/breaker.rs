//! Leaves alone for a while who could not be reached several times in a row.

use std::collections::HashMap;
use std::time::Duration;

use axonry_core::Hotkey;
use tokio::time::Instant;

use super::CallError;

/// Failures in a row after which an axon rests.
const FAILURES: u32 = 3;

/// The first rest, and the longest.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);

/// Hotkeys remembered: a few subnets of them.
const REMEMBERED: usize = 4_096;

/// Who could not be reached, how often in a row, and until when he rests.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failing: HashMap<Hotkey, Failing>,
}

#[derive(Debug)]
struct Failing {
    times: u32,
    until: Instant,
}

impl Breaker {
    /// Whether an axon may be asked now.
    pub(super) fn admit(&self, hotkey: Hotkey, now: Instant) -> Result<(), CallError> {
        match self.failing.get(&hotkey) {
            Some(failing) if failing.rests(now) => Err(CallError::Resting {
                again_in: failing.until - now,
            }),
            _ => Ok(()),
        }
    }

    /// How many rest now.
    pub(super) fn resting(&self, now: Instant) -> usize {
        let failing = self.failing.values();
        failing.filter(|failing| failing.rests(now)).count()
    }

    /// Takes note of a call's end.
    pub(super) fn note(&mut self, hotkey: Hotkey, reached: bool, now: Instant) {
        if reached {
            self.failing.remove(&hotkey);
            return;
        }
        if self.failing.len() >= REMEMBERED && !self.failing.contains_key(&hotkey) {
            self.failing.retain(|_, failing| now < failing.until);
            if self.failing.len() >= REMEMBERED {
                // It is asked again next time, which costs a connection attempt.
                return;
            }
        }
        let failing = self.failing.entry(hotkey).or_insert(Failing {
            times: 0,
            until: now,
        });
        failing.times = failing.times.saturating_add(1);
        let doublings = failing.times.saturating_sub(FAILURES).min(16);
        failing.until = now + (FIRST * 2_u32.pow(doublings)).min(LONGEST);
    }
}

impl Failing {
    fn rests(&self, now: Instant) -> bool {
        self.times >= FAILURES && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn three_failures_in_a_row_bring_a_rest_that_grows_and_one_answer_ends_it() {
        let (mut breaker, hotkey) = (Breaker::default(), Hotkey::from_bytes([1; 32]));
        let mut now = Instant::now();
        for _ in 0..2 {
            breaker.note(hotkey, false, now);
            assert!(breaker.admit(hotkey, now).is_ok());
        }
        let mut rests = Vec::new();
        for _ in 0..7 {
            breaker.note(hotkey, false, now);
            let Err(CallError::Resting { again_in }) = breaker.admit(hotkey, now) else {
                panic!("it rests");
            };
            rests.push(again_in.as_secs());
            now += again_in;
            assert!(breaker.admit(hotkey, now).is_ok(), "tried once more");
        }
        assert_eq!(rests, [10, 20, 40, 80, 160, 300, 300]);
        breaker.note(hotkey, true, now);
        breaker.note(hotkey, false, now);
        assert!(breaker.admit(hotkey, now).is_ok());
    }
}
