//! One open websocket, with any number of questions under way on it.
//!
//! [`Connection`] is the handle that calls hold, [`drive`] the task that owns the socket. What has
//! been asked while the last frames were being written goes out together: one system call, and one
//! request for all values read at the same block.

mod frame;
mod in_flight;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axonry_core::BlockHash;
use serde_json::value::RawValue;
use soketto::Incoming;
use soketto::data::ByteSlice125;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Duration, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::Patience;
use super::dial::{Heard, Socket};
use super::endpoints::Health;
use super::question::RpcError;
use super::requests::Requests;
use super::subscription::{Farewell, Source};
use in_flight::InFlight;

pub(super) use in_flight::READ;

/// Questions under way at once; further ones wait within their own deadlines.
const CALLS_AT_ONCE: usize = 4096;

/// Questions taken up between two system calls.
const TAKEN_AT_ONCE: usize = 512;

/// A message buffer larger than this is given back after the message.
const BUFFER_KEPT: usize = 1024 * 1024;

/// How long a peer may take to take leave.
const LEAVE: Duration = Duration::from_millis(250);

/// The handle of an open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    commands: mpsc::Sender<Command>,
    calls: Semaphore,
    /// Methods that the node has said it does not serve.
    missing: Mutex<BTreeSet<&'static str>>,
    closing: CancellationToken,
}

/// Why a connection gave no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is gone.
    Lost,
    Refused(RpcError),
}

/// What became of a read that was to go out together with others.
#[derive(Debug)]
pub(super) enum Stored {
    Value(Option<Vec<u8>>),
    /// The node would not answer all of them together, or answered something else.
    AskAlone,
    Refused(RpcError),
}

type Answer<T> = oneshot::Sender<T>;

#[derive(Debug)]
enum Command {
    Ask {
        method: &'static str,
        params: Arc<str>,
        answer: Answer<Result<Box<RawValue>, RpcError>>,
    },
    Read {
        /// `0x` and hexadecimal digits.
        key: String,
        at: BlockHash,
        answer: Answer<Stored>,
    },
    Subscribe {
        method: &'static str,
        params: Arc<str>,
        unsubscribe: &'static str,
        answer: Answer<Result<Source, RpcError>>,
    },
}

/// What the driver works with besides the socket.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) patience: Patience,
    pub(super) requests: Arc<Requests>,
    pub(super) health: Arc<Health>,
}

impl Connection {
    /// A handle, and the task to be polled for as long as the connection is to live; it ends with
    /// the reason when the connection does.
    pub(super) fn over(
        socket: Socket,
        around: Surroundings,
    ) -> (Arc<Self>, impl Future<Output = Arc<str>> + Send + 'static) {
        let (commands, taken) = mpsc::channel(TAKEN_AT_ONCE);
        let closing = CancellationToken::new();
        let connection = Arc::new(Self {
            commands,
            calls: Semaphore::new(CALLS_AT_ONCE),
            missing: Mutex::default(),
            closing: closing.clone(),
        });
        (connection, drive(socket, taken, around, closing))
    }

    pub(super) async fn ask(
        &self,
        method: &'static str,
        params: Arc<str>,
    ) -> Result<Box<RawValue>, Fault> {
        let command = |answer| Command::Ask {
            method,
            params,
            answer,
        };
        self.send(command).await?.map_err(Fault::Refused)
    }

    pub(super) async fn read(&self, key: String, at: BlockHash) -> Result<Stored, Fault> {
        self.send(|answer| Command::Read { key, at, answer }).await
    }

    pub(super) async fn subscribe(
        &self,
        method: &'static str,
        params: Arc<str>,
        unsubscribe: &'static str,
    ) -> Result<Source, Fault> {
        let command = |answer| Command::Subscribe {
            method,
            params,
            unsubscribe,
            answer,
        };
        self.send(command).await?.map_err(Fault::Refused)
    }

    async fn send<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, Fault> {
        let lost = |_| Fault::Lost;
        let _turn = self.calls.acquire().await.expect("it is never closed");
        let (answer, answered) = oneshot::channel();
        let sent = self.commands.send(command(answer)).await;
        sent.map_err(|_| Fault::Lost)?;
        answered.await.map_err(lost)
    }

