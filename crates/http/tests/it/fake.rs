//! A server that answers exactly the bytes it is given, right or wrong.

use std::time::Duration;

use axonry_http::{Client, ClientBuilder, Retry, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with one connection.
#[derive(Clone)]
pub(crate) enum Act {
    /// Answers these bytes, then closes.
    Say(Vec<u8>),
    /// Closes without an answer.
    Close,
    /// Keeps the connection open and says nothing more than this.
    Hang(Vec<u8>),
}

pub(crate) struct Fake {
    pub(crate) url: Url,
    task: JoinHandle<()>,
}

impl Fake {
    /// Acts in this order, one act per connection; the last one is repeated.
    pub(crate) async fn acting(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/answer", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            for turn in 0.. {
                let (mut socket, _) = listener.accept().await.unwrap();
                read_request(&mut socket).await;
                match acts[turn.min(acts.len() - 1)].clone() {
                    Act::Say(bytes) => {
                        // The client may have refused and left already.
                        let _ = socket.write_all(&bytes).await;
                        let _ = socket.shutdown().await;
                    }
                    Act::Close => {}
                    Act::Hang(bytes) => {
                        socket.write_all(&bytes).await.unwrap();
                        open.push(socket);
                    }
                }
            }
        });
        Self {
            url: Url::parse(&url).unwrap(),
            task,
        }
    }

    pub(crate) async fn saying(answer: Vec<u8>) -> Self {
        Self::acting(vec![Act::Say(answer)]).await
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_request(socket: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => seen.extend_from_slice(&buffer[..n]),
        }
    }
}

/// An answer with status 200, these extra header lines, and this body.
pub(crate) fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A client with pauses short enough for tests.
pub(crate) fn quick() -> ClientBuilder {
    let pause = Duration::from_millis(2);
    Client::builder()
        .request_deadline(Duration::from_secs(5))
        .total_deadline(Duration::from_secs(20))
        .retry(Retry::standard().pauses(pause, 1.0, pause))
}

/// One that asks once.
pub(crate) fn once() -> ClientBuilder {
    quick().retry(Retry::never())
}
