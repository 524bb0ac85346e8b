//! How much a host allows.

use std::num::NonZeroU32;
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