    pub(super) fn lacks(&self, method: &'static str) -> bool {
        self.missing().contains(method)
    }

    /// Takes note that the node does not serve a method, for as long as the connection lasts.
    pub(super) fn note_missing(&self, method: &'static str) {
        if self.missing().insert(method) {
            debug!(method, "the node does not serve this method");
        }
    }

    fn missing(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no question is under way.
    pub(super) async fn is_quiet(&self) {
        let all = u32::try_from(CALLS_AT_ONCE).expect("it is a few thousand");
        let _ = self.calls.acquire_many(all).await;
    }

    /// Has the driver take leave of the peer and end.
    pub(super) fn close(&self) {
        self.closing.cancel();
    }
}

/// Writes what is asked and hands out what is answered, until the connection ends. Whoever still
/// waits then hears that it is lost.
async fn drive(
    socket: Socket,
    commands: mpsc::Receiver<Command>,
    around: Surroundings,
    closing: CancellationToken,
) -> Arc<str> {
    let Socket {
        mut sender,
        receiver,
        heard,
    } = socket;
    let (farewells, departed) = mpsc::unbounded_channel();
    let in_flight = Mutex::new(InFlight::new(farewells, around.requests, around.health));
    let patience = &around.patience;
    let reason = tokio::select! {
        reason = read(receiver, &in_flight) => reason,
        reason = silence(&heard, patience.silence) => reason,
        Err(error) = write(&mut sender, commands, departed, &in_flight, patience.ping) => {
            error.to_string().into()
        }
        () = closing.cancelled() => {
            // Manners only: the socket is closed with or without an answer.
            let _ = timeout(LEAVE, sender.close()).await;
            "it was closed here".into()
        }
    };
    let strays = lock(&in_flight).strays;
    if strays > 0 {
        debug!(strays, "frames that nobody had asked for were dropped");
    }
    reason
}

fn lock(in_flight: &Mutex<InFlight>) -> MutexGuard<'_, InFlight> {
    in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write<S>(
    sender: &mut soketto::Sender<S>,
    mut commands: mpsc::Receiver<Command>,
    mut departed: mpsc::UnboundedReceiver<Farewell>,
    in_flight: &Mutex<InFlight>,
    ping: Duration,
) -> Result<Infallible, soketto::connection::Error>
where
    S: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin,
{
    let mut pings = interval_at(tokio::time::Instant::now() + ping, ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut taken = Vec::with_capacity(TAKEN_AT_ONCE);
    loop {
        let frames = tokio::select! {
            count = commands.recv_many(&mut taken, TAKEN_AT_ONCE), if !commands.is_closed() => {
                match count {
                    0 => continue,
                    _ => lock(in_flight).questions(taken.drain(..)),
                }
            }
            Some(farewell) = departed.recv() => vec![lock(in_flight).farewell(&farewell)],
            _ = pings.tick() => {
                let nothing: &[u8] = &[];
                let nothing = ByteSlice125::try_from(nothing).expect("0 is at most 125");
                sender.send_ping(nothing).await?;
                Vec::new()
            }
        };
        for frame in frames {
            sender.send_text_owned(frame).await?;
        }
        sender.flush().await?;
    }
}

async fn read<S>(mut receiver: soketto::Receiver<S>, in_flight: &Mutex<InFlight>) -> Arc<str>
where
    S: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin,
{
    let mut message = Vec::new();
    loop {
        message.clear();
        if message.capacity() > BUFFER_KEPT {
            message = Vec::new();
        }
        let outcome = match receiver.receive(&mut message).await {
            Ok(Incoming::Data(_)) => lock(in_flight).answer(&message),
            Ok(Incoming::Pong(_)) => Ok(()),
            Ok(Incoming::Closed(why)) => {
                return format!("it closed the connection: {why:?}").into();
            }
            Err(error) => return error.to_string().into(),
        };
        if let Err(reason) = outcome {
            return reason;
        }
    }
}

/// Ends when the peer has not been heard from for a while.
async fn silence(heard: &Heard, at_most: Duration) -> Arc<str> {
    loop {
        let silent_at = heard.silent_at(at_most);
        if silent_at <= tokio::time::Instant::now() {
            return format!("it has said nothing for {at_most:?}").into();
        }
        sleep_until(silent_at).await;
    }
}
