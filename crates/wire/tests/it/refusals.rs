//! Refusals that are known before the body has come.

use std::time::Duration;

use axonry_wire::{Axon, Ping, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::hotkey;

/// What an axon of Bob's says to a head, then to a body, on one connection.
struct Talk {
    axon: Axon,
    stream: TcpStream,
}

impl Talk {
    async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let builder = Axon::builder(hotkey("//Bob"));
        let builder =
            builder.route::<Ping, _, _>(Route::strict(), |_, nothing| async move { Ok(nothing) });
        let axon = builder.serve(listener).expect("it listens");
        let stream = TcpStream::connect(axon.address())
            .await
            .expect("a connection");
        Self { axon, stream }
    }

    async fn say(&mut self, words: &str) {
        self.stream
            .write_all(words.as_bytes())
            .await
            .expect("it listens");
    }

    /// A request without a signature, of which only the head is sent, until it is refused.
    async fn refused_head(&mut self, more: &str) {
        let refused = self.axon.counters().refused;
        self.say(&format!("POST /Synapse HTTP/1.1\r\nhost: x\r\n{more}\r\n"))
            .await;
        while self.axon.counters().refused == refused {
            tokio::task::yield_now().await;
        }
    }

    /// An answer, head and body.
    async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        while !heard.ends_with(b"\"}") {
            let read = self.stream.read_buf(&mut heard).await.expect("an answer");
            assert!(read > 0, "closed after {}", String::from_utf8_lossy(&heard));
        }
        String::from_utf8(heard).expect("text")
    }
}

#[tokio::test]
async fn who_is_refused_while_he_sends_hears_why_and_may_go_on() {
    let mut talk = Talk::begin().await;
    for _ in 0..3 {
        talk.refused_head("content-length: 9\r\n").await;
        talk.say("{\"a\":123}").await;
        let heard = talk.hear().await;
        assert!(heard.starts_with("HTTP/1.1 400"), "{heard}");
        assert!(!heard.contains("connection: close"), "{heard}");
    }
    assert_eq!(talk.axon.counters().connections, 1);
}

#[tokio::test(start_paused = true)]
async fn who_sends_much_or_slowly_is_told_that_the_connection_closes() {
    for head in [
        "content-length: 300000\r\n",
        "content-length: 9\r\n",
        "transfer-encoding: chunked\r\n",
        "expect: 100-continue\r\ncontent-length: 9\r\n",
    ] {
        let mut talk = Talk::begin().await;
        talk.refused_head(head).await;
        let heard = tokio::time::timeout(Duration::from_secs(5), talk.hear()).await;
        let heard = heard.expect("well before a body's time is over");
        assert!(heard.contains("connection: close"), "{head}: {heard}");
        let left = talk.stream.read(&mut [0]).await.expect("its end");
        assert_eq!(left, 0, "{head}");
    }
}
