use axonry_chain::{ExtrinsicHash, ExtrinsicStatus};
use axonry_core::{Block, BlockHash};
use tokio::sync::mpsc;

/// An extrinsic's whole story is shorter than this.
///
/// A few forks make it longer.
const LONGEST_STORY: usize = 64;

/// One word about an extrinsic in the pool, as a node says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PoolStatus {
    Future,
    Ready,
    Broadcast(Vec<String>),
    InBlock(BlockHash),
    Retracted(BlockHash),
    Finalized(BlockHash),
    Usurped(ExtrinsicHash),
    Invalid,
}

impl PoolStatus {
    /// Whether nothing follows.
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Finalized(_) | Self::Usurped(_) | Self::Invalid)
    }

    /// The JSON of the notification.
    pub(crate) fn json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Future => json!("future"),
            Self::Ready => json!("ready"),
            Self::Broadcast(peers) => json!({ "broadcast": peers }),
            Self::InBlock(hash) => json!({ "inBlock": hash }),
            Self::Retracted(hash) => json!({ "retracted": hash }),
            Self::Finalized(hash) => json!({ "finalized": hash }),
            Self::Usurped(hash) => json!({ "usurped": hash.to_string() }),
            Self::Invalid => json!("invalid"),
        }
    }
}

impl From<PoolStatus> for ExtrinsicStatus {
    fn from(status: PoolStatus) -> Self {
        match status {
            PoolStatus::Future => Self::Future,
            PoolStatus::Ready => Self::Ready,
            PoolStatus::Broadcast(_) => Self::Broadcast,
            PoolStatus::InBlock(hash) => Self::InBlock(hash),
            PoolStatus::Retracted(hash) => Self::Retracted(hash),
            PoolStatus::Finalized(hash) => Self::Finalized(hash),
            PoolStatus::Usurped(_) => Self::Usurped,
            PoolStatus::Invalid => Self::Invalid,
        }
    }
}

/// The chain's end of a watch.
pub(crate) type Watcher = mpsc::Sender<PoolStatus>;

/// Both ends of a watch.
pub(crate) fn watch() -> (Watcher, mpsc::Receiver<PoolStatus>) {
    mpsc::channel(LONGEST_STORY)
}

/// An extrinsic in a block that is not final, with whoever watches it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) block: Block,
    pub(crate) extrinsic: ExtrinsicHash,
    pub(crate) watchers: Watchers,
}

/// Whoever watches one extrinsic.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Option<Watcher>);

impl Watchers {
    pub(crate) const fn new(watcher: Option<Watcher>) -> Self {
        Self(watcher)
    }

    /// Tells a status; one who does not listen any more is forgotten.
    pub(crate) fn tell(&mut self, status: &PoolStatus) {
        if let Some(watcher) = &self.0
            && (watcher.try_send(status.clone()).is_err() || status.is_final())
        {
            self.0 = None;
        }
    }
}
