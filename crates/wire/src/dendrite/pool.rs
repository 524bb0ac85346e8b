//! Connections, kept for a while. Each has a uuid of its own: requests on one connection arrive in
//! order, so that nonces under its uuid increase at the other end too.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::CallError;
use super::socket::Socket;
use super::times::Times;

/// Bytes of an answer's headers, trailers included.
const HEAD_AT_MOST: usize = 64 << 10;

/// A connection to one axon that is free to be used.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) requests: SendRequest<Full<Bytes>>,
    pub(super) uuid: String,
    pub(super) times: Arc<Times>,
    _driver: AbortOnDropHandle<()>,
}

/// Connections without a request, by address.
#[derive(Debug)]
pub(super) struct Pool {
    idle: Duration,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_address: HashMap<SocketAddr, Vec<(Instant, Connection)>>,
    count: usize,
}

impl Pool {
    pub(super) fn new(idle: Duration, most: usize) -> Self {
        Self {
            idle,
            most,
            kept: Mutex::default(),
        }
    }

    /// A connection that is kept and still open, the one last used.
    pub(super) fn take(&self, address: SocketAddr) -> Option<Connection> {
        let now = Instant::now();
        let mut kept = self.kept();
        let Kept { by_address, count } = &mut *kept;
        let here = by_address.get_mut(&address)?;
        let found = loop {
            let Some((since, connection)) = here.pop() else {
                break None;
            };
            *count -= 1;
            if now - since < self.idle && connection.requests.is_ready() {
                break Some(connection);
            }
        };
        if here.is_empty() {
            by_address.remove(&address);
        }
        found
    }

    /// Keeps a connection for the next request.
    pub(super) fn keep(&self, address: SocketAddr, connection: Connection) {
        if !connection.requests.is_ready() {
            return;
        }
        let now = Instant::now();
        let mut kept = self.kept();
        if kept.count >= self.most {
            kept.forget(|since| now - since < self.idle);
        }
        if kept.count < self.most {
            kept.count += 1;
            let here = kept.by_address.entry(address).or_default();
            here.push((now, connection));
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, keep: impl Fn(Instant) -> bool) {
        self.by_address.retain(|_, here| {
            here.retain(|(since, _)| keep(*since));
            !here.is_empty()
        });
        self.count = self.by_address.values().map(Vec::len).sum();
    }
}

/// A new connection, until then or not at all.
pub(super) async fn connect(address: SocketAddr, until: Instant) -> Result<Connection, CallError> {
    let failed = |source| CallError::Connect { address, source };
    let stream = match timeout_at(until, TcpStream::connect(address)).await {
        Ok(stream) => stream.map_err(failed)?,
        Err(_) => return Err(failed(std::io::ErrorKind::TimedOut.into())),
    };
    let socket = Socket::new(stream);
    let times = socket.times();
    let (requests, driver) = http1::Builder::new()
        .max_header_size(HEAD_AT_MOST)
        .handshake(TokioIo::new(socket))
        .await
        .map_err(|source| CallError::Broken { address, source })?;
    let driver = async {
        // How it ends, the request on it learns.
        let _ = driver.await;
    };
    Ok(Connection {
        requests,
        uuid: uuid(),
        times,
        _driver: AbortOnDropHandle::new(tokio::spawn(driver)),
    })
}

/// A random one, as text.
fn uuid() -> String {
    let mut bytes = [0; 16];
    // Without randomness the address of a local and the time would have to do; a system that has
    // none cannot sign either.
    getrandom::fill(&mut bytes).expect("a system that can sign has random bytes");
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    let part = |range: std::ops::Range<usize>| &digits[range];
    let parts = [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ];
    parts.join("-")
}
