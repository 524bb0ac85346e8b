use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axonry_core::BlockHash;
use serde::de::DeserializeOwned;
use subxt::ext::jsonrpsee::core::client::{ClientT, Error as RpcError};
use subxt::ext::jsonrpsee::core::params::ArrayParams;
use subxt::ext::jsonrpsee::rpc_params;
use subxt::ext::jsonrpsee::ws_client::{PingConfig, WsClient, WsClientBuilder};
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info, warn};

use super::attempts::Attempts;
use super::{Patience, Shared};
use crate::endpoint::Endpoint;
use crate::rpc::Header;

/// The largest message taken: metadata of a large runtime is about a megabyte as JSON.
const LARGEST_MESSAGE: u32 = 32 * 1024 * 1024;

/// Notifications kept for a reader that is behind; one that falls further behind is cut off.
const NOTIFICATIONS_KEPT: usize = 1024;

/// Calls in flight at once on one connection.
const CALLS_AT_ONCE: usize = 4096;

/// How far a preferred endpoint may be behind the one in use to be returned to.
const BEHIND_AT_MOST: u64 = 2;

/// Whether there is a connection.
#[derive(Clone, Debug)]
pub(crate) enum State {
    Up {
        socket: Arc<WsClient>,
        /// Which connection since the start this is.
        generation: u64,
    },
    Down {
        reason: Arc<str>,
    },
}

impl State {
    pub(super) fn first(socket: WsClient) -> Self {
        Self::Up {
            socket: Arc::new(socket),
            generation: 1,
        }
    }

    /// The connection, if there is one other than `not`.
    fn other_than(&self, not: Option<u64>) -> Option<(Arc<WsClient>, u64)> {
        match self {
            Self::Up { socket, generation } if Some(*generation) != not => {
                Some((Arc::clone(socket), *generation))
            }
            _ => None,
        }
    }
}

impl Shared {
    /// Puts a connection in the place of the last one.
    fn put_up(&self, place: usize, socket: WsClient, generation: u64) {
        self.endpoints.choose(place);
        self.unanswered.store(0, Ordering::Relaxed);
        self.state.send_replace(State::Up {
            socket: Arc::new(socket),
            generation,
        });
    }

    /// Waits for a connection other than `lost`.
    pub(super) async fn connection_after(&self, lost: Option<u64>) -> (Arc<WsClient>, u64) {
        let mut states = self.state.subscribe();
        loop {
            if let Some(connection) = states.borrow_and_update().other_than(lost) {
                return connection;
            }
            states
                .changed()
                .await
                .expect("the sender is a field of the shared state borrowed here");
        }
    }
}

/// Opens one connection, within the time for it.
pub(super) async fn dial(endpoint: &Endpoint, patience: &Patience) -> Result<WsClient, Arc<str>> {
    let pings = PingConfig::new()
        .ping_interval(patience.ping)
        .inactive_limit(patience.silence);
    let dialling = WsClientBuilder::new()
        .max_request_size(LARGEST_MESSAGE)
        .max_response_size(LARGEST_MESSAGE)
        .max_buffer_capacity_per_subscription(NOTIFICATIONS_KEPT)
        .max_concurrent_requests(CALLS_AT_ONCE)
        .connection_timeout(patience.connect)
        // Our own deadline is the one that counts: it also runs while there is no connection.
        .request_timeout(patience.call.saturating_mul(2))
        .enable_ws_ping(pings)
        .set_tcp_no_delay(true)
        .build(endpoint.url());
    match timeout(patience.connect, dialling).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(error)) => Err(in_words(&error, endpoint)),
        Err(_) => Err(format!("no connection within {:?}", patience.connect).into()),
    }
}

/// Opens a connection to one of the endpoints and makes sure of its chain.
async fn dial_checked(shared: &Shared, place: usize) -> Result<WsClient, Arc<str>> {
    let endpoint = shared.endpoints.at(place);
    let socket = dial(endpoint, &shared.patience).await?;
    let Some(expected) = shared.endpoints.genesis.get() else {
        return Ok(socket);
    };
    let found: Option<BlockHash> =
        ask(&socket, shared, "chain_getBlockHash", rpc_params![0]).await?;
    match found {
        Some(found) if found == *expected => Ok(socket),
        found => Err(format!("it serves another chain: its genesis is {found:?}").into()),
    }
}

