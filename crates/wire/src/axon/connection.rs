//! Connections: how many, from whom, and that each of them ends.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::admission::neighbourhood;
use super::pipeline::Pipeline;
use super::{Counting, Limits};

/// What is waited after the system refused a connection, for want of descriptors mostly.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Takes connections until it is told to stop.
pub(super) async fn accept(
    listener: TcpListener,
    pipeline: Arc<Pipeline>,
    limits: Limits,
    draining: CancellationToken,
    connections: TaskTracker,
) {
    let open = Arc::new(Open::default());
    // A connection task holds this; they all end when the acceptor is dropped.
    let cut = CancellationToken::new();
    let _cut_when_dropped = cut.clone().drop_guard();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = draining.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "no connection could be taken");
                tokio::time::sleep(AFTER_REFUSAL).await;
                continue;
            }
        };
        let Some(counted) = open.enter(neighbourhood(peer.ip()), &limits) else {
            Counting::add(&pipeline.counters.connections_refused);
            debug!(%peer, "too many connections");
            continue;
        };
        Counting::add(&pipeline.counters.connections);
        let serving = serve(
            stream,
            peer,
            Arc::clone(&pipeline),
            limits,
            draining.clone(),
        );
        let serving = cut.clone().run_until_cancelled_owned(serving);
        connections.spawn(async move {
            serving.await;
            drop(counted);
        });
    }
    // Lives on for the connections that are being drained.
    drop(listener);
    connections.wait().await;
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    pipeline: Arc<Pipeline>,
    limits: Limits,
    draining: CancellationToken,
) {
    // Small answers must not wait for more to be sent with them; where it cannot be had, they do.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let pipeline = Arc::clone(&pipeline);
        async move {
            let response = pipeline.respond(peer.ip(), request.map(Body::new)).await;
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        // Without a timer hyper knows no timeouts, and says nothing.
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.header_bytes.max(8_192))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = draining.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%peer, %error, "a connection ended early");
    }
}

/// Open connections by address.
#[derive(Debug, Default)]
struct Open(Mutex<Count>);

#[derive(Debug, Default)]
struct Count {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection that counts as long as this lives.
struct Counted {
    open: Arc<Open>,
    address: IpAddr,
}

impl Open {
    fn enter(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Counted> {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = count.by_address.get(&address).copied().unwrap_or(0);
        if count.all >= limits.connections || here >= limits.connections_per_address {
            return None;
        }
        count.all += 1;
        count.by_address.insert(address, here + 1);
        Some(Counted {
            open: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut count = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.all -= 1;
        if let Some(here) = count.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                count.by_address.remove(&self.address);
            }
        }
    }
}
