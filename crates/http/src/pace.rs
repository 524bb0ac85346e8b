//! How slowly a body may come.

use std::time::Duration;

use tokio::time::Instant;

/// A number of bytes in every second, after some time for a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) bytes_per_second: u32,
    pub(crate) grace: Duration,
}

impl Pace {
    /// Until when more must come of a body that began at `start`, after so many bytes.
    ///
    /// Bytes that came early earn time for those that come late: it is the average that counts.
    pub(crate) fn due(self, start: Instant, received: u64) -> Option<Instant> {
        let per_second = u64::from(self.bytes_per_second);
        let whole = received.checked_div(per_second)?;
        let rest = Duration::from_millis((received % per_second) * 1000 / per_second);
        let earned = Duration::from_secs(whole).checked_add(rest)?;
        start.checked_add(self.grace.checked_add(earned)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_byte_earns_its_part_of_a_second() {
        let start = Instant::now();
        let pace = Pace {
            bytes_per_second: 1000,
            grace: Duration::from_secs(5),
        };
        for (received, millis) in [(0, 5_000), (1, 5_001), (1500, 6_500), (60_000, 65_000)] {
            let due = pace.due(start, received).unwrap();
            assert_eq!(due - start, Duration::from_millis(millis), "{received}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_rate_is_no_limit() {
        let pace = Pace {
            bytes_per_second: 0,
            grace: Duration::ZERO,
        };
        assert_eq!(pace.due(Instant::now(), 7), None);
    }
}
