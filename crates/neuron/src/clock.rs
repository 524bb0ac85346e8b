use std::time::{SystemTime, UNIX_EPOCH};

use axonry_core::UnixMillis;

/// Where a validator takes the moment of a round from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always the same moment: a round over recorded data gives the same scores every time.
    Fixed(UnixMillis),
}

impl Clock {
    /// The moment.
    pub fn now(self) -> UnixMillis {
        match self {
            Self::Fixed(moment) => moment,
            Self::System => {
                // A clock set before 1970 is as good as one that stands at 1970.
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            }
        }
    }
}
