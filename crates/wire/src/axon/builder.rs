use std::collections::HashMap;
use std::sync::Arc;

use axonry_core::Hotkey;
use bytes::Bytes;
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::pipeline::{Clock, Handler, Pipeline, Served};
use super::{Axon, Failure, Limits, Route, connection};
use crate::nonce::now;
use crate::{Caller, Ping, Roster, Synapse};

/// From here on parsing takes a millisecond, and no longer happens on the threads that serve.
const LARGE: usize = 256 << 10;

/// Settings of an [`Axon`] that is not there yet.
pub struct AxonBuilder {
    hotkey: Hotkey,
    served: HashMap<&'static str, Served>,
    limits: Limits,
    roster: watch::Receiver<Arc<Roster>>,
    clock: Clock,
}

impl AxonBuilder {
    pub(super) fn new(hotkey: Hotkey) -> Self {
        let there = Self {
            hotkey,
            served: HashMap::new(),
            limits: Limits::default(),
            roster: watch::channel(Arc::default()).1,
            clock: Arc::new(now),
        };
        there.route::<Ping, _, _>(Route::strict(), |_, nothing| async move { Ok(nothing) })
    }

    /// Answers a synapse by a handler. Of two handlers for one name the later one stays.
    ///
    /// A handler that panics, or takes longer than its route allows, fails its own request only.
    #[must_use]
    pub fn route<S, H, F>(mut self, route: Route, handler: H) -> Self
    where
        S: Synapse,
        H: Fn(Caller, S::Request) -> F + Send + Sync + 'static,
        F: Future<Output = Result<S::Response, Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let on_bytes: Handler = Arc::new(move |caller, body: Bytes| {
            let handler = Arc::clone(&handler);
            async move {
                let response = handler(caller, read(body).await?).await?;
                serde_json::to_vec(&response).map_err(|_| Failure::UNPRINTABLE)
            }
            .boxed()
        });
        let served = Served {
            name: S::NAME,
            hashed: S::HASHED,
            route,
            handler: on_bytes,
        };
        self.served.insert(S::NAME, served);
        self
    }

    /// What it takes on.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where callers' standings come from: always the newest value is used.
    #[must_use]
    pub fn roster(mut self, roster: watch::Receiver<Arc<Roster>>) -> Self {
        self.roster = roster;
        self
    }

    /// What time it is, in nanoseconds since 1970; the system's clock if nothing else is said.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Serves on a listener, from now on and within the runtime of the caller.
    ///
    /// # Errors
    /// When the listener has no address any more.
    pub fn serve(self, listener: TcpListener) -> std::io::Result<Axon> {
        let address = listener.local_addr()?;
        let Self {
            hotkey,
            served,
            limits,
            roster,
            clock,
        } = self;
        let pipeline = Pipeline::new(hotkey, served, roster, clock, &limits);
        let pipeline = Arc::new(pipeline);
        let counters = Arc::clone(&pipeline.counters);
        let (draining, connections) = (CancellationToken::new(), TaskTracker::new());
        let accepting = connection::accept(
            listener,
            pipeline,
            limits,
            draining.clone(),
            connections.clone(),
        );
        Ok(Axon {
            address,
            counters,
            draining,
            connections,
            accepting: AbortOnDropHandle::new(tokio::spawn(accepting)),
        })
    }
}

/// Reads a request; a large one where it holds nobody up.
async fn read<T: DeserializeOwned + Send + 'static>(body: Bytes) -> Result<T, Failure> {
    let parse = |body: &[u8]| serde_json::from_slice(body).map_err(|_| Failure::NOT_JSON);
    if body.len() < LARGE {
        return parse(&body);
    }
    let reading = tokio::task::spawn_blocking(move || parse(&body));
    reading.await.unwrap_or(Err(Failure::NOT_JSON))
}

impl std::fmt::Debug for AxonBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AxonBuilder")
            .field("hotkey", &self.hotkey)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
