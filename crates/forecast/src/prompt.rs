use std::num::NonZeroU32;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Asset, Competition};

/// What miners are asked for: paths of an asset's price, from when, in which steps, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Whose price.
    pub asset: Asset,
    /// When paths begin.
    pub start_time: Timestamp,
    /// Seconds between two points.
    pub time_increment: NonZeroU32,
    /// Seconds from the first point to the end of the horizon.
    pub time_length: u32,
    /// How many paths.
    pub num_simulations: u32,
}

impl Prompt {
    /// What a competition asks of an asset.
    pub const fn new(competition: &Competition, asset: Asset, start_time: Timestamp) -> Self {
        Self {
            asset,
            start_time,
            time_increment: competition.time_increment,
            time_length: competition.time_length,
            num_simulations: competition.num_simulations,
        }
    }

    /// How many prices a path has: `time_length // time_increment + 1`.
    pub fn points(&self) -> usize {
        widen(self.time_length / self.time_increment) + 1
    }

    /// How many paths an answer has.
    pub fn paths(&self) -> usize {
        widen(self.num_simulations)
    }

    /// How many prices an answer has.
    pub fn prices(&self) -> usize {
        self.paths().saturating_mul(self.points())
    }

    /// When the horizon is over, and prices are known.
    pub fn end_time(&self) -> Timestamp {
        let end = self
            .start_unix()
            .saturating_add(i64::from(self.time_length));
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
    }

    /// The start in seconds since 1970, cut off: Python's `int(start_time.timestamp())`.
    pub fn start_unix(&self) -> i64 {
        self.start_time.as_second()
    }

    /// The start as Python's `isoformat()` writes a moment in UTC: `2026-02-03T10:25:00+00:00`.
    pub fn start_time_text(&self) -> String {
        let start = self.start_time.to_zoned(TimeZone::UTC);
        let form = match self.start_time.subsec_nanosecond() / 1_000 {
            0 => "%Y-%m-%dT%H:%M:%S+00:00",
            _ => "%Y-%m-%dT%H:%M:%S.%6f+00:00",
        };
        start.strftime(form).to_string()
    }
}

fn widen(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_counts_as_upstream_does() {
        let start_time: Timestamp = "2026-02-03T10:25:00Z".parse().unwrap();
        let low = Competition::low();
        let mut prompt = Prompt::new(&low, low.assets[0].clone(), start_time);
        assert_eq!((prompt.points(), prompt.prices()), (289, 289_000));
        assert_eq!(prompt.start_time_text(), "2026-02-03T10:25:00+00:00");
        assert_eq!(prompt.end_time().to_string(), "2026-02-04T10:25:00Z");
        prompt.time_length = 1_199;
        assert_eq!(prompt.points(), 4, "what does not fill a step has no point");
        prompt.start_time = "2026-02-03T10:25:00.25Z".parse().unwrap();
        assert_eq!(prompt.start_time_text(), "2026-02-03T10:25:00.250000+00:00");
    }
}
