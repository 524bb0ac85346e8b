//! The server: connections, listeners, and how much anybody may ask.

mod connection;
mod events;
mod limits;
mod pipeline;
mod stall;
mod visitors;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

pub use self::limits::{Limits, Rate};
use self::pipeline::Pipeline;
use self::visitors::Visitors;
use crate::Board;

/// A server that shows a board; it serves until it is closed or dropped.
///
/// No request makes it ask anybody else for anything: what is answered was there before.
#[derive(Debug)]
pub struct Leaderboard {
    address: SocketAddr,
    pipeline: Arc<Pipeline>,
    closing: CancellationToken,
    connections: TaskTracker,
    /// Accepts; with it go all connections.
    accepting: AbortOnDropHandle<()>,
}

/// Settings of a [`Leaderboard`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `serve` is called"]
pub struct LeaderboardBuilder {
    board: Board,
    limits: Limits,
    behind_proxy: bool,
}

/// What a leaderboard has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaderboardCounters {
    /// Connections taken.
    pub connections: u64,
    /// Connections closed at once, because there were too many.
    pub connections_refused: u64,
    /// Requests answered, whatever the answer was.
    pub answered: u64,
    /// Requests turned away because somebody asked too often.
    pub limited: u64,
    /// Listeners taken.
    pub listeners: u64,
    /// Listeners turned away, because there were too many.
    pub listeners_refused: u64,
    /// Listeners that are there now.
    pub listening: usize,
}

#[derive(Debug, Default)]
struct Counting {
    connections: AtomicU64,
    connections_refused: AtomicU64,
    answered: AtomicU64,
    limited: AtomicU64,
    listeners: AtomicU64,
    listeners_refused: AtomicU64,
}

impl Counting {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Leaderboard {
    /// Starts from a board.
    pub fn builder(board: Board) -> LeaderboardBuilder {
        LeaderboardBuilder {
            board,
            limits: Limits::default(),
            behind_proxy: false,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far.
    pub fn counters(&self) -> LeaderboardCounters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counting = &self.pipeline.counting;
        LeaderboardCounters {
            connections: read(&counting.connections),
            connections_refused: read(&counting.connections_refused),
            answered: read(&counting.answered),
            limited: read(&counting.limited),
            listeners: read(&counting.listeners),
            listeners_refused: read(&counting.listeners_refused),
            listening: self.pipeline.visitors.present(visitors::Role::Listener),
        }
    }

    /// Takes no more connections, sends listeners home, lets requests under way be answered for at
    /// most `patience`, and closes what is left. Says whether everything was answered.
    pub async fn close(self, patience: Duration) -> bool {
        self.closing.cancel();
        self.connections.close();
        let answered = tokio::time::timeout(patience, self.connections.wait()).await;
        // Dropping the accepting task's owner aborts what is left.
        drop(self.accepting);
        answered.is_ok()
    }
}

impl LeaderboardBuilder {
    /// Replaces how much is taken on.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says that a proxy on this machine stands before it: of whoever connects from a loopback
    /// address, the last address in `X-Forwarded-For` counts. Anybody can write that header, so
    /// leave this off where no proxy overwrites it.
    pub const fn behind_proxy(mut self, is: bool) -> Self {
        self.behind_proxy = is;
        self
    }

    /// Serves on `listener` from now on. Bind it to a loopback address unless others are to see it.
    ///
    /// # Errors
    /// When the system does not tell the listener's address. It must be called inside a tokio
    /// runtime.
    pub fn serve(self, listener: TcpListener) -> io::Result<Leaderboard> {
        let address = listener.local_addr()?;
        let (closing, connections) = (CancellationToken::new(), TaskTracker::new());
        let pipeline = Arc::new(Pipeline {
            board: self.board,
            limits: self.limits,
            behind_proxy: self.behind_proxy,
            visitors: Arc::new(Visitors::new(self.limits)),
            counting: Counting::default(),
            closing: closing.clone(),
        });
        let accepting = connection::accept(
            listener,
            Arc::clone(&pipeline),
            closing.clone(),
            connections.clone(),
        );
        Ok(Leaderboard {
            address,
            pipeline,
            closing,
            connections,
            accepting: AbortOnDropHandle::new(tokio::spawn(accepting)),
        })
    }
}
