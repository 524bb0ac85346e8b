//! Leaves alone for a while who could not be reached several times in a row.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use axonry_core::Hotkey;
use tokio::time::Instant;

use super::{CallError, Target};

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

#[derive(Clone, Copy, Debug)]
struct Failing {
    address: SocketAddr,
    times: u32,
    until: Instant,
}

impl Breaker {
    /// Whether an axon may be asked now.
    pub(super) fn admit(&self, target: &Target, now: Instant) -> Result<(), CallError> {
        match self.failing.get(&target.hotkey) {
            // Who has moved may well be there.
            Some(failing) if failing.address == target.address && failing.rests(now) => {
                Err(CallError::Resting {
                    again_in: failing.until - now,
                })
            }
            _ => Ok(()),
        }
    }

    /// How many rest now.
    pub(super) fn resting(&self, now: Instant) -> usize {
        let failing = self.failing.values();
        failing.filter(|failing| failing.rests(now)).count()
    }

    /// Takes note of a call's end.
    pub(super) fn note(&mut self, target: &Target, reached: bool, now: Instant) {
        let Target {
            hotkey, address, ..
        } = *target;
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
        let first = Failing {
            address,
            times: 0,
            until: now,
        };
        let failing = self.failing.entry(hotkey).or_insert(first);
        if failing.address != address {
            *failing = first;
        }
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
    use axonry_core::Uid;

    use super::*;

    fn target(last: u8) -> Target {
        Target {
            uid: Uid(0),
            hotkey: Hotkey::from_bytes([1; 32]),
            address: ([10, 0, 0, last], 80).into(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn three_failures_in_a_row_bring_a_rest_that_grows_and_one_answer_ends_it() {
        let (mut breaker, target) = (Breaker::default(), target(1));
        let mut now = Instant::now();
        for _ in 0..2 {
            breaker.note(&target, false, now);
            assert!(breaker.admit(&target, now).is_ok());
        }
        let mut rests = Vec::new();
        for _ in 0..7 {
            breaker.note(&target, false, now);
            let Err(CallError::Resting { again_in }) = breaker.admit(&target, now) else {
                panic!("it rests");
            };
            rests.push(again_in.as_secs());
            now += again_in;
            assert!(breaker.admit(&target, now).is_ok(), "tried once more");
        }
        assert_eq!(rests, [10, 20, 40, 80, 160, 300, 300]);
        breaker.note(&target, true, now);
        breaker.note(&target, false, now);
        assert!(breaker.admit(&target, now).is_ok());
    }
    #[test]
    fn who_moves_is_asked_where_he_is_now() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..3 {
            breaker.note(&target(1), false, now);
        }
        assert!(breaker.admit(&target(1), now).is_err());
        assert!(breaker.admit(&target(2), now).is_ok());
        breaker.note(&target(2), false, now);
        assert!(
            breaker.admit(&target(2), now).is_ok(),
            "once is not three times"
        );
        assert_eq!(breaker.resting(now), 0);
    }
}
