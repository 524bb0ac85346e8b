//! Axons that misbehave, each in its own way, on sockets of their own.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What an axon does once it has read a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Manner {
    Honest,
    Hang,
    Reset,
    SlowHead,
    Drip,
    Truncated,
    BadJson,
    WrongShape,
    Bomb,
    BrokenGzip,
    OversizedAnnounced,
    OversizedChunked,
    Redirect,
    ManyHeaders,
    Refusing,
}

/// An axon; gone when dropped.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    _serving: AbortOnDropHandle<()>,
}

pub(crate) const ANSWER: &str = r#"{"echo":"hello","asked_by":"somebody"}"#;

impl Fake {
    pub(crate) async fn spawn(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = async move {
            let mut serving = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                serving.spawn(serve(stream, manner));
            }
        };
        Self {
            address,
            _serving: AbortOnDropHandle::new(tokio::spawn(serving)),
        }
    }
}

async fn serve(mut stream: TcpStream, manner: Manner) {
    while read_request(&mut stream).await.is_some() {
        if answer(&mut stream, manner).await.is_none() {
            return;
        }
    }
}

/// Reads a head, and as much body as it announces.
async fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)?
        .split("\r\n")
        .next()?;
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(())
}

fn whole(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn answer(stream: &mut TcpStream, manner: Manner) -> Option<()> {
    let bytes = match manner {
        Manner::Honest => whole("", ANSWER.as_bytes()),
        Manner::Hang => return std::future::pending().await,
        Manner::Reset => {
            // Unread or not: with a linger of zero the other side gets a reset.
            let _ = stream.set_zero_linger();
            return None;
        }
        Manner::SlowHead => {
            return drip(
                stream,
                &whole("", ANSWER.as_bytes()),
                Duration::from_secs(1),
            )
            .await;
        }
        Manner::Drip => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                .await
                .ok()?;
            return drip(stream, &[b' '; 1_000], Duration::from_millis(20)).await;
        }
        Manner::Truncated => {
            let whole = whole("", ANSWER.as_bytes());
            stream.write_all(&whole[..whole.len() - 5]).await.ok()?;
            return None;
        }
        Manner::BadJson => whole("", br#"{"echo":"hello","asked_by":}"#),
        Manner::WrongShape => whole("", br#"{"echo":7,"asked_by":[]}"#),
        Manner::Bomb => whole("content-encoding: gzip\r\n", &gzipped(&vec![b' '; 4 << 20])),
        Manner::BrokenGzip => whole("content-encoding: gzip\r\n", b"no gzip at all"),
        Manner::OversizedAnnounced => {
            b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n{".to_vec()
        }
        Manner::OversizedChunked => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await
                .ok()?;
            loop {
                let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
                stream.write_all(chunk.as_bytes()).await.ok()?;
            }
        }
        Manner::Redirect => {
            let to = "location: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n";
            format!("HTTP/1.1 307 Temporary Redirect\r\n{to}").into_bytes()
        }
        Manner::ManyHeaders => whole(&"x: y\r\n".repeat(100_000), ANSWER.as_bytes()),
        Manner::Refusing => {
            let body = format!(r#"{{"message":"{}"}}"#, "no\\n".repeat(1_000));
            let head = format!(
                "HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            (head + &body).into_bytes()
        }
    };
    stream.write_all(&bytes).await.ok()
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> Option<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await.ok()?;
        tokio::time::sleep(pause).await;
    }
    Some(())
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
