//! A socket that takes the time of what it sends and receives.
//!
//! On Linux the time of what is received is the kernel's own, taken when a packet arrives, however
//! long it takes this process to get its turn and read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::times::Times;

/// A connected socket.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    times: Arc<Times>,
    /// When it was last seen that nothing had arrived: what comes afterwards came later than this.
    empty: Instant,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Where they cannot be had, small requests go out a little later and the times of arrival
        // are those of our reading.
        let _ = stream.set_nodelay(true);
        arrival::enable(&stream);
        Self {
            stream,
            times: Arc::new(Times::new()),
            empty: Instant::now(),
        }
    }

    pub(super) fn times(&self) -> Arc<Times> {
        Arc::clone(&self.times)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self {
            stream,
            times,
            empty,
        } = &mut *self;
        let (count, arrived) = ready!(arrival::poll_receive(stream, context, buffer, empty))?;
        // The end of a connection is no byte of an answer.
        if count > 0 {
            times.read(arrived);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let begun = Instant::now();
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        if matches!(written, Ok(count) if count > 0) {
            self.times.wrote(begun);
        }
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let begun = Instant::now();
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices));
        if matches!(written, Ok(count) if count > 0) {
            self.times.wrote(begun);
        }
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(target_os = "linux")]
mod arrival {
    use std::io::{self, IoSliceMut};
    use std::os::fd::AsRawFd;
    use std::task::{Context, Poll, ready};
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
    };
    use nix::sys::time::TimeSpec;
    use tokio::io::{Interest, ReadBuf};
    use tokio::net::TcpStream;

    /// Asks the kernel to note when packets arrive.
    pub(super) fn enable(stream: &TcpStream) {
        let _ = setsockopt(stream, ReceiveTimestampns, &true);
    }

    /// Receives bytes, and says how many and when the last of them arrived.
    pub(super) fn poll_receive(
        stream: &TcpStream,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        empty: &mut Instant,
    ) -> Poll<io::Result<(usize, Instant)>> {
        loop {
            ready!(stream.poll_read_ready(context))?;
            let looked = Instant::now();
            let receiving = || receive(stream, buffer.initialize_unfilled(), *empty);
            match stream.try_io(Interest::READABLE, receiving) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => *empty = looked,
                Err(error) => return Poll::Ready(Err(error)),
                Ok((count, arrived)) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok((count, arrived)));
                }
            }
        }
    }

    /// The time of arrival is never before `empty`, when there was nothing, and never after now,
    /// whatever the system's clock did in between.
    fn receive(
        stream: &TcpStream,
        buffer: &mut [u8],
        empty: Instant,
    ) -> io::Result<(usize, Instant)> {
        let mut control = nix::cmsg_space!(TimeSpec);
        let mut slices = [IoSliceMut::new(buffer)];
        let received = recvmsg::<()>(
            stream.as_raw_fd(),
            &mut slices,
            Some(&mut control),
            MsgFlags::empty(),
        )?;
        let (now, clock) = clocks();
        let mut messages = received.cmsgs().into_iter().flatten();
        let waited = messages.find_map(|message| match message {
            ControlMessageOwned::ScmTimestampns(stamp) => {
                let clock = clock.duration_since(UNIX_EPOCH).ok()?;
                clock.checked_sub(Duration::from(stamp))
            }
            _ => None,
        });
        let arrived = now.checked_sub(waited.unwrap_or_default()).unwrap_or(now);
        Ok((received.bytes, arrived.max(empty).min(now)))
    }

    /// Both clocks at one moment, as far as this process is not interrupted at each attempt.
    fn clocks() -> (Instant, SystemTime) {
        const ATTEMPTS: u32 = 4;
        const TOGETHER: Duration = Duration::from_micros(20);

        let mut best = (Instant::now(), SystemTime::now());
        for _ in 1..ATTEMPTS {
            if best.0.elapsed() < TOGETHER {
                break;
            }
            best = (Instant::now(), SystemTime::now());
        }
        best
    }
}

#[cfg(not(target_os = "linux"))]
mod arrival {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};
    use std::time::Instant;

    use tokio::io::{AsyncRead, ReadBuf};
    use tokio::net::TcpStream;

    pub(super) fn enable(_: &TcpStream) {}

    /// Receives bytes; they arrived when they are read, for all that can be told here.
    pub(super) fn poll_receive(
        stream: &mut TcpStream,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        _: &mut Instant,
    ) -> Poll<io::Result<(usize, Instant)>> {
        let before = buffer.filled().len();
        ready!(Pin::new(stream).poll_read(context, buffer))?;
        Poll::Ready(Ok((buffer.filled().len() - before, Instant::now())))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn bytes_came_when_they_arrived_however_late_they_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (mut theirs, _) = listener.accept().await.expect("a connection");
        let mut ours = Socket::new(stream);
        let times = ours.times();
        times.begin();
        assert_eq!((times.went(), times.came()), (None, None));
        ours.write_all(b"question").await.expect("written");
        // The kernel begins to take times a moment after it was first asked to on this machine.
        for _ in 0..100 {
            let sent = Instant::now();
            theirs.write_all(b"answer").await.expect("written");
            // The whole runtime is held up, as it is where processors are short.
            while sent.elapsed() < Duration::from_millis(50) {
                std::hint::spin_loop();
            }
            let mut answer = [0; 6];
            ours.read_exact(&mut answer).await.expect("an answer");
            let came = times.came().expect("something came");
            if came.saturating_duration_since(sent) < Duration::from_millis(25) {
                let went = times.went().expect("something went");
                let before = went.saturating_duration_since(came);
                assert!(before < Duration::from_millis(1), "{before:?}");
                return;
            }
        }
        panic!("the times are those of reading");
    }
}
