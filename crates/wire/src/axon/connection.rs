//! Connections, each of which ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::outgoing::Outgoing;
use super::pipeline::Pipeline;
use super::rest::Rest;
use super::visitors::{Entry, Visitor, Visitors};
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
    let visitors = Arc::new(Visitors::default());
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
        let visitor = match visitors.enter(peer.ip(), &limits) {
            Entry::Taken(visitor) => visitor,
            Entry::InPlaceOfAnother(visitor) => {
                Counting::add(&pipeline.counters.connections_displaced);
                visitor
            }
            Entry::Refused => {
                Counting::add(&pipeline.counters.connections_refused);
                debug!(%peer, "too many connections");
                continue;
            }
        };
        Counting::add(&pipeline.counters.connections);
        let leaving = visitor.leaving();
        let serving = serve(
            stream,
            visitor,
            Arc::clone(&pipeline),
            limits,
            draining.clone(),
        );
        let serving = cut.clone().run_until_cancelled_owned(serving);
        connections.spawn(leaving.run_until_cancelled_owned(serving));
    }
    // Lives on for the connections that are being drained.
    drop(listener);
    connections.wait().await;
}

async fn serve(
    stream: TcpStream,
    visitor: Visitor,
    pipeline: Arc<Pipeline>,
    limits: Limits,
    draining: CancellationToken,
) {
    // Small answers must not wait for more to be sent with them; where it cannot be had, they do.
    let _ = stream.set_nodelay(true);
    let stream = Outgoing::new(stream, limits.answer_time);
    let visitor = Arc::new(visitor);
    let service = service_fn(|request: Request<Incoming>| {
        let (pipeline, visitor) = (Arc::clone(&pipeline), Arc::clone(&visitor));
        async move {
            let (request, rest) = Rest::of(request);
            let mut response = pipeline.respond(&visitor, request).await;
            rest.settle(&mut response).await;
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
        debug!(address = %visitor.address, %error, "a connection ended early");
    }
}
