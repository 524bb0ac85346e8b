use std::time::Duration;

/// What an axon takes on, before it knows who asks.
///
/// The defaults serve a few hundred callers on a small machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. A further one takes the place of the oldest on which nothing has been
    /// asked yet that was believed, if there is one.
    pub connections: usize,
    /// Connections at once from one address (one /64 for IPv6).
    pub connections_per_address: usize,
    /// Requests from one address.
    pub requests_per_address: Rate,
    /// Requests that one address says are from one hotkey, and requests that one hotkey signed.
    pub requests_per_hotkey: Rate,
    /// Requests in handlers at once; more wait, those of higher priority first.
    pub at_work: usize,
    /// Requests that wait; more are refused.
    pub waiting: usize,
    /// Headers of one request.
    pub headers: usize,
    /// Bytes of the headers of one request, and of the buffer of its connection.
    pub header_bytes: usize,
    /// How long the headers of a request may take to arrive, counted from the last answer: a
    /// connection that asks nothing for this long is closed.
    pub header_time: Duration,
    /// How long the body may take to arrive.
    pub body_time: Duration,
    /// How long an answer may wait for the caller to read it. Reading earns the time back, at
    /// 1 KiB a second.
    pub answer_time: Duration,
    /// Nonces remembered.
    pub nonces: usize,
}

/// So many at once, and so many a second on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once, after a pause.
    pub burst: u32,
    /// A second, on average.
    pub per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = Rate {
            burst: 200,
            per_second: 50,
        };
        Self {
            connections: 1_024,
            connections_per_address: 16,
            requests_per_address: rate,
            requests_per_hotkey: rate,
            at_work: 64,
            waiting: 1_024,
            headers: 100,
            header_bytes: 16 * 1_024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            answer_time: Duration::from_secs(10),
            nonces: 65_536,
        }
    }
}
