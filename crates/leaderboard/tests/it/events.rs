//! Listeners.

use std::time::Duration;

use axonry_leaderboard::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::serving::wait_until;
use crate::{Shown, generous, subnet};

/// How many listen at once.
const CROWD: usize = 500;

struct Listener {
    stream: TcpStream,
    heard: String,
}

impl Listener {
    async fn at(client: Client) -> Self {
        let mut stream = client.open().await;
        let request = b"GET /events HTTP/1.1\r\nhost: board\r\n\r\n";
        stream.write_all(request).await.expect("sent");
        let heard = String::new();
        Self { stream, heard }
    }

    /// Listens until it has heard that.
    async fn hears(&mut self, words: &str) {
        let hearing = async {
            let mut bytes = [0; 1_024];
            while !self.heard.contains(words) {
                let read = self.stream.read(&mut bytes).await.expect("bytes");
                assert!(read > 0, "cut off after: {}", self.heard);
                let heard = String::from_utf8_lossy(&bytes[..read]);
                self.heard.push_str(&heard);
            }
        };
        let heard = tokio::time::timeout(Duration::from_secs(30), hearing).await;
        assert!(heard.is_ok(), "not heard: {words}; but {}", self.heard);
    }
}

#[tokio::test]
async fn a_listener_hears_what_is_shown_now_and_each_round_after_it() {
    let shown = Shown::of(3).await;
    let mut listener = Listener::at(shown.client()).await;
    listener.hears("\"round\":3").await;
    assert!(listener.heard.contains("content-type: text/event-stream"));
    assert!(listener.heard.contains("retry: 5000"));
    shown
        .board
        .publish(subnet::standings(4, 3))
        .expect("well formed");
    listener
        .hears("event: round\ndata: {\"netuid\":74,\"round\":4,\"block\":1440,")
        .await;
    // What listeners are told is what the state says.
    let state = shown.client().get("/api/v1/state").await.json();
    let version = state["version"].as_str().expect("a version");
    assert!(listener.heard.contains(version));
}

#[tokio::test]
async fn five_hundred_listeners_all_hear_of_a_round() {
    let shown = Shown::of(256).await;
    let mut crowd = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        crowd.push(Listener::at(shown.client()).await);
    }
    for listener in &mut crowd {
        listener.hears("\"round\":3").await;
    }
    assert_eq!(shown.server.counters().listening, CROWD);
    shown
        .board
        .publish(subnet::standings(4, 256))
        .expect("well formed");
    for listener in &mut crowd {
        listener.hears("\"round\":4").await;
    }
    assert_eq!(
        shown.client().get("/").await.status,
        200,
        "and pages are served"
    );
    drop(crowd);
    wait_until(|| shown.server.counters().listening == 0).await;
}

#[tokio::test]
async fn a_silence_is_broken_and_too_many_listeners_are_sent_away() {
    let limits = Limits {
        listeners: 1,
        heartbeat: Duration::from_millis(20),
        ..generous()
    };
    let shown = Shown::empty(limits).await;
    let mut first = Listener::at(shown.client()).await;
    first.hears(": here").await;
    let second = shown.client().get("/events").await;
    assert_eq!(
        (second.status, second.header("retry-after")),
        (503, Some("10"))
    );
    assert_eq!(shown.server.counters().listeners_refused, 1);
    drop(first);
    wait_until(|| shown.server.counters().listening == 0).await;
    Listener::at(shown.client()).await.hears(": here").await;
}

#[tokio::test]
async fn a_listener_that_stays_long_or_sees_the_end_is_sent_home() {
    let limits = Limits {
        listening: Duration::from_millis(50),
        ..generous()
    };
    let shown = Shown::empty(limits).await;
    let mut stayed = Listener::at(shown.client()).await;
    // The last chunk of the answer.
    stayed.hears("\r\n0\r\n\r\n").await;

    let shown = Shown::of(3).await;
    let mut there = Listener::at(shown.client()).await;
    there.hears("\"round\":3").await;
    assert!(shown.server.close(Duration::from_secs(10)).await);
    there.hears("\r\n0\r\n\r\n").await;
}
