//! The chain itself: blocks, state and pool behind one lock that is never held across an await.

mod charging;
mod clock;
mod draft;
mod forking;
mod pooling;
mod reading;
mod runtimes;
mod sealing;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use axonry_core::{Block, BlockHash};
use tokio::sync::watch;

use clock::Clock;
pub(crate) use clock::block_time;
pub use forking::ReorgError;
pub(crate) use reading::ReadError;

use crate::block::Sealed;
use crate::config::{DevnetConfig, Sealing};
use crate::drand::Beacon;
use crate::execution::Strictness;
use crate::faults::ChainFaults;
use crate::pool::{Pool, Watched, Watcher};
use crate::presented::{Presented, PresentedError};
use crate::state::State;
use crate::storage::Storage;
use crate::subtensor::genesis;

/// Blocks are remembered this many times longer than their states.
const BLOCKS_PER_STATE: u64 = 16;

/// A chain of one subnet.
#[derive(Debug)]
pub(crate) struct Node {
    netuid: axonry_core::NetUid,
    sealing: Sealing,
    finality_lag: u64,
    history: u64,
    strictness: Strictness,
    genesis: BlockHash,
    beacon: Beacon,
    clock: Clock,
    faults: ChainFaults,
    core: RwLock<Core>,
    heads: watch::Sender<Heads>,
}

/// The newest blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    /// The newest one.
    pub(crate) best: Block,
    /// The newest one that stays.
    pub(crate) finalized: Block,
}

/// What changes.
#[derive(Debug)]
struct Core {
    /// The runtimes, each with the first block it made.
    runtimes: Vec<(u64, Arc<Presented>)>,
    state: State,
    /// The blocks that are remembered, without gaps; the first one is number `first`.
    blocks: VecDeque<Sealed>,
    first: u64,
    by_hash: HashMap<BlockHash, u64>,
    pool: Pool,
    /// Extrinsics in blocks that are not final, with whoever waits for that.
    watched: VecDeque<Watched>,
    /// Blocks that were replaced by others: headers and bodies are still told, states are gone.
    retracted: VecDeque<Sealed>,
    /// Whoever watches an extrinsic that was lost: the watch stays open, and nothing comes.
    lost: VecDeque<Watcher>,
    /// Where finality stands still, while it does.
    stalled: Option<u64>,
    finalized: Block,
    now: u64,
}

impl Node {
    /// A chain with its genesis block.
    pub(crate) fn new(presented: Presented, config: &DevnetConfig) -> Result<Self, PresentedError> {
        let mut state = State::default();
        let mut storage = Storage::new(&presented, &state, 0);
        genesis::write(&mut storage, config)?;
        let changes = storage.into_changes();
        let state_root = sealing::root([0; 32], &changes);
        let none = BlockHash([0; 32]);
        let block = Sealed::new(none, 0, None, state_root, Vec::new(), false);
        state.apply(0, changes);
        let head = block.block();
        let core = Core {
            runtimes: vec![(0, Arc::new(presented))],
            state,
            by_hash: [(block.hash, 0)].into(),
            blocks: [block].into(),
            first: 0,
            pool: Pool::default(),
            watched: VecDeque::new(),
            retracted: VecDeque::new(),
            lost: VecDeque::new(),
            stalled: None,
            finalized: head,
            now: 0,
        };
        let heads = Heads {
            best: head,
            finalized: head,
        };
        Ok(Self {
            netuid: config.netuid,
            sealing: config.sealing,
            finality_lag: config.finality_lag,
            history: config.history,
            strictness: Strictness {
                axons: config.strict_axons,
            },
            genesis: head.hash,
            beacon: Beacon::new(config.seed),
            clock: Clock::new(config),
            faults: ChainFaults::default(),
            core: RwLock::new(core),
            heads: watch::Sender::new(heads),
        })
    }

    /// What goes wrong on command.
    pub(crate) const fn faults(&self) -> &ChainFaults {
        &self.faults
    }

    /// The subnet it was made for.
    pub(crate) const fn netuid(&self) -> axonry_core::NetUid {
        self.netuid
    }

    /// The chain's own drand.
    pub(crate) const fn beacon(&self) -> &Beacon {
        &self.beacon
    }

    /// The hash of block 0.
    pub(crate) const fn genesis(&self) -> BlockHash {
        self.genesis
    }

    /// The newest blocks.
    pub(crate) fn heads(&self) -> Heads {
        *self.heads.borrow()
    }

    /// The newest blocks, now and whenever they change.
    pub(crate) fn watch_heads(&self) -> watch::Receiver<Heads> {
        self.heads.subscribe()
    }

    /// No writer leaves half a block behind, so a poisoned lock still guards a whole chain.
    fn core(&self) -> RwLockReadGuard<'_, Core> {
        self.core.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn core_mut(&self) -> RwLockWriteGuard<'_, Core> {
        self.core.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    fn best(&self) -> &Sealed {
        self.blocks.back().expect("there is always a block")
    }

    fn block(&self, number: u64) -> Option<&Sealed> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.blocks.get(place)
    }
}
