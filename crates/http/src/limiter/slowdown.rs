//! Fewer requests than the quota, after a host said that it were too many.

/// By how much of the full number the allowed one grows in every window without another refusal.
///
/// A refusal now and then has nothing to do with the rate, so it must not add up to a standstill.
const RECOVERY: f64 = 0.25;

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
    /// After a refusal when so many requests had been sent within a window.
    pub(super) fn begin(sent: usize, before: Option<Self>) -> Self {
        let sent = f64::from(u32::try_from(sent).unwrap_or(u32::MAX));
        let full = before.map_or(sent, |before| before.full.max(sent)).max(1.0);
        Self {
            allowed: (sent / 2.0).max(1.0),
            full,
        }
    }

    /// After an answer that was no refusal: a window of them adds a quarter of the full number.
    pub(super) fn eased(mut self) -> Self {
        self.allowed += RECOVERY * self.full / self.allowed;
        self
    }

    /// How many requests a window may hold.
    pub(super) fn places(self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least one, and more than fit are no limit: `as` saturates"
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
        let first = Slowdown::begin(50, None);
        assert_eq!(first.places(), 25);
        let mut slow = Slowdown::begin(25, Some(first));
        assert_eq!(slow.places(), 12);
        let mut windows = 0;
        while slow.places() < 50 {
            for _ in 0..slow.places() {
                slow = slow.eased();
            }
            windows += 1;
        }
        assert!((3..=4).contains(&windows), "12 more in each: {windows}");
    }

    #[test]
    fn one_request_is_always_allowed() {
        assert_eq!(Slowdown::begin(0, None).places(), 1);
        assert_eq!(
            Slowdown::begin(1, Some(Slowdown::begin(1, None))).places(),
            1
        );
    }
}
