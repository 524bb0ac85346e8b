//! How many requests each client may make, counted as a strict edge counts them.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many requests of one address in any stretch of time; whoever makes more is turned away.
///
/// The public mirror's is `50/10`: 50 requests in 10 s. With a block, `50/10/60`, whoever went over
/// it is turned away for a minute whatever it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorLimit {
    requests: usize,
    window: Duration,
    block: Option<Duration>,
}

impl MirrorLimit {
    /// `requests` in every `window`; at least one.
    #[must_use]
    pub fn per(requests: usize, window: Duration) -> Self {
        Self {
            requests: requests.max(1),
            window,
            block: None,
        }
    }

    /// Turns whoever went over the limit away for so long.
    #[must_use]
    pub const fn blocking(mut self, block: Duration) -> Self {
        self.block = Some(block);
        self
    }
}

/// A limit that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no limit: write requests and seconds as `50/10`, and a block as `50/10/60`")]
pub struct InvalidLimit(String);

impl FromStr for MirrorLimit {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Self, InvalidLimit> {
        let wrong = || InvalidLimit(text.to_owned());
        let parts: Vec<u32> = text
            .split('/')
            .map(|part| part.trim().parse().ok().filter(|&number| number > 0))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?;
        let seconds = |count: u32| Duration::from_secs(count.into());
        let (requests, window, block) = match parts[..] {
            [requests, window] => (requests, window, None),
            [requests, window, block] => (requests, window, Some(seconds(block))),
            _ => return Err(wrong()),
        };
        Ok(Self {
            requests: usize::try_from(requests).map_err(|_| wrong())?,
            window: seconds(window),
            block,
        })
    }
}

/// What a request meets at the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// One too many; there is room again after so long.
    Violation(Duration),
    /// Turned away for what was done before.
    Blocked(Duration),
}

/// Counts each client's requests.
#[derive(Debug, Default)]
pub(crate) struct Counting(Mutex<BTreeMap<IpAddr, Client>>);

#[derive(Debug, Default)]
struct Client {
    /// When its requests of the last window came, oldest first.
    passed: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

impl Counting {
    /// Counts a request that comes now.
    pub(crate) fn count(&self, limit: MirrorLimit, client: IpAddr) -> Verdict {
        let now = Instant::now();
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(client).or_default();
        if let Some(until) = client.blocked_until.filter(|until| *until > now) {
            return Verdict::Blocked(until - now);
        }
        while let Some(&first) = client.passed.front()
            && now - first >= limit.window
        {
            client.passed.pop_front();
        }
        if client.passed.len() < limit.requests {
            client.passed.push_back(now);
            return Verdict::Pass;
        }
        let room = client
            .passed
            .front()
            .map_or(limit.window, |&first| first + limit.window - now);
        client.blocked_until = limit.block.map(|block| now + block);
        Verdict::Violation(limit.block.unwrap_or(room))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn limits_are_written_as_numbers_with_slashes() {
        let plain = MirrorLimit::per(50, 10 * SECOND);
        assert_eq!("50/10".parse(), Ok(plain));
        assert_eq!("50/10/60".parse(), Ok(plain.blocking(60 * SECOND)));
        for wrong in ["", "50", "0/10", "50/0", "a/b", "1/2/3/4", "-1/10"] {
            assert!(wrong.parse::<MirrorLimit>().is_err(), "{wrong}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_window_slides_and_each_address_has_its_own() {
        let (counting, limit) = (Counting::default(), MirrorLimit::per(2, 10 * SECOND));
        let there = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        assert_eq!(counting.count(limit, HERE), Verdict::Pass);
        advance(6 * SECOND).await;
        assert_eq!(counting.count(limit, HERE), Verdict::Pass);
        assert_eq!(counting.count(limit, HERE), Verdict::Violation(4 * SECOND));
        assert_eq!(counting.count(limit, there), Verdict::Pass);
        advance(4 * SECOND).await;
        assert_eq!(
            counting.count(limit, HERE),
            Verdict::Pass,
            "the first has left"
        );
        assert_eq!(counting.count(limit, HERE), Verdict::Violation(6 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_turns_everything_away_until_it_ends() {
        let limit = MirrorLimit::per(1, 10 * SECOND).blocking(60 * SECOND);
        let counting = Counting::default();
        assert_eq!(counting.count(limit, HERE), Verdict::Pass);
        assert_eq!(counting.count(limit, HERE), Verdict::Violation(60 * SECOND));
        advance(59 * SECOND).await;
        assert_eq!(counting.count(limit, HERE), Verdict::Blocked(SECOND));
        advance(SECOND).await;
        assert_eq!(counting.count(limit, HERE), Verdict::Pass);
    }
}
