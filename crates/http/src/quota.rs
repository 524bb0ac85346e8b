//! How much a host allows.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// So many requests in any stretch of time of a given length.
///
/// The stretch slides: no window of that length, wherever it starts, holds more requests.
/// A server that counts in fixed windows is satisfied by that too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    requests: NonZeroU32,
    window: Duration,
}

impl Quota {
    /// `requests` in every `window`.
    ///
    /// # Panics
    ///
    /// When `requests` is zero: a host that allows nothing is not asked.
    #[must_use]
    pub const fn per(requests: u32, window: Duration) -> Self {
        match NonZeroU32::new(requests) {
            Some(requests) => Self { requests, window },
            None => panic!("a quota allows at least one request"),
        }
    }

    /// How many requests one window holds.
    #[must_use]
    pub const fn requests(self) -> u32 {
        self.requests.get()
    }

    /// The length of the window.
    #[must_use]
    pub const fn window(self) -> Duration {
        self.window
    }

    pub(crate) fn places(self) -> usize {
        usize::try_from(self.requests.get()).unwrap_or(usize::MAX)
    }
}

/// A text that is no quota.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quota: write requests and seconds as `50/10`")]
pub struct InvalidQuota(String);

/// Requests and seconds, as `50/10`.
impl FromStr for Quota {
    type Err = InvalidQuota;

    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        let read = || {
            let (requests, seconds) = text.split_once('/')?;
            let requests = requests.trim().parse().ok()?;
            let seconds: NonZeroU32 = seconds.trim().parse().ok()?;
            let window = Duration::from_secs(seconds.get().into());
            Some(Self { requests, window })
        };
        read().ok_or_else(|| InvalidQuota(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_written_as_requests_and_seconds() {
        assert_eq!("50/10".parse(), Ok(Quota::per(50, Duration::from_secs(10))));
        for wrong in ["", "50", "0/10", "50/0", "-1/10", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Quota>().is_err(), "{wrong}");
        }
    }
}
