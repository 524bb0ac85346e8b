use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axonry_chain::{
    Call, ChainError, Dispatch, ExtrinsicHash, HashCommit, Hyperparameters, Metagraph, Neuron,
    PoolRejection, TimelockedCommit,
};
use axonry_core::{BlockHash, Uid};
use tokio::time::Instant;

use super::{BLOCK, FIRST, NETUID, block, neuron, number_of, rules};

/// What the node does with one submission.
#[derive(Clone, Debug)]
pub(crate) enum Submission {
    /// Takes it; the next block includes and applies it.
    Land,
    /// As `Land`, and the stream breaks before it says so.
    LandUnseen,
    /// As `Land`, and not even the answer arrives.
    LandUnanswered,
    /// As `Land`, and the answer is a refusal: the bytes had come another way before.
    LandRefused(PoolRejection),
    /// Takes it without an answer arriving, and includes it so many blocks later than it could.
    LandLate(u64),
    /// Includes it in a block that is replaced; it is in one so many blocks later.
    Reorg(u64),
    /// The question is lost on the way.
    Lose,
    /// Refuses it.
    Reject(PoolRejection),
    /// Refuses it as stale: so many nonces were used up behind our back.
    Jump(u64),
    /// Includes it, and it fails.
    Fail(&'static str),
    /// Includes it, says that it succeeded, and stores nothing.
    Ignore,
    /// Includes it, and stores the first weight only.
    Mangle,
    /// Takes it and forgets it.
    Forget,
}

#[derive(Debug)]
pub(crate) struct FakeChain {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) script: VecDeque<Submission>,
    /// What happens to the chain after the next extrinsic is signed and before it is included.
    pub(crate) between: Option<fn(&mut Self)>,
    /// Every submission, by extrinsic hash and nonce.
    pub(crate) submitted: Vec<(ExtrinsicHash, u64)>,
    pub(crate) rules: Hyperparameters,
    pub(crate) neurons: Vec<Neuron>,
    /// The neurons there were before some block.
    pub(crate) neurons_until: Option<(u64, Vec<Neuron>)>,
    /// From this block on the node does not answer.
    pub(crate) dark_from: Option<u64>,
    /// After the first block, none is finalized until the second.
    pub(crate) stall: Option<(u64, u64)>,
    /// Every second question is lost, by the toss of this coin.
    pub(crate) flaky: Option<u64>,
    /// Hash commits, and until when they are there.
    pub(crate) hashes: Vec<Waiting<HashCommit>>,
    /// Sealed vectors, and until when they are there.
    pub(crate) sealed: Vec<Waiting<TimelockedCommit>>,
    pub(crate) nonce: u64,
    /// What was set in which block, oldest first.
    pub(super) history: Vec<(u64, Vec<(Uid, u16)>)>,
    /// When weights were set or committed, oldest first.
    pub(super) updates: Vec<u64>,
    pub(super) dispatches: BTreeMap<ExtrinsicHash, (u64, Dispatch)>,
    pub(super) calls: BTreeMap<ExtrinsicHash, Call>,
}

/// A commit from the block that has it to the block that has its reveal.
#[derive(Clone, Debug)]
pub(crate) struct Waiting<C> {
    pub(crate) commit: C,
    pub(crate) since: u64,
    pub(crate) until: Option<u64>,
}

impl<C> Waiting<C> {
    pub(super) fn is_there(&self, at: u64) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

impl FakeChain {
    /// A subnet of four neurons at block 1000, where the validator last set weights in block 900.
    pub(crate) fn new(script: impl IntoIterator<Item = Submission>) -> Arc<Self> {
        let neurons = (0..4).map(neuron);
        let state = State {
            script: script.into_iter().collect(),
            between: None,
            submitted: Vec::new(),
            rules: rules(),
            neurons: neurons.collect(),
            neurons_until: None,
            dark_from: None,
            stall: None,
            flaky: None,
            hashes: Vec::new(),
            sealed: Vec::new(),
            nonce: 5,
            history: vec![(900, vec![(Uid(3), 65_535)])],
            updates: vec![900],
            dispatches: BTreeMap::new(),
            calls: BTreeMap::new(),
        };
        Arc::new(Self {
            start: Instant::now(),
            state: Mutex::new(state),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while holding it")
    }

    pub(crate) fn now(&self) -> u64 {
        FIRST + self.start.elapsed().as_secs() / BLOCK.as_secs()
    }

    pub(crate) fn finalized(&self) -> u64 {
        let now = self.now();
        match self.state().stall {
            Some((last, until)) if (last..until).contains(&now) => last,
            _ => now,
        }
    }

    pub(crate) fn metagraph_now(&self) -> Metagraph {
        let neurons = self.state().neurons.clone();
        Metagraph::new(NETUID, block(self.now()), neurons).expect("a metagraph")
    }

    /// The blocks in which these weights were set.
    pub(crate) fn set_at(&self, weights: &[(Uid, u16)]) -> Vec<u64> {
        let state = self.state();
        let same = state.history.iter().filter(|(_, set)| set == weights);
        same.map(|(number, _)| *number).collect()
    }

    /// Sets weights behind everybody's back.
    pub(crate) fn set_in(&self, number: u64, weights: Vec<(Uid, u16)>) {
        self.state().set(number, weights);
    }

    pub(super) fn time_of(&self, number: u64) -> Instant {
        self.start + BLOCK * u32::try_from(number - FIRST).expect("a near block")
    }

    /// When a block is final: at once, or when finality moves again.
    pub(super) fn final_in(&self, stall: Option<(u64, u64)>, number: u64) -> Instant {
        match stall {
            Some((last, until)) if number > last && number < until => self.time_of(until),
            _ => self.time_of(number),
        }
    }

    pub(super) fn lit(&self) -> Result<(), ChainError> {
        let now = self.now();
        let mut state = self.state();
        if state.flaky.as_mut().is_some_and(coin) {
            return Err(lost());
        }
        match state.dark_from {
            Some(dark) if now >= dark => Err(ChainError::Timeout {
                endpoint: "ws://fake".into(),
                what: "anything".into(),
                after: Duration::from_secs(1),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn stored(&self, at: BlockHash) -> Vec<(Uid, u16)> {
        let number = self.known(at);
        let state = self.state();
        let past = state.history.iter().rev().find(|(set, _)| *set <= number);
        past.cloned().unwrap_or_default().1
    }

    pub(super) fn updated(&self, at: BlockHash) -> u64 {
        let number = self.known(at);
        let state = self.state();
        let past = state.updates.iter().rev().find(|set| **set <= number);
        past.copied().unwrap_or_default()
    }

    fn known(&self, at: BlockHash) -> u64 {
        let number = number_of(at);
        assert!(
            number <= self.now(),
            "a read at a block that is not there yet"
        );
        number
    }
}

pub(super) fn lost() -> ChainError {
    ChainError::Unavailable {
        endpoint: "ws://fake".into(),
        what: "an extrinsic".into(),
        source: "connection reset".into(),
    }
}

/// Halves, without a source of chance that differs from run to run.
pub(crate) fn coin(state: &mut u64) -> bool {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 63 == 1
}
