use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{Metrics, Pulses, Readiness};

/// How long answers under way may take once the window closes.
const GRACE: Duration = Duration::from_secs(2);

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
    /// # Errors
    /// When the socket fails.
    pub async fn serve(self, stop: CancellationToken) -> std::io::Result<()> {
        let app = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .with_state(self.seen);
        let told = stop.clone();
        let serving = axum::serve(self.listener, app)
            .with_graceful_shutdown(async move { told.cancelled().await });
        tokio::select! {
            served = async { serving.await } => served,
            () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
        }
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
