//! Who is here and how often everybody asked, in bounded space.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Limits, Rate};

/// Addresses remembered; who is forgotten starts with a full allowance.
const REMEMBERED: usize = 16_384;

/// As what somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Connection,
    Listener,
}

/// Everybody who is connected or asked a while ago.
#[derive(Debug)]
pub(super) struct Visitors {
    limits: Limits,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// By role.
    present: [usize; 2],
    by_address: HashMap<IpAddr, Visitor>,
}

/// What is known of one address.
#[derive(Clone, Copy, Debug)]
struct Visitor {
    /// By role.
    present: [usize; 2],
    /// Requests it may still send at once, and since when that is so.
    left: f64,
    at: Instant,
}

/// A connection or a listener, which counts as long as this lives.
#[derive(Debug)]
pub(super) struct Present {
    visitors: Arc<Visitors>,
    address: IpAddr,
    role: Role,
}

impl Visitors {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            table: Mutex::default(),
        }
    }

    /// Counts somebody in, if there is room.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, role: Role) -> Option<Present> {
        let limits = &self.limits;
        let (most, most_here) = match role {
            Role::Connection => (limits.connections, limits.connections_per_address),
            Role::Listener => (limits.listeners, limits.listeners_per_address),
        };
        let mut table = self.table();
        let all = table.present[role as usize];
        let visitor = table.visitor(address, limits.requests_per_address);
        if all >= most || visitor.present[role as usize] >= most_here {
            return None;
        }
        visitor.present[role as usize] += 1;
        table.present[role as usize] += 1;
        Some(Present {
            visitors: Arc::clone(self),
            address,
            role,
        })
    }

    /// Takes one request out of an address's allowance, or says how long to wait for the next.
    pub(super) fn ask(&self, address: IpAddr) -> Result<(), Duration> {
        let (rate, now) = (self.limits.requests_per_address, Instant::now());
        let mut table = self.table();
        let visitor = table.visitor(address, rate);
        visitor.left = visitor.after(rate, now);
        visitor.at = now;
        if visitor.left < 1.0 {
            let missing = (1.0 - visitor.left) / f64::from(rate.per_second.max(1));
            return Err(Duration::from_secs_f64(missing));
        }
        visitor.left -= 1.0;
        Ok(())
    }

    /// How many are here.
    pub(super) fn present(&self, role: Role) -> usize {
        self.table().present[role as usize]
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn visitor(&mut self, address: IpAddr, rate: Rate) -> &mut Visitor {
        let now = Instant::now();
        if self.by_address.len() >= REMEMBERED && !self.by_address.contains_key(&address) {
            self.forget(rate, now);
        }
        self.by_address.entry(address).or_insert(Visitor {
            present: [0, 0],
            left: rate.burst.into(),
            at: now,
        })
    }

    /// Who is away and has his full allowance again need not be remembered. When nobody is like
    /// that, a flood of addresses is under way, and half of those that are away go, whichever.
    fn forget(&mut self, rate: Rate, now: Instant) {
        self.by_address.retain(|_, visitor| {
            visitor.is_here() || visitor.after(rate, now) < f64::from(rate.burst)
        });
        if self.by_address.len() >= REMEMBERED {
            let mut odd = false;
            self.by_address.retain(|_, visitor| {
                odd = !odd;
                visitor.is_here() || odd
            });
        }
    }
}

impl Visitor {
    const fn is_here(&self) -> bool {
        self.present[0] + self.present[1] > 0
    }

    fn after(&self, rate: Rate, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        let filled = self.left + since * f64::from(rate.per_second);
        filled.min(f64::from(rate.burst))
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut table = self.visitors.table();
        table.present[self.role as usize] -= 1;
        // Whoever is here is never forgotten.
        if let Some(visitor) = table.by_address.get_mut(&self.address) {
            visitor.present[self.role as usize] -= 1;
        }
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
    use super::*;

    fn visitors(rate: Rate) -> Arc<Visitors> {
        Arc::new(Visitors::new(Limits {
            connections: 3,
            connections_per_address: 2,
            listeners: 1,
            requests_per_address: rate,
            ..Limits::default()
        }))
    }

    const RATE: Rate = Rate {
        burst: 2,
        per_second: 1,
    };

    fn address(last: u32) -> IpAddr {
        IpAddr::from((0x0a00_0000 + last).to_be_bytes())
    }

    #[tokio::test(start_paused = true)]
    async fn an_allowance_fills_again_and_says_when() {
        let visitors = visitors(RATE);
        let here = address(1);
        assert_eq!([visitors.ask(here), visitors.ask(here)], [Ok(()), Ok(())]);
        assert_eq!(visitors.ask(here), Err(Duration::from_secs(1)));
        assert_eq!(visitors.ask(address(2)), Ok(()), "others have their own");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(visitors.ask(here), Ok(()));
        assert!(visitors.ask(here).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_free_again_when_its_guest_has_left() {
        let visitors = visitors(RATE);
        let enter = |last| visitors.enter(address(last), Role::Connection);
        let (first, second) = (enter(1), enter(1));
        assert!(first.is_some() && second.is_some());
        assert!(enter(1).is_none(), "two at one address");
        let third = enter(2);
        assert!(third.is_some() && enter(3).is_none(), "three in all");
        drop((first, second, third));
        assert!(enter(1).is_some() && visitors.present(Role::Connection) == 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_addresses_takes_no_more_than_its_space_and_forgets_nobody_who_is_here() {
        let visitors = visitors(RATE);
        let here = visitors.enter(address(0), Role::Listener);
        for last in 1..200_000 {
            assert_eq!(visitors.ask(address(last)), Ok(()));
        }
        assert!(visitors.table().by_address.len() <= REMEMBERED);
        assert!(visitors.enter(address(1), Role::Listener).is_none());
        drop(here);
        assert_eq!(visitors.present(Role::Listener), 0);
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let place = |text: &str| neighbourhood(text.parse().expect("an address"));
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:10.0.0.1"), place("10.0.0.1"));
    }
}
