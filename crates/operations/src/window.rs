use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::{Metrics, Pulses, Readiness};

/// How long answers under way may take once the window closes.
const GRACE: Duration = Duration::from_secs(2);

/// How many may look at once; others wait in the system's queue.
const CONNECTIONS: usize = 32;

/// How long somebody may take to say what he wants.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection lasts in all.
const LIFETIME: Duration = Duration::from_secs(10);

/// The pause after the system had no descriptor for a visitor.
const PAUSE: Duration = Duration::from_millis(200);

/// Prometheus' own form, in the version that this crate writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves `/metrics`, `/healthz` and `/readyz` to whoever looks after the program.
///
/// - `/metrics`: everything in [`Metrics`], in the OpenMetrics text form.
/// - `/healthz`: 200 while every [`Pulse`](crate::Pulse) beats in time, else 503 with those overdue.
/// - `/readyz`: 200 once everything expected holds, else 503 with what does not.
#[derive(Debug)]
pub struct Window {
    listener: TcpListener,
    address: SocketAddr,
    seen: Seen,
}

#[derive(Clone, Debug)]
struct Seen {
    metrics: Metrics,
    pulses: Pulses,
    readiness: Readiness,
}

/// Why the window could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for metrics: choose another address, or stop who has it")]
pub struct WindowError {
    address: SocketAddr,
    #[source]
    source: std::io::Error,
}

impl Window {
    /// Listens; nothing is answered before [`serve`](Self::serve).
    ///
    /// # Errors
    /// [`WindowError`] when the address is not to be had.
    pub async fn open(
        address: SocketAddr,
        metrics: Metrics,
        pulses: Pulses,
        readiness: Readiness,
    ) -> Result<Self, WindowError> {
        let named = |source| WindowError { address, source };
        let listener = TcpListener::bind(address).await.map_err(named)?;
        let address = listener.local_addr().map_err(named)?;
        let seen = Seen {
            metrics,
            pulses,
            readiness,
        };
        Ok(Self {
            listener,
            address,
            seen,
        })
    }

    /// Where it listens: the port that was given for port 0.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, and a moment longer to whoever is being answered.
    ///
    /// Whoever keeps it waiting is let go: a connection lives ten seconds at most, and there are at
    /// most 32 of them, so that nobody uses up the descriptors that rounds need.
    pub async fn serve(self, stop: CancellationToken) {
        let app = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .with_state(self.seen);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut visitors = JoinSet::new();
        loop {
            while visitors.try_join_next().is_some() {}
            let place = Arc::clone(&places).acquire_owned();
            let coming = async {
                let place = place.await;
                (self.listener.accept().await, place)
            };
            let (accepted, place) = tokio::select! {
                coming = coming => coming,
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    let visit = visit(stream, app.clone());
                    visitors.spawn(async move {
                        // That somebody was slow or rude is nobody's concern.
                        let _ = timeout(LIFETIME, visit).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    debug!(%error, "nobody could be let in");
                    sleep(PAUSE).await;
                }
            }
        }
        let ending = async { while visitors.join_next().await.is_some() {} };
        let _ = timeout(GRACE, ending).await;
    }
}

/// One request and its answer.
async fn visit(stream: TcpStream, app: Router) {
    let answering = http1::Builder::new()
        // Without a timer hyper knows no timeouts, and says nothing.
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_headers(64)
        .max_buf_size(16 << 10)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    if let Err(error) = answering.await {
        debug!(%error, "a connection ended early");
    }
}

async fn metrics(State(seen): State<Seen>) -> Response {
    let text = seen.metrics.text(&seen.pulses.silences(Instant::now()));
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

async fn healthz(State(seen): State<Seen>) -> Response {
    let overdue = seen.pulses.overdue(Instant::now());
    let answer = json!({ "healthy": overdue.is_empty(), "overdue": overdue });
    told(overdue.is_empty(), &answer)
}

async fn readyz(State(seen): State<Seen>) -> Response {
    let missing = seen.readiness.missing();
    let answer = json!({ "ready": missing.is_empty(), "missing": missing });
    told(missing.is_empty(), &answer)
}

fn told(well: bool, answer: &serde_json::Value) -> Response {
    let status = match well {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, answer.to_string()).into_response()
}
