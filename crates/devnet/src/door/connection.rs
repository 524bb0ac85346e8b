//! One connection: the client on one side, the server on the other, and faults in between.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};

use super::frame::{Frame, head};
use super::lots::Lots;
use super::outgoing::{self, End, Outgoing};
use crate::faults::DoorFault;
use crate::rpc::Serving;

/// What is in the pipe between the client and the server.
const PIPE: usize = 64 << 10;

/// How many frames may wait for the client.
pub(super) const QUEUE: usize = 4_096;

/// Faults that hold at the same time.
pub(super) type Set = Arc<Vec<DoorFault>>;

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    /// Faults of its own, instead of those of the door.
    pub(super) script: Option<Set>,
    pub(super) changes: watch::Receiver<Set>,
    pub(super) seed: u64,
    pub(super) serving: Serving,
}

/// How the two directions see the faults.
#[derive(Clone)]
pub(super) struct Faults {
    script: Option<Set>,
    changes: watch::Receiver<Set>,
}

impl Faults {
    /// What holds now.
    pub(super) fn now(&self) -> Set {
        match &self.script {
            Some(script) => Arc::clone(script),
            None => Arc::clone(&self.changes.borrow()),
        }
    }

    /// What one kind of fault takes, if it holds.
    pub(super) fn find<T>(&self, wanted: impl Fn(&DoorFault) -> Option<T>) -> Option<T> {
        self.now().iter().find_map(wanted)
    }

    /// Waits until the connection is to be cut because nobody listens any more.
    async fn refused(mut self) {
        if self.script.is_some() {
            return std::future::pending().await;
        }
        let refused = self
            .changes
            .wait_for(|set| set.contains(&DoorFault::Refuse));
        if refused.await.is_err() {
            std::future::pending().await
        }
    }
}

impl Connection {
    pub(super) async fn run(self) {
        // Small answers must not wait for more to say.
        let _ = self.stream.set_nodelay(true);
        let faults = Faults {
            script: self.script,
            changes: self.changes,
        };
        let resets_at_once = |fault: &DoorFault| match fault {
            DoorFault::Reset { after: 0 } => Some(()),
            _ => None,
        };
        if faults.find(resets_at_once).is_some() {
            reset(&self.stream);
            return;
        }
        let (client, server) = tokio::io::duplex(PIPE);
        // Once a websocket is agreed on, the server goes on by itself until its end of the pipe closes.
        let served = async {
            self.serving.connection(server).await;
            std::future::pending().await
        };
        let cut = faults.clone().refused();
        tokio::select! {
            () = pump(self.stream, client, faults, self.seed) => {}
            () = served => {}
            () = cut => {}
        }
    }
}

/// Makes the end of a connection a reset instead of a farewell.
fn reset(stream: &TcpStream) {
    if let Err(error) = stream.set_zero_linger() {
        tracing::debug!(%error, "the connection ends politely");
    }
}

/// Carries bytes both ways until one side has enough.
async fn pump(
    stream: TcpStream,
    server: impl AsyncRead + AsyncWrite + Send + Unpin,
    faults: Faults,
    seed: u64,
) {
    let (from_client, mut to_client) = stream.into_split();
    let mut from_client = BufReader::new(from_client);
    let (from_server, to_server) = tokio::io::split(server);
    let mut server = (BufReader::new(from_server), to_server);
    if !shake_hands(&mut from_client, &mut to_client, &mut server, &faults).await {
        return;
    }
    let (mut from_server, mut to_server) = server;
    let (outgoing, waiting) = mpsc::channel(QUEUE);
    let silence = watch::Sender::new(false);
    let mut out = Outgoing::new(faults.clone(), Lots::new(seed), outgoing.clone());
    let ended = tokio::select! {
        () = incoming(&mut from_client, &mut to_server, &faults, &outgoing, &silence) => End::Left,
        ended = out.run(&mut from_server, &silence) => ended,
        () = outgoing::write(waiting, &mut to_client, faults.clone()) => End::Left,
    };
    if let (End::Reset, Ok(stream)) = (ended, from_client.into_inner().reunite(to_client)) {
        reset(&stream);
    }
}

/// Lets both sides agree on a websocket; carries anything else through to its end.
async fn shake_hands(
    from_client: &mut BufReader<OwnedReadHalf>,
    to_client: &mut OwnedWriteHalf,
    (from_server, to_server): &mut (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    faults: &Faults,
) -> bool {
    let Some(request) = head(from_client).await else {
        return false;
    };
    let status = faults.find(|fault| match fault {
        DoorFault::Status(status) => Some(*status),
        _ => None,
    });
    if let Some(status) = status {
        refuse(to_client, status).await;
        return false;
    }
    if to_server.write_all(&request).await.is_err() {
        return false;
    }
    // A plain request has a body, which the server must see before it answers.
    if mentions_upgrade(&request) {
        let Some(answer) = head(from_server).await else {
            return false;
        };
        if to_client.write_all(&answer).await.is_err() {
            return false;
        }
        if answer.starts_with(b"HTTP/1.1 101") {
            return true;
        }
    }
    let up = tokio::io::copy(from_client, to_server);
    let down = tokio::io::copy(from_server, to_client);
    // Either side may have enough first; neither has more to say then.
    let _ = tokio::join!(up, down);
    false
}

fn mentions_upgrade(request: &[u8]) -> bool {
    let head = String::from_utf8_lossy(request).to_ascii_lowercase();
    head.contains("upgrade: websocket")
}

/// Answers a handshake with something else than a websocket.
async fn refuse(to_client: &mut OwnedWriteHalf, status: u16) {
    let reason = match status {
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Refused",
    };
    let answer = format!(
        "HTTP/1.1 {status} {reason}\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let _ = to_client.write_all(answer.as_bytes()).await;
    let _ = to_client.shutdown().await;
}

/// Takes the client's frames to the server; ends with the client.
async fn incoming(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    faults: &Faults,
    outgoing: &mpsc::Sender<outgoing::Parcel>,
    silence: &watch::Sender<bool>,
) {
    while let Some(frame) = Frame::read(from).await {
        if *silence.borrow() {
            continue;
        }
        if let Some(answer) = unserved(faults, &frame) {
            let parcel = outgoing::Parcel::now(Frame::text(answer));
            if outgoing.send(parcel).await.is_err() {
                return;
            }
            continue;
        }
        if to.write_all(&frame.encode()).await.is_err() {
            return;
        }
    }
    if *silence.borrow() {
        // A peer that has gone silent does not notice that the client has left.
        std::future::pending::<()>().await;
    }
}

/// The answer to a request for a method that is not served, if it is one.
fn unserved(faults: &Faults, frame: &Frame) -> Option<Vec<u8>> {
    let set = faults.now();
    let mut methods = set.iter().filter_map(|fault| match fault {
        DoorFault::Unserved(method) => Some(method),
        _ => None,
    });
    // Requests are only read where there is a method to look for.
    let first = methods.next()?;
    if !frame.is_data() {
        return None;
    }
    let request: Value = serde_json::from_slice(&frame.payload).ok()?;
    let asked = request.get("method")?.as_str()?;
    if asked != first && !methods.any(|method| method == asked) {
        return None;
    }
    let error = json!({ "code": -32601, "message": "Method not found" });
    let answer = json!({ "jsonrpc": "2.0", "id": request.get("id")?, "error": error });
    Some(answer.to_string().into_bytes())
}
