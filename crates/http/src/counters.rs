//! What a client has done so far.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A client's counts, per host, since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Counts by `host:port`.
    pub hosts: BTreeMap<String, HostCounters>,
    /// Connections opened, to all hosts together.
    pub connections: u64,
}

impl Counters {
    /// All hosts together.
    #[must_use]
    pub fn total(&self) -> HostCounters {
        let mut total = HostCounters::default();
        for host in self.hosts.values() {
            total += *host;
        }
        total
    }
}

/// The counts of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostCounters {
    /// Requests sent: first attempts, retries and redirects.
    pub requests: u64,
    /// Of these, attempts after a failed one.
    pub retries: u64,
    /// Answers that asked to slow down.
    pub rate_limited: u64,
    /// Answers that the server said have not changed, served from what was kept.
    pub cache_hits: u64,
    /// Calls that were answered by an equal one under way, without a request of their own.
    pub coalesced: u64,
    /// Requests that had to wait for the quota or a pause.
    pub waits: u64,
    /// How long they waited, added up.
    pub waited: Duration,
    /// Body bytes received, as sent by the server.
    pub wire_bytes: u64,
    /// Body bytes after decompression.
    pub decoded_bytes: u64,
}

impl AddAssign for HostCounters {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.rate_limited += other.rate_limited;
        self.cache_hits += other.cache_hits;
        self.coalesced += other.coalesced;
        self.waits += other.waits;
        self.waited += other.waited;
        self.wire_bytes += other.wire_bytes;
        self.decoded_bytes += other.decoded_bytes;
    }
}

/// The counts of one host as they grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) requests: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) rate_limited: AtomicU64,
    pub(crate) cache_hits: AtomicU64,
    pub(crate) coalesced: AtomicU64,
    waits: AtomicU64,
    waited_micros: AtomicU64,
    wire_bytes: AtomicU64,
    decoded_bytes: AtomicU64,
}

impl Tally {
    pub(crate) fn waited(&self, time: Duration) {
        self.waits.fetch_add(1, Relaxed);
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Relaxed);
    }

    pub(crate) fn body(&self, wire: u64, decoded: u64) {
        self.wire_bytes.fetch_add(wire, Relaxed);
        self.decoded_bytes.fetch_add(decoded, Relaxed);
    }

    pub(crate) fn read(&self) -> HostCounters {
        HostCounters {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            rate_limited: self.rate_limited.load(Relaxed),
            cache_hits: self.cache_hits.load(Relaxed),
            coalesced: self.coalesced.load(Relaxed),
            waits: self.waits.load(Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Relaxed)),
            wire_bytes: self.wire_bytes.load(Relaxed),
            decoded_bytes: self.decoded_bytes.load(Relaxed),
        }
    }
}
