//! What a client keeps for each host it asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};
use url::{Host as Name, Url};

use crate::budget::RetryBudget;
use crate::connections::Connections;
use crate::counters::{HostCounters, Tally};
use crate::limiter::{Held, Limiter, Place};
use crate::quota::Quota;
use crate::request::Account;

/// Accounts remembered of one host at most, unless more are in use: those of some rounds.
const ACCOUNTS: usize = 1024;

/// One host and port: its gates, its share of concurrency, its budget, its counts.
#[derive(Debug)]
pub(crate) struct Host {
    /// What it allows this machine.
    limiter: Arc<Limiter>,
    /// What it allows the owner of a secret.
    accounts: Mutex<BTreeMap<u64, Arc<Limiter>>>,
    at_once: Semaphore,
    pub(crate) connections: Arc<Connections>,
    pub(crate) budget: RetryBudget,
    pub(crate) tally: Tally,
}

/// Leave to have one exchange with a host.
pub(crate) struct Leave<'a> {
    pub(crate) place: Place,
    /// Kept for as long as the body takes.
    _at_once: SemaphorePermit<'a>,
}

impl Host {
    /// Waits for a share of concurrency, then for a place in the quota: in this order, as a place
    /// is counted from the moment it is given.
    pub(crate) async fn leave(
        &self,
        account: Option<Account>,
        deadline: Instant,
    ) -> Result<Leave<'_>, Held> {
        let gate = self.gate(account);
        // Whoever has to wait for its own account must not keep a share from those who need not.
        while let Some(pause) = gate.paused_for() {
            if Instant::now() + pause > deadline {
                return Err(Held::Paused(pause));
            }
            self.tally.waited(pause);
            sleep(pause).await;
        }
        let at_once = timeout_at(deadline, self.at_once.acquire())
            .await
            .map_err(|_| Held::TooLate)?
            .expect("the semaphore is never closed");
        let asked = Instant::now();
        let place = gate.place(deadline).await;
        let waited = asked.elapsed();
        if waited > Duration::from_millis(1) {
            self.tally.waited(waited);
        }
        Ok(Leave {
            place: place?,
            _at_once: at_once,
        })
    }

    /// The gate that an account passes, or this machine.
    pub(crate) fn gate(&self, account: Option<Account>) -> Arc<Limiter> {
        let Some(account) = account else {
            return Arc::clone(&self.limiter);
        };
        let mut accounts = self.accounts.lock().expect("no one panics with the gates");
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(&account.key) {
            // One that nobody passes and that is not shut has nothing to remember.
            accounts.retain(|_, gate| Arc::strong_count(gate) > 1 || gate.paused_for().is_some());
        }
        let gate = accounts
            .entry(account.key)
            .or_insert_with(|| Arc::new(Limiter::new(account.quota)));
        Arc::clone(gate)
    }
}

/// The hosts asked so far, and the quotas of those to come.
#[derive(Debug)]
pub(crate) struct Hosts {
    pub(crate) quotas: BTreeMap<String, Quota>,
    pub(crate) default_quota: Option<Quota>,
    pub(crate) at_once: usize,
    known: Mutex<BTreeMap<String, Arc<Host>>>,
}

impl Hosts {
    pub(crate) fn new(
        quotas: BTreeMap<String, Quota>,
        default_quota: Option<Quota>,
        at_once: usize,
    ) -> Self {
        Self {
            quotas,
            default_quota,
            at_once,
            known: Mutex::default(),
        }
    }

    pub(crate) fn of(&self, url: &Url) -> Arc<Host> {
        let name = url.host_str().unwrap_or_default();
        let key = format!("{name}:{}", url.port_or_known_default().unwrap_or_default());
        let mut known = self.known.lock().expect("no one panics with the hosts");
        let host = known.entry(key).or_insert_with_key(|key| {
            Arc::new(Host {
                limiter: Arc::new(Limiter::new(self.quota(key, url))),
                accounts: Mutex::default(),
                at_once: Semaphore::new(self.at_once),
                connections: Arc::new(Connections::new(self.at_once)),
                budget: RetryBudget::new(),
                tally: Tally::default(),
            })
        });
        Arc::clone(host)
    }

    /// The most exact setting wins. A default is about other people's servers, so it leaves out
    /// this machine.
    fn quota(&self, key: &str, url: &Url) -> Option<Quota> {
        let name = url.host_str().unwrap_or_default();
        let set = self.quotas.get(key).or_else(|| self.quotas.get(name));
        set.copied()
            .or(self.default_quota.filter(|_| !is_loopback(url)))
    }

    pub(crate) fn counters(&self) -> BTreeMap<String, HostCounters> {
        let known = self.known.lock().expect("no one panics with the hosts");
        known
            .iter()
            .map(|(key, host)| (key.clone(), host.tally.read()))
            .collect()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Name::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Name::Ipv4(ip)) => ip.is_loopback(),
        Some(Name::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_its_own_gate_and_idle_ones_are_forgotten() {
        let hosts = Hosts::new(BTreeMap::new(), None, 1);
        let host = hosts.of(&Url::parse("http://host/").unwrap());
        let account = |key| Some(Account { key, quota: None });
        let used = host.gate(account(0));
        assert!(Arc::ptr_eq(&used, &host.gate(account(0))));
        assert!(!Arc::ptr_eq(&used, &host.gate(account(1))));
        assert!(!Arc::ptr_eq(&used, &host.gate(None)));
        for key in 0..5000 {
            host.gate(account(key));
        }
        assert!(host.accounts.lock().unwrap().len() <= ACCOUNTS);
        assert!(Arc::ptr_eq(&used, &host.gate(account(0))), "in use");
    }

    #[test]
    fn the_most_exact_quota_wins_and_loopback_has_no_default() {
        let per = |n| Quota::per(n, Duration::from_secs(1));
        let quotas = [("a.example", 1), ("a.example:8080", 2), ("127.0.0.1", 3)];
        let quotas = quotas.map(|(name, n)| (name.to_owned(), per(n)));
        let hosts = Hosts::new(quotas.into(), Some(per(9)), 1);
        for (url, quota, why) in [
            ("https://a.example/x", Some(1), "by name"),
            ("https://A.example:8080/x", Some(2), "by name and port"),
            ("https://b.example/x", Some(9), "the default"),
            ("http://127.0.0.1:1/x", Some(3), "set for this machine"),
            ("http://127.0.0.2:1/x", None, "this machine"),
            ("http://[::1]:1/x", None, "this machine"),
            ("http://localhost:1/x", None, "this machine"),
        ] {
            let host = hosts.of(&Url::parse(url).unwrap());
            assert_eq!(host.limiter.quota(), quota.map(per), "{why}: {url}");
        }
    }
}
