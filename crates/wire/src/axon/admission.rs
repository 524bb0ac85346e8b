//! Who may ask how often, in bounded space.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Instant;

use super::Rate;

/// Addresses or hotkeys remembered; who is forgotten starts with a full bucket.
const REMEMBERED: usize = 16_384;

/// A bucket of requests for each key, filled at a steady rate.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    rate: Rate,
    buckets: HashMap<K, Bucket>,
    remembered: usize,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Hash + Eq + Copy> Buckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: HashMap::new(),
            remembered: REMEMBERED,
        }
    }

    /// Takes one request out of a key's bucket; says whether there was one.
    pub(super) fn take(&mut self, key: K, now: Instant) -> bool {
        let burst = f64::from(self.rate.burst);
        if self.buckets.len() >= self.remembered && !self.buckets.contains_key(&key) {
            self.forget(now);
        }
        let rate = self.rate;
        let full = Bucket {
            left: burst,
            at: now,
        };
        let bucket = self.buckets.entry(key).or_insert(full);
        bucket.left = bucket.after(rate, now);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }

    /// Buckets that are full again need no memory. When none is, a flood of addresses is under way,
    /// and half of them go, whichever they are: the space is bounded in any case.
    fn forget(&mut self, now: Instant) {
        let (rate, burst) = (self.rate, f64::from(self.rate.burst));
        self.buckets
            .retain(|_, bucket| bucket.after(rate, now) < burst);
        if self.buckets.len() >= self.remembered {
            let mut odd = false;
            self.buckets.retain(|_, _| {
                odd = !odd;
                odd
            });
        }
    }
}

impl Bucket {
    fn after(self, rate: Rate, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        let filled = self.left + since * f64::from(rate.per_second);
        filled.min(f64::from(rate.burst))
    }
}

/// What counts as one address: an IPv6 customer has a whole /64.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RATE: Rate = Rate {
        burst: 3,
        per_second: 2,
    };

    #[test]
    fn a_burst_is_served_and_then_the_rate_holds() {
        let (mut buckets, start) = (Buckets::new(RATE), Instant::now());
        let mut served = |half_seconds: u32| {
            let now = start + Duration::from_millis(500) * half_seconds;
            (0..10).filter(|_| buckets.take("one", now)).count()
        };
        assert_eq!(
            [served(0), served(0), served(1), served(2), served(100)],
            [3, 0, 1, 1, 3]
        );
    }

    #[test]
    fn one_key_takes_nothing_from_another_and_memory_is_bounded() {
        let (mut buckets, now) = (Buckets::new(RATE), Instant::now());
        buckets.remembered = 8;
        for key in 0..1_000 {
            assert!(buckets.take(key, now));
            assert!(buckets.buckets.len() <= 8);
        }
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let same = |one: &str, other: &str| {
            let place = |text: &str| neighbourhood(text.parse().expect("an address"));
            place(one) == place(other)
        };
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
