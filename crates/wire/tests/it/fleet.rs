//! Axons that misbehave, each in its own way, on sockets of their own.

mod manner;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

pub(crate) use manner::Manner;

/// An axon; gone when dropped.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    _serving: AbortOnDropHandle<()>,
}

/// What an axon saw of those who asked it.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    heads: Mutex<Vec<String>>,
}

pub(crate) const ANSWER: &str = r#"{"echo":"hello","asked_by":"somebody"}"#;

impl Fake {
    pub(crate) async fn spawn(manner: Manner) -> Self {
        Self::at(([127, 0, 0, 1], 0).into(), manner).await
    }

    pub(crate) async fn at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::<Seen>::default();
        let serving = {
            let seen = Arc::clone(&seen);
            async move {
                let mut serving = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    seen.connections.fetch_add(1, Ordering::Relaxed);
                    serving.spawn(serve(stream, manner.clone(), Arc::clone(&seen)));
                }
            }
        };
        Self {
            address,
            seen,
            _serving: AbortOnDropHandle::new(tokio::spawn(serving)),
        }
    }

    /// How many connections it took.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// The heads of the requests it got, in lower case.
    pub(crate) fn heads(&self) -> Vec<String> {
        let heads = self.seen.heads.lock();
        heads.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Seen {
    fn asked(&self, head: String) {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.push(head);
    }
}

async fn serve(stream: TcpStream, manner: Manner, seen: Arc<Seen>) {
    if matches!(manner, Manner::ResetAtOnce) {
        let _ = stream.set_zero_linger();
        return;
    }
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    if matches!(manner, Manner::TooEarly) {
        manner.answer(stream.get_mut()).await;
        read_request(&mut stream).await;
        return;
    }
    loop {
        let Some(head) = read_request(&mut stream).await else {
            return;
        };
        seen.asked(head);
        if manner.answer(stream.get_mut()).await.is_none() {
            return;
        }
    }
}

/// Reads a head, and as much body as it announces.
async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = stream.read_line(&mut head).await.ok()?;
        if read == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1)?;
    let length = length.split("\r\n").next()?;
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(head)
}

/// An address at which nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address")
}

/// An address that swallows who wants to connect: a queue that is full and that nobody empties.
#[derive(Debug)]
pub(crate) struct BlackHole {
    pub(crate) address: SocketAddr,
    _queue: tokio::net::TcpListener,
    _full: Vec<TcpStream>,
}

impl BlackHole {
    pub(crate) async fn dig() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("an address");
        let queue = socket.listen(1).expect("it listens");
        let address = queue.local_addr().expect("an address");
        let mut full = Vec::new();
        while let Ok(stream) =
            timeout(Duration::from_millis(200), TcpStream::connect(address)).await
        {
            full.push(stream.expect("a connection"));
        }
        Self {
            address,
            _queue: queue,
            _full: full,
        }
    }
}
