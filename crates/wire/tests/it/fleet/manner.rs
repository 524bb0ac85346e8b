use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::ANSWER;

/// What an axon does once it has read a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Manner {
    Honest,
    /// Honest, after so long.
    Thinking(Duration),
    /// This body.
    Says(Bytes),
    Hang,
    /// Resets the connection once it has the request.
    Reset,
    /// Resets it before.
    ResetAtOnce,
    /// Answers before it has read anything, and once only.
    TooEarly,
    SlowHead,
    /// The head at once and then a byte now and then.
    Drip,
    Truncated,
    BadJson,
    WrongShape,
    Bomb,
    BrokenGzip,
    OversizedAnnounced,
    OversizedChunked,
    /// Sends whoever asks somewhere else.
    Redirect(SocketAddr),
    /// So many headers.
    Headers(usize),
    /// One header of so many bytes.
    LongHeader(usize),
    Refusing,
}

impl Manner {
    pub(super) async fn answer(&self, stream: &mut TcpStream) -> Option<()> {
        let honest = || whole("", ANSWER.as_bytes());
        let bytes = match self {
            Self::Honest | Self::TooEarly => honest(),
            Self::Thinking(time) => {
                sleep(*time).await;
                honest()
            }
            Self::Says(body) => whole("", body),
            Self::Hang => return std::future::pending().await,
            Self::Reset | Self::ResetAtOnce => {
                // Unread or not: with a linger of zero the other side gets a reset.
                let _ = stream.set_zero_linger();
                return None;
            }
            Self::SlowHead => return drip(stream, &honest(), Duration::from_secs(1)).await,
            Self::Drip => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
                stream.write_all(head).await.ok()?;
                return drip(stream, &[b' '; 1_000], Duration::from_millis(20)).await;
            }
            Self::Truncated => {
                let whole = honest();
                stream.write_all(&whole[..whole.len() - 5]).await.ok()?;
                return None;
            }
            Self::BadJson => whole("", br#"{"echo":"hello","asked_by":}"#),
            Self::WrongShape => whole("", br#"{"echo":7,"asked_by":[]}"#),
            Self::Bomb => whole("content-encoding: gzip\r\n", &gzipped(&vec![b' '; 4 << 20])),
            Self::BrokenGzip => whole("content-encoding: gzip\r\n", b"no gzip at all"),
            Self::OversizedAnnounced => {
                b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n{".to_vec()
            }
            Self::OversizedChunked => {
                let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                stream.write_all(head).await.ok()?;
                let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
                return endless(stream, chunk.as_bytes(), usize::MAX).await;
            }
            Self::Redirect(to) => format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{to}/latest\r\n\
                 content-length: 0\r\n\r\n"
            )
            .into_bytes(),
            Self::Headers(count) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok()?;
                endless(stream, &b"x: y\r\n".repeat(1_000), 6 * count).await?;
                let rest = format!("content-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
                rest.into_bytes()
            }
            Self::LongHeader(length) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await.ok()?;
                endless(stream, &[b'y'; 8_192], *length).await?;
                b"\r\ncontent-length: 0\r\n\r\n".to_vec()
            }
            Self::Refusing => {
                let body = format!(r#"{{"message":"{}"}}"#, "no\\n".repeat(1_000));
                let length = body.len();
                let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {length}\r\n\r\n");
                (head + &body).into_bytes()
            }
        };
        stream.write_all(&bytes).await.ok()
    }
}

fn whole(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> Option<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await.ok()?;
        sleep(pause).await;
    }
    Some(())
}

/// The same again and again, until so many bytes are out.
async fn endless(stream: &mut TcpStream, bytes: &[u8], most: usize) -> Option<()> {
    let mut out = 0;
    while out < most {
        stream.write_all(bytes).await.ok()?;
        out += bytes.len();
    }
    Some(())
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