/// Asks on a connection that is nobody else's yet.
async fn ask<T: DeserializeOwned + Send>(
    socket: &WsClient,
    shared: &Shared,
    method: &'static str,
    params: ArrayParams,
) -> Result<T, Arc<str>> {
    shared.requests.count(method);
    match timeout(shared.patience.connect, socket.request(method, params)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(error.to_string().into()),
        Err(_) => Err(format!("no answer within {:?}", shared.patience.connect).into()),
    }
}

/// Opens a connection to an endpoint that is not behind the connection in use.
async fn dial_compared(
    shared: &Shared,
    place: usize,
    used: &WsClient,
) -> Result<WsClient, Arc<str>> {
    let socket = dial_checked(shared, place).await?;
    let theirs: Header = ask(&socket, shared, "chain_getHeader", rpc_params![]).await?;
    let ours: Header = ask(used, shared, "chain_getHeader", rpc_params![]).await?;
    match ours.number().0.saturating_sub(theirs.number().0) {
        0..=BEHIND_AT_MOST => Ok(socket),
        blocks => Err(format!("it is {blocks} blocks behind").into()),
    }
}

/// Waits until a preferred endpoint has rested, answers, and is not behind the one in use.
async fn preferred(shared: &Shared, used: &WsClient) -> (usize, WsClient) {
    let current = shared.endpoints.current();
    if current == 0 {
        return pending().await;
    }
    loop {
        sleep(shared.patience.rest).await;
        let place = shared.endpoints.next(shared.patience.rest);
        if place >= current {
            continue;
        }
        let endpoint = shared.endpoints.at(place);
        match dial_compared(shared, place, used).await {
            Ok(socket) => return (place, socket),
            Err(reason) => {
                debug!(%endpoint, %reason, "the preferred endpoint is not back");
                shared.endpoints.failed(place);
            }
        }
    }
}

/// Replaces the connection whenever it breaks or is given up on, for as long as it is polled.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut attempts = Attempts::default();
    loop {
        let (socket, generation) = shared.connection_after(None).await;
        let given_up = async {
            let mut distrusted = shared.distrusted.subscribe();
            // The sender lives in `shared`, so this only ends when the generation comes up.
            let _ = distrusted
                .wait_for(|given_up| *given_up >= generation)
                .await;
        };
        let endpoint = shared.endpoint();
        let reason = tokio::select! {
            error = socket.on_disconnect() => in_words(&error, endpoint),
            () = given_up => "it answers no longer".into(),
            (place, better) = preferred(&shared, &socket) => {
                info!(from = %endpoint, to = %shared.endpoints.at(place), "back to the preferred endpoint");
                shared.put_up(place, better, generation + 1);
                continue;
            }
        };
        warn!(%endpoint, %reason, "connection to the chain lost");
        drop(socket);
        shared.endpoints.failed(shared.endpoints.current());
        shared.state.send_replace(State::Down { reason });
        let (place, socket) = loop {
            let pause = attempts.next_pause(Instant::now());
            sleep(pause).await;
            let place = shared.endpoints.next(shared.patience.rest);
            let endpoint = shared.endpoints.at(place);
            match dial_checked(&shared, place).await {
                Ok(socket) => break (place, socket),
                Err(reason) => {
                    debug!(%endpoint, %reason, "no connection yet");
                    shared.endpoints.failed(place);
                    shared.endpoints.choose(place);
                    shared.state.send_replace(State::Down { reason });
                }
            }
        };
        attempts.succeeded();
        info!(endpoint = %shared.endpoints.at(place), "connected to the chain again");
        shared.put_up(place, socket, generation + 1);
    }
}

/// An error of the transport as text, with the URL replaced by what may be shown of it.
pub(super) fn in_words(error: &RpcError, endpoint: &Endpoint) -> Arc<str> {
    let error: &dyn std::error::Error = match error {
        RpcError::RestartNeeded(cause) => cause.as_ref(),
        error => error,
    };
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words.replace(endpoint.url(), &endpoint.to_string()).into()
}
