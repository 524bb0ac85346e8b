use std::time::Duration;

use tokio::time::Instant;

/// The moment that is so much later, or a year later where that is no moment any more.
pub(crate) fn later(moment: Instant, by: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3_600);

    moment.checked_add(by.min(YEAR)).unwrap_or(moment)
}
