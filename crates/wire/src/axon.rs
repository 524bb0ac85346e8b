//! The serving end.

mod admission;
mod answer;
mod builder;
mod connection;
mod elsewhere;
mod failure;
mod judgement;
mod limits;
mod outgoing;
mod pipeline;
mod question;
mod queue;
mod rest;
mod route;
mod streaming;
mod verification;
mod visitors;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

pub use builder::AxonBuilder;
pub use failure::Failure;
pub use limits::{Limits, Rate};
pub use route::Route;
pub use verification::{Asked, Signed};

/// A server that answers other neurons' requests; it serves until it is drained or dropped.
///
/// Strict unless a route says otherwise: every request is signed, by a signature that covers what
/// is asked, meant for this hotkey, of this minute, and taken once.
///
/// ```no_run
/// use axonry_wire::{Axon, Caller, Failure, Route, Synapse};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Question { text: String }
/// # #[derive(Serialize, Deserialize)]
/// # struct Answer { echo: String }
/// # struct Echo;
/// # impl Synapse for Echo {
/// #     const NAME: &'static str = "Echo";
/// #     const REQUIRED: &'static [&'static str] = &["text"];
/// #     type Request = Question;
/// #     type Response = Answer;
/// # }
/// # async fn example(hotkey: axonry_core::Hotkey) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:8091").await?;
/// let axon = Axon::builder(hotkey)
///     .route::<Echo, _, _>(
///         Route::strict().only_validators(),
///         |_: Caller, question: Question| async move {
///             Ok::<_, Failure>(Answer { echo: question.text })
///         },
///     )
///     .serve(listener)?;
/// // … until the process is to stop:
/// axon.drain(std::time::Duration::from_secs(5)).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Axon {
    address: SocketAddr,
    counters: Arc<Counting>,
    draining: CancellationToken,
    connections: TaskTracker,
    /// Accepts; with it go all connections.
    accepting: AbortOnDropHandle<()>,
}

/// What an axon has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AxonCounters {
    /// Connections taken.
    pub connections: u64,
    /// Connections closed at once, because there were too many.
    pub connections_refused: u64,
    /// Connections closed to make room for newer ones, before a request on them was believed.
    pub connections_displaced: u64,
    /// Requests that a handler answered, to the end where it answers in pieces.
    pub answered: u64,
    /// Requests that were refused before a handler saw them.
    pub refused: u64,
    /// Requests whose handler failed, took too long or panicked.
    pub failed: u64,
    /// Requests whose caller left before he had his answer.
    pub abandoned: u64,
}

#[derive(Debug, Default)]
struct Counting {
    connections: AtomicU64,
    connections_refused: AtomicU64,
    connections_displaced: AtomicU64,
    answered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    abandoned: AtomicU64,
}

impl Counting {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Axon {
    /// Starts from a hotkey, which requests must be meant for.
    pub fn builder(hotkey: axonry_core::Hotkey) -> AxonBuilder {
        AxonBuilder::new(hotkey)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far.
    pub fn counters(&self) -> AxonCounters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counting {
            connections,
            connections_refused,
            connections_displaced,
            answered,
            refused,
            failed,
            abandoned,
        } = &*self.counters;
        AxonCounters {
            connections: read(connections),
            connections_refused: read(connections_refused),
            connections_displaced: read(connections_displaced),
            answered: read(answered),
            refused: read(refused),
            failed: read(failed),
            abandoned: read(abandoned),
        }
    }

    /// Takes no more connections, lets requests under way be answered for at most `patience`, and
    /// closes what is left. Says whether everything was answered.
    pub async fn drain(self, patience: Duration) -> bool {
        self.draining.cancel();
        self.connections.close();
        let answered = tokio::time::timeout(patience, self.connections.wait()).await;
        // Dropping the accepting task's owner aborts what is left.
        drop(self.accepting);
        answered.is_ok()
    }
}
