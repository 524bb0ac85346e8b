//! Fewer requests than the quota, after a host said that it were too many.

/// By how much of the full number the allowed one grows in every window without another refusal.
///
/// A refusal now and then has nothing to do with the rate, so it must not add up to a standstill.
const RECOVERY: f64 = 0.25;

/// The fewest requests a window is cut down to: one alone would learn nothing for a whole window.
const LEAST: f64 = 2.0;

/// Halved at each refusal that names no time to wait, and growing back slowly (the form is TCP's).
///
/// A server that says how long to wait has said what to do. One that does not has only said "less",
/// and the quota we were told, if any, is evidently not the one it counts by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowdown {
    allowed: f64,
    full: f64,
}

impl Slowdown {
    /// After a refusal when so many requests had been sent within a window, of `full` that a
    /// window may hold or has held at most.
    pub(super) fn begin(sent: usize, full: usize, before: Option<Self>) -> Self {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let allowed = before.map_or(number(sent), |before| before.allowed.min(number(sent)));
        Self {
            allowed: (allowed / 2.0).max(LEAST),
            full: number(full).max(LEAST),
        }
    }

    /// After an answer that was no refusal: a window of them adds a quarter of the full number.
    /// None when it is over.
    pub(super) fn eased(mut self) -> Option<Self> {
        self.allowed += RECOVERY * self.full / self.allowed;
        (self.allowed < self.full).then_some(self)
    }

    /// How many requests a window may hold.
    pub(super) fn places(self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least two, and more than fit are no limit: `as` saturates"
        )]
        let places = self.allowed as usize;
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_halve_and_windows_of_answers_add_a_quarter() {
        let first = Slowdown::begin(50, 50, None);
        assert_eq!(first.places(), 25);
        let slow = Slowdown::begin(25, 50, Some(first));
        assert_eq!(slow.places(), 12);
        let (mut slow, mut windows) = (Some(slow), 0);
        while let Some(now) = slow {
            slow = (0..now.places()).try_fold(now, |slow, _| slow.eased());
            windows += 1;
        }
        assert!((3..=4).contains(&windows), "12 more in each: {windows}");
    }

    #[test]
    fn a_refusal_of_the_first_request_does_not_slow_down_for_long() {
        let mut slow = Some(Slowdown::begin(1, 50, None));
        let mut answers = 0;
        while let Some(now) = slow {
            assert!(now.places() >= 2);
            slow = now.eased();
            answers += 1;
        }
        assert!(answers < 120, "a few windows: {answers}");
    }
}
