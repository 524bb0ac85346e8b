//! What a round cost in requests, by server.

use std::collections::BTreeMap;

use axonry_http::{Counters, HostCounters};
use serde::Serialize;

/// Requests made in a round.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Requests {
    pub(crate) chain: u64,
    pub(crate) http: u64,
    /// How the HTTP requests fared, all servers together.
    pub(crate) traffic: Traffic,
    /// Connections opened for them since the start of the program.
    pub(crate) connections: u64,
    /// The same by `host:port`.
    pub(crate) hosts: BTreeMap<String, Traffic>,
}

/// What HTTP requests cost beside their number.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Traffic {
    requests: u64,
    retries: u64,
    rate_limited: u64,
    waits: u64,
    limiter_sleep_ms: u64,
    wire_bytes: u64,
    decoded_bytes: u64,
    cache_hits: u64,
    coalesced: u64,
}

impl Requests {
    pub(crate) fn of(chain: u64, http: &Counters) -> Self {
        let total = http.total();
        let hosts = http.hosts.iter();
        Self {
            chain,
            http: total.requests,
            traffic: Traffic::of(&total),
            connections: http.connections,
            hosts: hosts
                .map(|(host, counters)| (host.clone(), Traffic::of(counters)))
                .collect(),
        }
    }

    pub(crate) fn since(&self, before: &Self) -> Self {
        let old = |host: &String| before.hosts.get(host).copied().unwrap_or_default();
        let hosts = self.hosts.iter();
        Self {
            chain: self.chain.saturating_sub(before.chain),
            http: self.http.saturating_sub(before.http),
            traffic: self.traffic.since(before.traffic),
            connections: self.connections,
            hosts: hosts
                .map(|(host, now)| (host.clone(), now.since(old(host))))
                .collect(),
        }
    }
}

impl Traffic {
    fn of(counters: &HostCounters) -> Self {
        Self {
            requests: counters.requests,
            retries: counters.retries,
            rate_limited: counters.rate_limited,
            waits: counters.waits,
            limiter_sleep_ms: u64::try_from(counters.waited.as_millis()).unwrap_or(u64::MAX),
            wire_bytes: counters.wire_bytes,
            decoded_bytes: counters.decoded_bytes,
            cache_hits: counters.cache_hits,
            coalesced: counters.coalesced,
        }
    }

    const fn since(self, old: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(old.requests),
            retries: self.retries.saturating_sub(old.retries),
            rate_limited: self.rate_limited.saturating_sub(old.rate_limited),
            waits: self.waits.saturating_sub(old.waits),
            limiter_sleep_ms: self.limiter_sleep_ms.saturating_sub(old.limiter_sleep_ms),
            wire_bytes: self.wire_bytes.saturating_sub(old.wire_bytes),
            decoded_bytes: self.decoded_bytes.saturating_sub(old.decoded_bytes),
            cache_hits: self.cache_hits.saturating_sub(old.cache_hits),
            coalesced: self.coalesced.saturating_sub(old.coalesced),
        }
    }
}
