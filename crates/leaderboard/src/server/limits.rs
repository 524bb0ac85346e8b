use std::time::Duration;

/// What a leaderboard takes on.
///
/// The defaults serve some hundred people on a small machine, and leave the validator beside it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address (one /64 for IPv6).
    pub connections_per_address: usize,
    /// Requests from one address.
    pub requests_per_address: Rate,
    /// Listeners for new rounds at once; each of them has a connection, too.
    pub listeners: usize,
    /// Listeners at once from one address.
    pub listeners_per_address: usize,
    /// After how long a silence a listener is told that the server is still there.
    pub heartbeat: Duration,
    /// After how long a listener is sent home, to come back if it is still there.
    pub listening: Duration,
    /// Headers of one request.
    pub headers: usize,
    /// Bytes of the headers of one request, and of the buffer of its connection; 8,192 at least.
    pub header_bytes: usize,
    /// How long the headers of a request may take to arrive, counted from the last answer: a
    /// connection that asks nothing for this long is closed.
    pub header_time: Duration,
    /// How long a connection may take none of what is sent.
    pub stall: Duration,
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
        Self {
            connections: 1_024,
            connections_per_address: 64,
            requests_per_address: Rate {
                burst: 200,
                per_second: 50,
            },
            listeners: 600,
            listeners_per_address: 32,
            heartbeat: Duration::from_secs(15),
            listening: Duration::from_secs(3_600),
            headers: 64,
            header_bytes: 16 * 1_024,
            header_time: Duration::from_secs(15),
            stall: Duration::from_secs(20),
        }
    }
}
