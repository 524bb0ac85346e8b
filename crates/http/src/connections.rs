//! How many connections there are, counted and bounded where they are opened.
//!
//! The transport's pool gets a connection back a moment after its body has ended. A request that
//! asks in that moment finds none and would open another, so that under load some 25 connections
//! serve 16 requests. Here such a dial waits for what it is waiting for anyway: the request it was
//! meant for is served by a connection that came back, and the dial is given up.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::header::{CONNECTION, HeaderMap};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tower_layer::Layer;
use tower_service::Service;

/// How long a dial beyond the bound waits for a connection to come back. One that has not by then
/// was closed by the server without a word, and is replaced.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long the pool keeps a connection that nobody uses.
pub(crate) const IDLE: Duration = Duration::from_secs(60);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

tokio::task_local! {
    /// For which request a connection is being looked for in this task.
    static ASKING: Arc<Asking>;
}

/// The connections of one host, as far as can be told from outside the pool.
#[derive(Debug)]
pub(crate) struct Connections {
    bound: usize,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    open: usize,
    /// When none of them is expected to be open any more, unless one is used before.
    stale: Instant,
}

impl Connections {
    pub(crate) fn new(bound: usize) -> Self {
        let stale = Instant::now();
        Self {
            bound,
            known: Mutex::new(Known { open: 0, stale }),
        }
    }

    /// Notes that the server answered over one of them.
    pub(crate) fn answered(&self, headers: &HeaderMap) {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let closing =
            text(CONNECTION.as_str()).is_some_and(|said| said.eq_ignore_ascii_case("close"));
        let kept = text("keep-alive").and_then(kept_alive).unwrap_or(IDLE);
        let mut known = self.known();
        known.stale = Instant::now() + kept.min(IDLE);
        known.open -= usize::from(closing && known.open > 0);
    }

    /// Notes that one of them cannot be used again.
    pub(crate) fn broken(&self) {
        let mut known = self.known();
        known.open = known.open.saturating_sub(1);
    }

    /// Takes a place for another one, when there is one.
    fn place(self: &Arc<Self>) -> Option<Dial> {
        let mut known = self.known();
        if Instant::now() > known.stale {
            known.open = 0;
        }
        (known.open < self.bound).then(|| {
            known.open += 1;
            // What is being opened is not stale.
            known.stale = known.stale.max(Instant::now() + IDLE);
            Dial {
                place: Some(Arc::clone(self)),
            }
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads `timeout=5, max=1000`; some of it is used up on the way.
fn kept_alive(value: &str) -> Option<Duration> {
    let seconds = value
        .split(',')
        .find_map(|part| part.trim().strip_prefix("timeout="))?;
    let seconds: u64 = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.saturating_sub(1)))
}

/// A connection being opened; given up, it leaves its place to another.
struct Dial {
    place: Option<Arc<Connections>>,
}

impl Dial {
    fn connected(mut self) {
        self.place = None;
    }
}

impl Drop for Dial {
    fn drop(&mut self) {
        if let Some(connections) = &self.place {
            connections.broken();
        }
    }
}

/// A request that looks for a connection.
#[derive(Debug)]
struct Asking {
    connections: Arc<Connections>,
    /// Closed as soon as the request has its answer, or gives up.
    needed: Semaphore,
}

/// Ends the search for a connection when dropped.
struct Need(Arc<Asking>);

impl Drop for Need {
    fn drop(&mut self) {
        self.0.needed.close();
    }
}

/// Runs `exchange` with a connection of these.
pub(crate) async fn over<F: Future>(connections: &Arc<Connections>, exchange: F) -> F::Output {
    let asking = Arc::new(Asking {
        connections: Arc::clone(connections),
        needed: Semaphore::new(0),
    });
    let need = Need(Arc::clone(&asking));
    let outcome = ASKING.scope(asking, exchange).await;
    drop(need);
    outcome
}

/// A layer around the transport's connector.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened(Arc<AtomicU64>);

impl Opened {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl<S> Layer<S> for Opened {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector,
            opened: self.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Counted<S> {
    connector: S,
    opened: Opened,
}

impl<S, Target> Service<Target> for Counted<S>
where
    S: Service<Target, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        // Nothing is dialled before the future is polled, so it may wait first.
        let connection = self.connector.call(target);
        let opened = self.opened.clone();
        let asking = ASKING.try_with(Arc::clone).ok();
        Box::pin(async move {
            let dial = match &asking {
                Some(asking) => asking.dial().await?,
                None => None,
            };
            let connection = connection.await?;
            opened.0.fetch_add(1, Relaxed);
            if let Some(dial) = dial {
                dial.connected();
            }
            Ok(connection)
        })
    }
}

impl Asking {
    /// Waits for a place to open a connection in. None: one is to be opened in place of one that
    /// is evidently gone.
    async fn dial(&self) -> Result<Option<Dial>, BoxError> {
        if let Some(dial) = self.connections.place() {
            return Ok(Some(dial));
        }
        match timeout(PATIENCE, self.needed.acquire()).await {
            Ok(_closed) => Err("served by a connection that came back".into()),
            Err(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn places_come_back_when_connections_go() {
        let connections = Arc::new(Connections::new(2));
        let (one, other) = (connections.place().unwrap(), connections.place().unwrap());
        assert!(connections.place().is_none());
        drop(one);
        connections.place().unwrap().connected();
        other.connected();
        assert!(connections.place().is_none(), "two are open");

        let closing = HeaderMap::from_iter([(CONNECTION, HeaderValue::from_static("close"))]);
        connections.answered(&closing);
        connections.place().unwrap().connected();
        assert!(connections.place().is_none());

        advance(IDLE + Duration::from_secs(1)).await;
        assert!(connections.place().is_some(), "the pool has closed both");
    }

    #[test]
    fn servers_say_how_long_they_keep_a_connection() {
        let seconds = |text| kept_alive(text).map(|kept| kept.as_secs());
        assert_eq!(seconds("timeout=5"), Some(4));
        assert_eq!(seconds("max=100, timeout=75"), Some(74));
        assert_eq!(seconds("max=100"), None);
    }
}
