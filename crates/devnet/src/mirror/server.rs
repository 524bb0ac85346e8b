//! The server's life.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::data::MirrorData;
use super::edge::{Edge, MirrorEdge, Traffic};
use super::recording::{self, Recording};
use super::routes;
use super::wire::{Peer, Wires};

/// What a dev mirror serves, and where.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MirrorConfig {
    /// Where it listens. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// What it knows.
    pub data: MirrorData,
    /// What its clients meet on the way to it.
    pub edge: MirrorEdge,
    /// What is served in place of `data`, if anything.
    pub recording: Option<Recording>,
}

impl MirrorConfig {
    /// Serves `data` on a free port of this machine.
    #[must_use]
    pub fn new(data: MirrorData) -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            data,
            edge: MirrorEdge::default(),
            recording: None,
        }
    }

    /// Serves what was answered elsewhere, on a free port of this machine.
    #[must_use]
    pub fn replaying(recording: Recording) -> Self {
        Self {
            recording: Some(recording),
            ..Self::new(MirrorData::empty())
        }
    }

    /// Puts a limit, a delay or faults before it.
    #[must_use]
    pub fn edge(mut self, edge: MirrorEdge) -> Self {
        self.edge = edge;
        self
    }

    /// Listens somewhere else.
    #[must_use]
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }
}

/// Why a dev mirror did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorError {
    /// Its address cannot be had.
    #[error("the dev mirror cannot listen on `{address}`")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A dev mirror that is running, and runs until this is dropped.
#[derive(Debug)]
pub struct Mirror {
    address: SocketAddr,
    data: Arc<MirrorData>,
    edge: Arc<Edge>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Mirror {
    /// Starts serving. When this returns, it answers.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub async fn spawn(config: MirrorConfig) -> Result<Self, MirrorError> {
        let address = config.listen;
        let failed = |source| MirrorError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let data = Arc::new(config.data);
        let stop = CancellationToken::new();
        let edge = Arc::new(Edge::new(config.edge, stop.clone()));
        let wires = Wires {
            listener,
            edge: Arc::clone(&edge),
        };
        let routes = match config.recording {
            Some(recording) => recording::router(recording, Arc::clone(&edge)),
            None => routes::router(Arc::clone(&data), Arc::clone(&edge)),
        };
        let serving = axum::serve(wires, routes.into_make_service_with_connect_info::<Peer>())
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                warn!(%error, "the dev mirror ended");
            }
        });
        debug!(%address, "the dev mirror listens");
        Ok(Self {
            address,
            data,
            edge,
            stop,
            task,
        })
    }

    /// Its base URL, without a slash at the end; also GitHub's, for `GET /user`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it serves.
    #[must_use]
    pub fn data(&self) -> &MirrorData {
        &self.data
    }

    /// What it has seen of its clients so far; also at `GET /__traffic`, as JSON.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.edge.traffic()
    }

    /// The repositories it serves, in the form of upstream's `master_repositories.json`.
    #[must_use]
    pub fn registry(&self) -> Value {
        self.data.registry()
    }

    /// Answers what has been asked, then ends.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        // A panic in there has been reported where it happened.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.task.abort();
    }
}
