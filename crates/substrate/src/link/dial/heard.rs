//! A stream that knows when it was last heard from.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What a peer may say before it has agreed to speak websocket.
const GREETING_AT_MOST: u64 = 64 * 1024;

/// A connection's bytes, both ways.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// When the peer was last heard from.
///
/// Bytes count, not messages: a large one over a slow line is no silence.
#[derive(Debug)]
pub(crate) struct Heard {
    since: Instant,
    /// Milliseconds after `since`.
    last: AtomicU64,
    bytes: AtomicU64,
    greeted: AtomicBool,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            last: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            greeted: AtomicBool::new(false),
        }
    }
}

impl Heard {
    /// When the peer counts as silent if nothing more is heard.
    pub(crate) fn silent_at(&self, silence: Duration) -> Instant {
        self.since + Duration::from_millis(self.last.load(Ordering::Relaxed)) + silence
    }

    /// The handshake is over; messages have a limit of their own.
    pub(super) fn greeted(&self) {
        self.greeted.store(true, Ordering::Relaxed);
    }

    fn note(&self, bytes: usize) -> io::Result<()> {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if all.saturating_add(bytes) > GREETING_AT_MOST && !self.greeted.load(Ordering::Relaxed) {
            return Err(io::Error::other("its greeting does not end"));
        }
        Ok(())
    }
}

pub(crate) struct HeardStream {
    stream: Box<dyn Duplex>,
    heard: Arc<Heard>,
}

impl HeardStream {
    pub(super) fn new(stream: Box<dyn Duplex>, heard: Arc<Heard>) -> Self {
        Self { stream, heard }
    }
}

impl AsyncRead for HeardStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Poll::Ready(Ok(())) = read {
            self.heard.note(buffer.filled().len() - before)?;
        }
        read
    }
}

impl AsyncWrite for HeardStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
