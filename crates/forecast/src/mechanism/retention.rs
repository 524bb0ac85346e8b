//! What is let go of, so that predictions do not grow without end.

use axonry_core::UnixMillis;
use axonry_store::StoreError;
use axonry_store::predictions::{Expiry, Thinning};
use jiff::{SignedDuration, Timestamp};

use super::Shared;
use super::asking::unix;
use crate::Competition;

impl Shared {
    /// Thins out what was asked more often than it is scored, and in a light history lets go of what
    /// the window no longer needs; says how many predictions went.
    ///
    /// As upstream does after scoring, in every round (`density_tapering_predictions`,
    /// `cleanup_old_history`).
    pub(super) async fn let_go(&self) -> Result<u64, StoreError> {
        let now = self.parts.clock.now();
        let mut gone = 0;
        for competition in &self.settings.competitions {
            // What somebody asked for by name is all wanted.
            if self.settings.inquiries.is_empty() {
                let rule = thinning(competition, now);
                gone += self.parts.predictions.thin(&rule).await?;
            }
            if self.settings.light_history {
                let rule = expiry(competition, now);
                gone += self.parts.predictions.expire(&rule).await?;
            }
        }
        Ok(gone)
    }
}

fn thinning(competition: &Competition, now: Timestamp) -> Thinning {
    let bucket = competition.thin_bucket.as_secs();
    let horizon = SignedDuration::from_secs(i64::from(competition.time_length));
    Thinning {
        time_length: competition.time_length,
        began_before: before(now, competition.thin_after),
        bucket_seconds: u32::try_from(bucket).unwrap_or(u32::MAX),
        newest_after: unix(now.saturating_sub(horizon).unwrap_or(Timestamp::MIN)),
        now: unix(now),
    }
}

fn expiry(competition: &Competition, now: Timestamp) -> Expiry {
    Expiry {
        time_length: competition.time_length,
        predictions_before: before(now, competition.data_retention),
        scores_before: before(now, competition.data_retention.saturating_mul(2)),
        now: unix(now),
    }
}

fn before(now: Timestamp, age: std::time::Duration) -> UnixMillis {
    let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
    unix(now.saturating_sub(age).unwrap_or(Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_what_upstream_lets_go_of() {
        let now: Timestamp = "2026-02-20T12:00:00Z".parse().expect("a moment");
        let at = |text: &str| unix(text.parse().expect("a moment"));
        let low = Competition::low();
        assert_eq!(
            thinning(&low, now),
            Thinning {
                time_length: 86_400,
                began_before: at("2026-02-20T11:30:00Z"),
                bucket_seconds: 3_600,
                newest_after: at("2026-02-19T12:00:00Z"),
                now: unix(now),
            }
        );
        assert_eq!(
            expiry(&Competition::high(), now),
            Expiry {
                time_length: 3_600,
                predictions_before: at("2026-02-16T12:00:00Z"),
                scores_before: at("2026-02-12T12:00:00Z"),
                now: unix(now),
            }
        );
    }
}
