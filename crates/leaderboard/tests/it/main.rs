//! The leaderboard as it is seen from outside: over real sockets, on port 0.

mod api;
mod client;
mod events;
mod keeping;
#[cfg(feature = "merge")]
mod merge;
mod pages;
mod serving;
#[path = "../../benches/subnet/mod.rs"]
mod subnet;

use axonry_leaderboard::{Board, Leaderboard, Limits, Rate};
use client::Client;
use tokio::net::TcpListener;

/// A board with its server.
struct Shown {
    board: Board,
    server: Leaderboard,
}

impl Shown {
    /// A board of so many miners after its third round.
    async fn of(miners: u16) -> Self {
        let shown = Self::empty(generous()).await;
        let standings = subnet::standings(3, miners);
        shown.board.publish(standings).expect("well formed");
        shown
    }

    async fn empty(limits: Limits) -> Self {
        let board = Board::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Leaderboard::builder(board.clone()).limits(limits);
        let server = server.serve(listener).expect("an address");
        Self { board, server }
    }

    fn client(&self) -> Client {
        Client(self.server.address())
    }
}

/// Limits that no honest test meets.
fn generous() -> Limits {
    let often = Rate {
        burst: 100_000,
        per_second: 100_000,
    };
    Limits {
        requests_per_address: often,
        connections: 2_048,
        connections_per_address: 2_048,
        listeners_per_address: 2_048,
        ..Limits::default()
    }
}
