use std::time::Duration;

use crate::config::{DevnetConfig, Sealing};

/// How long a block takes on the real chain, and here where blocks come on demand.
pub(crate) const BLOCK_TIME: Duration = Duration::from_secs(12);

/// What time it is in a block, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clock {
    /// What this machine's clock says when the block is made.
    Machine,
    /// A block time after the block before it, whatever the machine's clock says.
    Blocks { start: u64, step: u64 },
}

impl Clock {
    pub(super) fn new(config: &DevnetConfig) -> Self {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        match config.start {
            None => Self::Machine,
            Some(start) => Self::Blocks {
                start: u64::try_from(start.as_millisecond()).unwrap_or(0),
                step: millis(block_time(config.sealing)),
            },
        }
    }

    /// The time of block `number`, which is later than `before`: a fork's blocks are not those they
    /// replace.
    pub(super) fn now(self, number: u64, before: u64) -> u64 {
        let now = match self {
            Self::Machine => u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0),
            Self::Blocks { start, step } => start.saturating_add(number.saturating_mul(step)),
        };
        now.max(before + 1)
    }
}

/// How long a block takes.
pub(crate) const fn block_time(sealing: Sealing) -> Duration {
    match sealing {
        Sealing::Interval(pause) => pause,
        Sealing::Instant | Sealing::Manual => BLOCK_TIME,
    }
}
