use std::collections::HashMap;
use std::sync::Arc;

use axonry_core::Hotkey;
use bytes::Bytes;
use futures_util::{FutureExt, Stream};
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::elsewhere::elsewhere;
use super::pipeline::{Clock, Handler, Pipeline, Said, Served};
use super::streaming::pieces;
use super::{Axon, Failure, Limits, Route, connection};
use crate::nonce::now;
use crate::{Caller, Ping, Roster, Synapse};

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
    pub fn route<S, H, F>(self, route: Route, handler: H) -> Self
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
                let json = serde_json::to_vec(&response).map_err(|_| Failure::UNPRINTABLE)?;
                Ok(Said::Whole(json))
            }
            .boxed()
        });
        self.serves::<S>(route, on_bytes)
    }

    /// Answers a synapse piece by piece, by a handler that gives a stream: what SDK 10 calls a
    /// streaming synapse. How pieces are to be read is the synapse's own affair.
    ///
    /// The next piece is asked for when there is room to send it, so that a caller who is slow to
    /// read holds the handler up and not the memory. A stream that fails, panics or takes longer
    /// than its route allows is broken off, which the caller can tell from its end; when the caller
    /// leaves, the stream is dropped.
    ///
    /// ```
    /// use axonry_wire::{Axon, Caller, Failure, Nothing, Ping, Route};
    /// use bytes::Bytes;
    /// use futures_util::stream;
    ///
    /// # fn example(hotkey: axonry_core::Hotkey) -> axonry_wire::AxonBuilder {
    /// Axon::builder(hotkey).route_stream::<Ping, _, _, _>(
    ///     Route::strict(),
    ///     |_: Caller, _: Nothing| async {
    ///         let words = ["one ", "word ", "after ", "the ", "other"];
    ///         Ok(stream::iter(words.map(|word| Ok::<_, Failure>(Bytes::from(word)))))
    ///     },
    /// )
    /// # }
    /// ```
    #[must_use]
    pub fn route_stream<S, H, F, P>(self, route: Route, handler: H) -> Self
    where
        S: Synapse,
        H: Fn(Caller, S::Request) -> F + Send + Sync + 'static,
        F: Future<Output = Result<P, Failure>> + Send + 'static,
        P: Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let on_bytes: Handler = Arc::new(move |caller, body: Bytes| {
            let handler = Arc::clone(&handler);
            async move {
                let stream = handler(caller, read(body).await?).await?;
                Ok(Said::Pieces(pieces(stream)))
            }
            .boxed()
        });
        self.serves::<S>(route, on_bytes)
    }

    fn serves<S: Synapse>(mut self, route: Route, handler: Handler) -> Self {
        let served = Served {
            name: S::NAME,
            hashed: S::HASHED,
            route,
            handler,
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
    /// How many connections may wait to be taken is the listener's: `tokio::net::TcpSocket::listen`
    /// says it, `TcpListener::bind` chooses few for an axon that many ask at once.
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

async fn read<T: DeserializeOwned + Send + 'static>(body: Bytes) -> Result<T, Failure> {
    let body_length = body.len();
    let parse = move || serde_json::from_slice(&body).map_err(|_| Failure::NOT_JSON);
    elsewhere(body_length, parse).await
}

impl std::fmt::Debug for AxonBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AxonBuilder")
            .field("hotkey", &self.hotkey)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
