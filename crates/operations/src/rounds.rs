use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axonry_neuron::{Alarm, AlarmKind, Progress, Stage, Step};

use crate::{Pulse, Pulses, Readiness};

/// How long a round may be silent where nothing announces it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a round waits for before it can be called ready.
const CHAIN: &str = "chain";

/// Takes the signs of life of rounds from their progress.
///
/// Every step is one; a [`Step::Quiet`] announces a silence, which ends with the stage at the latest.
/// While miners are judged, blocks that pass say nothing, since somebody else looks at them; what the
/// mechanism says of itself counts, and so do requests under way ([`active`](Self::active)), each of
/// which has a deadline.
#[derive(Debug)]
pub struct RoundPulse {
    pulse: Pulse,
    readiness: Readiness,
    judging: AtomicBool,
}

impl RoundPulse {
    /// A task called `rounds`, which may be silent for a minute.
    pub fn new(pulses: &Pulses, readiness: Readiness) -> Self {
        Self::patient(pulses, readiness, PATIENCE)
    }

    /// The same with another patience.
    pub fn patient(pulses: &Pulses, readiness: Readiness, patience: Duration) -> Self {
        Self {
            pulse: pulses.pulse("rounds", patience),
            readiness,
            judging: AtomicBool::new(false),
        }
    }

    /// Requests are under way, which counts while miners are judged: the rest of a round says for itself
    /// that it lives.
    pub fn active(&self) {
        if self.judging.load(Ordering::Relaxed) {
            self.pulse.beat();
        }
    }

    /// There are no more rounds: nothing is expected any more.
    pub fn rest(&self) {
        self.pulse.rest();
    }
}

impl Progress for RoundPulse {
    fn note(&self, step: Step<'_>) {
        match step {
            Step::Stage(stage) => {
                let judging = stage == Stage::Evaluate;
                self.judging.store(judging, Ordering::Relaxed);
                if judging {
                    self.readiness.holds(CHAIN);
                }
                self.pulse.awake();
            }
            Step::Judged => {
                self.judging.store(false, Ordering::Relaxed);
                self.pulse.awake();
            }
            Step::Block(_) | Step::Alive if self.judging.load(Ordering::Relaxed) => {}
            Step::Quiet(how_long) => self.pulse.quiet(how_long),
            Step::Alarm(Some(Alarm {
                kind: AlarmKind::Blind,
                ..
            })) => {
                self.readiness.fails(CHAIN, "it cannot be read");
            }
            Step::Alarm(None) => self.readiness.holds(CHAIN),
            _ => self.pulse.beat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_silence_that_is_announced_ends_with_the_stage() {
        let (pulses, readiness) = (Pulses::default(), Readiness::expecting(&[CHAIN]));
        let rounds = RoundPulse::new(&pulses, readiness.clone());
        assert_eq!(readiness.missing().len(), 1);
        rounds.note(Step::Stage(Stage::Evaluate));
        assert!(readiness.missing().is_empty(), "the subnet has been read");
        rounds.note(Step::Quiet(Duration::from_secs(300)));
        let later = Instant::now() + Duration::from_secs(200);
        assert!(pulses.overdue(later).is_empty());
        rounds.note(Step::Stage(Stage::Plan));
        assert_eq!(pulses.overdue(later).len(), 1);
    }

    #[test]
    fn requests_count_while_miners_are_judged_and_at_no_other_time() {
        let pulses = Pulses::default();
        let rounds = RoundPulse::new(&pulses, Readiness::default());
        let later = Instant::now() + Duration::from_secs(1);
        let silent = || pulses.silences(later)[0].1;
        rounds.note(Step::Stage(Stage::Land));
        let before = silent();
        rounds.active();
        assert!(silent() >= before, "no sign of life");
        rounds.note(Step::Stage(Stage::Evaluate));
        let before = silent();
        rounds.active();
        assert!(silent() < before);
    }
}
