//! Connections: that there are not too many, and that each of them ends.

use std::convert::Infallible;
use std::net::SocketAddr;
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

use super::Counting;
use super::pipeline::Pipeline;
use super::stall::Moving;
use super::visitors::{Role, neighbourhood};

/// What is waited after the system refused a connection, for want of descriptors mostly.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Takes connections until it is told to stop.
pub(super) async fn accept(
    listener: TcpListener,
    pipeline: Arc<Pipeline>,
    closing: CancellationToken,
    connections: TaskTracker,
) {
    // A connection's task holds this; they all end when the acceptor is dropped.
    let cut = CancellationToken::new();
    let _cut_when_dropped = cut.clone().drop_guard();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "no connection could be taken");
                tokio::time::sleep(AFTER_REFUSAL).await;
                continue;
            }
        };
        let entered = pipeline
            .visitors
            .enter(neighbourhood(peer.ip()), Role::Connection);
        let Some(present) = entered else {
            Counting::add(&pipeline.counting.connections_refused);
            debug!(%peer, "too many connections");
            continue;
        };
        Counting::add(&pipeline.counting.connections);
        let serving = serve(stream, peer, Arc::clone(&pipeline), closing.clone());
        let serving = cut.clone().run_until_cancelled_owned(serving);
        connections.spawn(async move {
            serving.await;
            drop(present);
        });
    }
    // Lives on for the connections that are being answered.
    drop(listener);
    connections.wait().await;
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    pipeline: Arc<Pipeline>,
    closing: CancellationToken,
) {
    // Small answers must not wait for more to be sent with them; where it cannot be had, they do.
    let _ = stream.set_nodelay(true);
    let limits = pipeline.limits;
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = pipeline.respond(peer.ip(), &request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        // Without a timer hyper knows no timeouts, and says nothing.
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.header_bytes.max(8_192))
        .serve_connection(TokioIo::new(Moving::new(stream, limits.stall)), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%peer, %error, "a connection ended early");
    }
}
