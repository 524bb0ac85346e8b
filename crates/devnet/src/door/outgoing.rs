//! What the server says, on its way to the client.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::connection::Faults;
use super::frame::{Frame, announcement};
use super::lots::Lots;
use crate::faults::DoorFault;

/// How long answers may be held back for others to be shuffled with.
const HELD: Duration = Duration::from_millis(20);

/// An id that no client has come to.
const NOBODYS: u64 = 1 << 40;

/// How many parts a second is cut in when bandwidth is short.
const PARTS: u64 = 20;

/// How a direction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// One side has left.
    Left,
    /// The connection is to be reset.
    Reset,
}

/// Something to be written, and when.
#[derive(Debug)]
pub(super) struct Parcel {
    due: Instant,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Frame(Frame),
    /// A frame of so many bytes, made up as it is written.
    Filler(u64),
}

impl Parcel {
    pub(super) fn now(frame: Frame) -> Self {
        Self {
            due: Instant::now(),
            content: Content::Frame(frame),
        }
    }
}

/// Takes the server's frames, does to them what the faults say, and puts them in line.
pub(super) struct Outgoing {
    faults: Faults,
    lots: Lots,
    line: mpsc::Sender<Parcel>,
    /// How many frames with content the server has sent.
    count: u64,
    /// When the last one is due: frames do not overtake each other.
    last_due: Instant,
    /// Answers held back to be shuffled.
    held: Vec<Frame>,
}

impl Outgoing {
    pub(super) fn new(faults: Faults, lots: Lots, line: mpsc::Sender<Parcel>) -> Self {
        Self {
            faults,
            lots,
            line,
            count: 0,
            last_due: Instant::now(),
            held: Vec::new(),
        }
    }

    /// Goes on until the server has nothing more to say, or the connection is to be reset.
    pub(super) async fn run(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
        silence: &watch::Sender<bool>,
    ) -> End {
        // A frame is read to its end even when the answers held back are let go in between.
        let mut reading = Box::pin(read(from));
        loop {
            let frame = if self.held.is_empty() {
                reading.as_mut().await
            } else {
                match tokio::time::timeout(HELD, reading.as_mut()).await {
                    Ok(frame) => frame,
                    Err(_) => {
                        self.let_go().await;
                        continue;
                    }
                }
            };
            let (frame, from) = frame;
            let Some(frame) = frame else {
                self.let_go().await;
                return End::Left;
            };
            reading = Box::pin(read(from));
            if frame.is_data() {
                self.count += 1;
            }
            // Who has fallen silent stays so, whatever is set later.
            let fate = if *silence.borrow() {
                Fate::Silence
            } else {
                self.fate()
            };
            match fate {
                Fate::Silence => {
                    silence.send_replace(true);
                    continue;
                }
                Fate::Reset => return End::Reset,
                Fate::Filler(bytes) => {
                    self.put(Content::Filler(bytes)).await;
                    continue;
                }
                Fate::Passes => {}
            }
            if frame.is_data() {
                self.pass(frame).await;
            } else {
                self.put(Content::Frame(frame)).await;
            }
        }
    }

    /// What becomes of the frame that has been counted last.
    fn fate(&self) -> Fate {
        let count = self.count;
        let fate = self.faults.find(|fault| match fault {
            DoorFault::BlackHole { after } if count > *after => Some(Fate::Silence),
            DoorFault::Reset { after } if count > *after => Some(Fate::Reset),
            DoorFault::Oversized { after, bytes } if count > *after => Some(Fate::Filler(*bytes)),
            _ => None,
        });
        fate.unwrap_or(Fate::Passes)
    }

    /// Damages a frame as the faults say, and sends it on once or twice.
    async fn pass(&mut self, mut frame: Frame) {
        let count = self.count;
        let mut twice = false;
        for fault in self.faults.now().iter() {
            match fault {
                DoorFault::Corrupt { every } if count.is_multiple_of(*every) => {
                    frame.payload.truncate(frame.payload.len() / 2);
                }
                DoorFault::WrongId { every } if count.is_multiple_of(*every) => {
                    replace(&mut frame, &["id"], Value::from(NOBODYS + count));
                }
                DoorFault::WrongSubscription { every } if count.is_multiple_of(*every) => {
                    let nobodys = Value::from(format!("nobodys-{count}"));
                    replace(&mut frame, &["params", "subscription"], nobodys);
                }
                DoorFault::Duplicate { every } => twice |= count.is_multiple_of(*every),
                _ => {}
            }
        }
        let again = twice.then(|| frame.clone());
        self.send(frame).await;
        if let Some(again) = again {
            self.send(again).await;
        }
    }

