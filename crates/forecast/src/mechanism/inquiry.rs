use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;

use crate::{Asset, Competition, Prompt, next_minute};

/// How much later than the next minute paths begin.
const EXTRA: Duration = Duration::from_secs(60);

/// The shortest time miners are given, where the start does not leave more.
const SHORTEST: Duration = Duration::from_secs(1);

/// Something to ask in each round, in place of the prompts of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Inquiry {
    /// Whose price.
    pub asset: Asset,
    /// Seconds between two prices.
    pub time_increment: NonZeroU32,
    /// Seconds from the first to the last.
    pub time_length: u32,
    /// How many paths.
    pub num_simulations: u32,
    /// How long miners have; by the settings, or until the start, if it is not said.
    pub timeout: Option<Duration>,
}

impl Inquiry {
    /// What a competition asks of an asset.
    pub const fn of(competition: &Competition, asset: Asset) -> Self {
        Self {
            asset,
            time_increment: competition.time_increment,
            time_length: competition.time_length,
            num_simulations: competition.num_simulations,
            timeout: None,
        }
    }

    /// How many prices an answer has.
    pub fn prices(&self) -> usize {
        self.at(Timestamp::UNIX_EPOCH).prices()
    }

    fn at(&self, start_time: Timestamp) -> Prompt {
        Prompt {
            asset: self.asset.clone(),
            start_time,
            time_increment: self.time_increment,
            time_length: self.time_length,
            num_simulations: self.num_simulations,
        }
    }

    /// The prompt that is asked now, and how long miners have.
    pub(super) fn prompt(&self, now: Timestamp, timeout: Option<Duration>) -> (Prompt, Duration) {
        let prompt = self.at(next_minute(now, EXTRA));
        let within = self.timeout.or(timeout);
        let within = within.unwrap_or_else(|| until(now, prompt.start_time));
        (prompt, within)
    }
}

/// How long it is until the start.
pub(super) fn until(now: Timestamp, start: Timestamp) -> Duration {
    let left = Duration::try_from(start.duration_since(now)).unwrap_or_default();
    left.max(SHORTEST)
}
