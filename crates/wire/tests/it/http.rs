//! A client that sends exactly what it is told to.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"]
            .as_str()
            .expect("a message")
            .to_owned()
    }
}

/// Sends a request with these headers on a connection of its own.
pub(crate) async fn send(
    address: SocketAddr,
    start: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Reply {
    let mut head = format!("{start} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    raw(address, &[head.as_bytes(), body].concat())
        .await
        .expect("an answer")
}

/// Sends bytes, and reads until the other side closes; `None` when it says nothing.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The other side may have closed before all was written.
    let _ = stream.write_all(bytes).await;
    read(stream).await
}

/// Reads what is left until the other side closes.
pub(crate) async fn read(mut stream: TcpStream) -> Option<Reply> {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    let status = head.split(' ').nth(1).expect("a status line");
    Some(Reply {
        status: status.parse().expect("a status"),
        head,
        body: answer[end + 4..].to_vec(),
    })
}