    /// Puts a frame in line, or holds it back for others to be shuffled with.
    async fn send(&mut self, frame: Frame) {
        let window = self.faults.find(|fault| match fault {
            DoorFault::Reorder { window } => Some(*window),
            _ => None,
        });
        match window {
            // Notifications come in order on any connection; answers need not.
            Some(window) if is_answer(&frame) => {
                self.held.push(frame);
                if self.held.len() >= window {
                    self.let_go().await;
                }
            }
            _ => self.put(Content::Frame(frame)).await,
        }
    }

    async fn let_go(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        self.lots.shuffle(&mut held);
        for frame in held {
            self.put(Content::Frame(frame)).await;
        }
    }

    async fn put(&mut self, content: Content) {
        let delay = self.faults.find(|fault| match fault {
            DoorFault::Delay { by, jitter } => Some((*by, *jitter)),
            _ => None,
        });
        let now = Instant::now();
        let due = match delay {
            None => now,
            Some((by, jitter)) => {
                let most = u64::try_from(jitter.as_micros()).unwrap_or(u64::MAX - 1);
                now + by + Duration::from_micros(self.lots.below(most + 1))
            }
        };
        self.last_due = due.max(self.last_due);
        let due = self.last_due;
        // Nobody takes it when the client has left, which ends the connection anyway.
        let _ = self.line.send(Parcel { due, content }).await;
    }
}

/// What becomes of a frame.
enum Fate {
    Passes,
    Silence,
    Reset,
    Filler(u64),
}

/// Reads a frame and gives the reader back.
async fn read<R: AsyncRead + Unpin>(from: &mut R) -> (Option<Frame>, &mut R) {
    (Frame::read(from).await, from)
}

fn is_answer(frame: &Frame) -> bool {
    parsed(frame).is_some_and(|value| value.get("id").is_some_and(|id| !id.is_null()))
}

fn parsed(frame: &Frame) -> Option<Value> {
    serde_json::from_slice(&frame.payload).ok()
}

/// Replaces a value in a frame's JSON, if it is there.
fn replace(frame: &mut Frame, path: &[&str], with: Value) {
    let Some(mut value) = parsed(frame) else {
        return;
    };
    let found = path
        .iter()
        .try_fold(&mut value, |value, name| value.get_mut(name));
    if let Some(found) = found.filter(|found| !found.is_null()) {
        *found = with;
        frame.payload = value.to_string().into_bytes();
    }
}

/// Writes what is in line when it is due; ends with the client.
pub(super) async fn write(
    mut line: mpsc::Receiver<Parcel>,
    to: &mut (impl AsyncWrite + Unpin),
    faults: Faults,
) {
    while let Some(parcel) = line.recv().await {
        tokio::time::sleep_until(parcel.due).await;
        let written = match parcel.content {
            Content::Frame(frame) => slowly(to, &frame.encode(), &faults).await,
            Content::Filler(bytes) => fill(to, bytes).await,
        };
        if written.is_err() {
            return;
        }
    }
}

/// Writes no faster than the bandwidth allows.
async fn slowly(
    to: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    faults: &Faults,
) -> std::io::Result<()> {
    let bandwidth = faults.find(|fault| match fault {
        DoorFault::Bandwidth { bytes_per_second } => Some((*bytes_per_second).max(1)),
        _ => None,
    });
    let Some(bandwidth) = bandwidth else {
        return to.write_all(bytes).await;
    };
    let part = usize::try_from((bandwidth / PARTS).max(1)).unwrap_or(usize::MAX);
    for part in bytes.chunks(part) {
        to.write_all(part).await?;
        let micros = (part.len() as u64).saturating_mul(1_000_000) / bandwidth;
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
    Ok(())
}

/// Writes a frame of blanks, of which the client may take as much as it likes.
async fn fill(to: &mut (impl AsyncWrite + Unpin), bytes: u64) -> std::io::Result<()> {
    const BLANKS: [u8; 16 << 10] = [b' '; 16 << 10];
    to.write_all(&announcement(bytes)).await?;
    let mut left = bytes;
    while left > 0 {
        let part = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(BLANKS.len());
        to.write_all(&BLANKS[..part]).await?;
        left -= part as u64;
    }
    Ok(())
}
