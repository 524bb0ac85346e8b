//! When to ask for what: upstream's `synth/utils/sequential_scheduler.py` and `helpers.py`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{Asset, Competition};

const MINUTE: i64 = 60;

/// The next full minute, which is never the one that is just full, and so much more:
/// `round_time_to_minutes`.
///
/// ```
/// use std::time::Duration;
/// use axonry_forecast::next_minute;
/// let time = "2026-03-12T07:18:00Z".parse()?;
/// assert_eq!(next_minute(time, Duration::from_secs(60)).to_string(), "2026-03-12T07:20:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn next_minute(time: Timestamp, extra: Duration) -> Timestamp {
    let second = time.as_second();
    let full = second - second.rem_euclid(MINUTE) + MINUTE;
    let full = Timestamp::from_second(full).unwrap_or(Timestamp::MAX);
    full.saturating_add(SignedDuration::try_from(extra).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}

impl Competition {
    /// When a prompt starts that is asked for now: the next minute, and time to answer.
    pub fn start_time(&self, request_time: Timestamp) -> Timestamp {
        next_minute(request_time, self.timeout_extra)
    }

    /// How long to wait before the next cycle, in whole seconds: `select_delay`.
    ///
    /// A first cycle begins at the next minute, any other a [`cycle_interval`](Self::cycle_interval)
    /// after the one before did. Where that is over, it begins at the next minute from now.
    pub fn delay(&self, cycle_start: Timestamp, now: Timestamp, first: bool) -> Duration {
        let minute = Duration::from_secs(60);
        let later = if first {
            Duration::ZERO
        } else {
            self.cycle_interval
        };
        let later = later.saturating_sub(minute * u32::from(!first));
        let until = |time: Timestamp| time.duration_since(now).as_secs();
        let delay = match until(next_minute(cycle_start, later)) {
            ..=0 => until(next_minute(now, Duration::ZERO)),
            delay => delay,
        };
        Duration::from_secs(delay.unsigned_abs())
    }

    /// Whose turn it is after the asset that was asked for last: `select_asset`. `None` without any.
    pub fn next_asset(&self, latest: Option<&Asset>) -> Option<&Asset> {
        let place = self.assets.iter().position(|asset| Some(asset) == latest);
        let next = place.map_or(0, |place| (place + 1) % self.assets.len());
        self.assets.get(next)
    }
}
