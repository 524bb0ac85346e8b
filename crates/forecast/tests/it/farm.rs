//! Axons on sockets of their own that answer price paths, well and badly.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_forecast::Prompt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

/// What an axon does once it has read a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Honest,
    Hang,
    Drip,
    Reset,
    Truncated,
    BadJson,
    WrongShape,
    Oversized,
    Refusing,
}

/// An axon; gone when dropped. It tells how long each of its answers really took.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    pub(crate) took: mpsc::UnboundedReceiver<Duration>,
    _serving: AbortOnDropHandle<()>,
}

impl Fake {
    /// Answers `body`, in its manner, `after` the request was read.
    pub(crate) async fn spawn(manner: Manner, body: Arc<[u8]>, after: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, took) = mpsc::unbounded_channel();
        let serving = async move {
            let mut serving = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                serving.spawn(serve(
                    stream,
                    manner,
                    Arc::clone(&body),
                    after,
                    tell.clone(),
                ));
            }
        };
        Self {
            address,
            took,
            _serving: AbortOnDropHandle::new(tokio::spawn(serving)),
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    manner: Manner,
    body: Arc<[u8]>,
    after: Duration,
    tell: mpsc::UnboundedSender<Duration>,
) {
    while let Some(asked) = read_request(&mut stream).await {
        tokio::time::sleep(after).await;
        if answer(&mut stream, manner, &body).await.is_none() {
            return;
        }
        let _ = tell.send(asked.elapsed());
    }
}

/// Reads a head, and as much body as it announces; says when the first byte was there.
async fn read_request(stream: &mut TcpStream) -> Option<Instant> {
    let mut head = vec![stream.read_u8().await.ok()?];
    let asked = Instant::now();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head.split("content-length: ").nth(1)?;
    let length = length.split("\r\n").next()?;
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(asked)
}

async fn answer(stream: &mut TcpStream, manner: Manner, body: &[u8]) -> Option<()> {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let whole = |body: &[u8]| [head(body.len()).as_bytes(), body].concat();
    let bytes = match manner {
        Manner::Honest => whole(body),
        Manner::Hang => return std::future::pending().await,
        Manner::Drip => {
            stream.write_all(head(body.len()).as_bytes()).await.ok()?;
            loop {
                stream.write_all(b" ").await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Manner::Reset => {
            // Unread or not: with a linger of zero the other side gets a reset.
            let _ = stream.set_zero_linger();
            return None;
        }
        Manner::Truncated => {
            let whole = whole(body);
            stream.write_all(&whole[..whole.len() / 2]).await.ok()?;
            return None;
        }
        Manner::BadJson => whole(br#"{"simulation_input":{},"simulation_output":[1,}"#),
        Manner::WrongShape => whole(br#"{"simulation_input":{},"simulation_output":[7,"x",[]]}"#),
        Manner::Oversized => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{").await.ok()?;
            loop {
                stream.write_all(&[b' '; 1 << 16]).await.ok()?;
            }
        }
        Manner::Refusing => {
            let refusal = r#"{"message":"not you"}"#;
            let length = refusal.len();
            format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {length}\r\n\r\n{refusal}")
                .into_bytes()
        }
    };
    stream.write_all(&bytes).await.ok()
}

/// A correct answer, whose prices wander by their path's number.
pub(crate) fn body(prompt: &Prompt) -> Arc<[u8]> {
    let mut text = format!(
        r#"{{"simulation_input":{{}},"simulation_output":[{},{}"#,
        prompt.start_unix(),
        prompt.time_increment
    );
    for path in 0..prompt.paths() {
        text.push_str(",[");
        for point in 0..prompt.points() {
            let comma = if point == 0 { "" } else { "," };
            let cents = 6_700_000 + 7 * path + (path + 3) * point % 1_000;
            let _ = write!(text, "{comma}{}.{:02}", cents / 100, cents % 100);
        }
        text.push(']');
    }
    text.push_str("]}");
    text.into_bytes().into()
}
