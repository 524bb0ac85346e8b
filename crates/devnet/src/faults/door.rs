use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::parse;

/// Something that goes wrong at one door of the chain, at the socket or above it.
///
/// Frames are those with content that go to the client, counted for each connection from 1. As text
/// a fault is its name and what it takes, as in `delay=2s+500ms` or `reset-every=50`; see
/// [`DoorFault::from_str`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DoorFault {
    /// Nobody listens: connections are refused, and those there are, cut. `refuse`
    Refuse,
    /// The websocket's handshake is answered with this status. `status=429`
    Status(u16),
    /// The connection is reset after so many frames; 0 resets it at once. `reset-every=50`
    Reset {
        /// How many frames come through first.
        after: u64,
    },
    /// The connection stays, and after so many frames nothing comes through in either direction.
    /// `black-hole=3`
    BlackHole {
        /// How many frames come through first.
        after: u64,
    },
    /// Frames arrive late, and in order. `delay=2s`, or `delay=2s+500ms` with jitter
    Delay {
        /// By how much at least.
        by: Duration,
        /// By how much more at most, drawn for each frame.
        jitter: Duration,
    },
    /// So many bytes come through in a second. `bandwidth=16384`
    Bandwidth {
        /// Bytes per second; at least 1.
        bytes_per_second: u64,
    },
    /// Answers come out of order: so many are shuffled at a time. `reorder=8`
    Reorder {
        /// How many.
        window: usize,
    },
    /// Every so many frames one comes twice. `duplicate=5`
    Duplicate {
        /// Which ones: every how many.
        every: u64,
    },
    /// Every so many frames an answer bears an id nobody asked with. `wrong-id=5`
    WrongId {
        /// Which ones: every how many.
        every: u64,
    },
    /// Every so many frames a notification is of a subscription nobody has. `wrong-subscription=5`
    WrongSubscription {
        /// Which ones: every how many.
        every: u64,
    },
    /// Every so many frames one is no JSON. `corrupt=5`
    Corrupt {
        /// Which ones: every how many.
        every: u64,
    },
    /// After so many frames comes one of so many bytes, for as long as the client takes them.
    /// `oversized=3:1073741824`
    Oversized {
        /// How many frames come through first.
        after: u64,
        /// How long the frame is, as its header says.
        bytes: u64,
    },
    /// The node is so many blocks behind. `behind=1000`
    Behind {
        /// How many.
        blocks: u64,
    },
    /// The node says it is of another chain: its genesis is another. `other-chain`
    OtherChain,
    /// The node has dropped the states of all but so many blocks. `pruned=16`
    Pruned {
        /// How many it has.
        blocks: u64,
    },
    /// The node lists a method and does not serve it. `unserved=state_queryStorageAt`
    Unserved(String),
    /// The node serves a method and does not list it. `unlisted=state_call`
    Unlisted(String),
}

/// A text that is no list of faults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no fault: {reason}")]
pub struct FaultError {
    pub(super) text: String,
    pub(super) reason: String,
}

/// The faults of one door: what is set holds until something else is set.
///
/// Clones are the same faults. What is set strikes open connections too, unless they follow a script.
#[derive(Clone, Debug)]
pub struct DoorFaults(Arc<Shared>);

/// Faults that hold at the same time.
type Set = Arc<Vec<DoorFault>>;

#[derive(Debug)]
struct Shared {
    current: watch::Sender<Set>,
    scripts: Mutex<VecDeque<Set>>,
}

impl DoorFaults {
    pub(crate) fn new(faults: Vec<DoorFault>) -> Self {
        Self(Arc::new(Shared {
            current: watch::Sender::new(Arc::new(faults)),
            scripts: Mutex::default(),
        }))
    }

    /// Lets these faults strike from now on, and no others.
    pub fn set(&self, faults: impl IntoIterator<Item = DoorFault>) {
        let faults = faults.into_iter().collect();
        self.0.current.send_replace(Arc::new(faults));
    }

    /// Takes all faults back.
    pub fn clear(&self) {
        self.set([]);
    }

    /// Gives the next connections faults of their own, a list for each; those after them have what
    /// is [set](Self::set).
    pub fn script(&self, connections: impl IntoIterator<Item = Vec<DoorFault>>) {
        let scripts = self.0.scripts.lock();
        let mut scripts = scripts.unwrap_or_else(PoisonError::into_inner);
        scripts.extend(connections.into_iter().map(Arc::new));
    }

    /// What is set now.
    pub(crate) fn current(&self) -> Set {
        Arc::clone(&self.0.current.borrow())
    }

    /// What is set, now and whenever it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<Set> {
        self.0.current.subscribe()
    }

    /// The faults of the next connection, if it has its own.
    pub(crate) fn next_script(&self) -> Option<Set> {
        let scripts = self.0.scripts.lock();
        scripts.unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// What one kind of fault takes, if it is set.
    pub(crate) fn find<T>(&self, wanted: impl Fn(&DoorFault) -> Option<T>) -> Option<T> {
        self.0.current.borrow().iter().find_map(wanted)
    }
}

impl DoorFault {
    /// Reads a list of faults, separated by commas.
    ///
    /// # Errors
    /// [`FaultError`] naming the part that is not understood.
    pub fn list(text: &str) -> Result<Vec<Self>, FaultError> {
        let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        parts.map(Self::from_str).collect()
    }
}

impl FromStr for DoorFault {
    type Err = FaultError;

    /// Reads one fault as each variant's documentation spells it.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        parse::fault(text).map_err(|reason| FaultError {
            text: text.to_owned(),
            reason,
        })
    }
}

impl fmt::Display for DoorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuse => f.write_str("refuse"),
            Self::Status(status) => write!(f, "status={status}"),
            Self::Reset { after } => write!(f, "reset-every={after}"),
            Self::BlackHole { after } => write!(f, "black-hole={after}"),
            Self::Delay { by, jitter } => {
                write!(f, "delay={}ms+{}ms", by.as_millis(), jitter.as_millis())
            }
            Self::Bandwidth { bytes_per_second } => write!(f, "bandwidth={bytes_per_second}"),
            Self::Reorder { window } => write!(f, "reorder={window}"),
            Self::Duplicate { every } => write!(f, "duplicate={every}"),
            Self::WrongId { every } => write!(f, "wrong-id={every}"),
            Self::WrongSubscription { every } => write!(f, "wrong-subscription={every}"),
            Self::Corrupt { every } => write!(f, "corrupt={every}"),
            Self::Oversized { after, bytes } => write!(f, "oversized={after}:{bytes}"),
            Self::Behind { blocks } => write!(f, "behind={blocks}"),
            Self::OtherChain => f.write_str("other-chain"),
            Self::Pruned { blocks } => write!(f, "pruned={blocks}"),
            Self::Unserved(method) => write!(f, "unserved={method}"),
            Self::Unlisted(method) => write!(f, "unlisted={method}"),
        }
    }
}
