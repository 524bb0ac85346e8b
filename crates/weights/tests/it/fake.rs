//! A chain that behaves by a script, in virtual time, and a journal in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, DispatchFailure, EpochClock, ExtrinsicHash,
    ExtrinsicStatus, FormulaEpochs, HashCommit, Hyperparameters, Metagraph, Mortality, Neuron,
    PoolRejection, SignedExtrinsic, StatusStream, SubmitError, TimelockedCommit,
};
use axonry_core::{
    AccountId, Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, MechId, NetUid, Signature,
    Signer, SignerError, Uid, UnixMillis,
};
use axonry_weights::{Attempt, Intent, IntentId, Journal, JournalError, Landing};
use futures_util::stream;
use tokio::time::{Instant, sleep_until};

pub(crate) const NETUID: NetUid = NetUid(74);
pub(crate) const FIRST: u64 = 1000;
/// In milliseconds: some day in 2026, long after drand began.
const TIME_OF_BLOCK_0: u64 = 1_780_000_000_000;
const BLOCK_TIME: Duration = Duration::from_secs(12);

/// The hotkey in the slot `uid`; the validator is in slot 0.
pub(crate) fn hotkey(uid: u16) -> Hotkey {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&uid.to_le_bytes());
    Hotkey::from_bytes(bytes)
}

/// What the node does with one submission.
#[derive(Clone, Debug)]
pub(crate) enum Submission {
    /// Takes it; the next block includes and applies it.
    Land,
    /// As `Land`, and the stream breaks before it says so.
    LandUnseen,
    /// As `Land`, and not even the answer arrives.
    LandUnanswered,
    /// Takes it without an answer arriving, and includes it so many blocks later than it could.
    LandLate(u64),
    /// The question is lost on the way.
    Lose,
    /// Refuses it.
    Reject(PoolRejection),
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
    /// Every submission, by extrinsic hash and nonce.
    pub(crate) submitted: Vec<(ExtrinsicHash, u64)>,
    pub(crate) rules: Hyperparameters,
    pub(crate) neurons: Vec<Neuron>,
    /// From this block on the node does not answer.
    pub(crate) dark_from: Option<u64>,
    /// Hash commits, and until when they are there.
    pub(crate) hashes: Vec<Waiting<HashCommit>>,
    /// Sealed vectors, and until when they are there.
    pub(crate) sealed: Vec<Waiting<TimelockedCommit>>,
    pub(crate) nonce: u64,
    /// What was set in which block, oldest first.
    history: Vec<(u64, Vec<(Uid, u16)>)>,
    dispatches: BTreeMap<ExtrinsicHash, (u64, Dispatch)>,
    calls: BTreeMap<ExtrinsicHash, Vec<(Uid, u16)>>,
}

/// A commit from the block that has it to the block that has its reveal.
#[derive(Clone, Debug)]
pub(crate) struct Waiting<C> {
    pub(crate) commit: C,
    pub(crate) since: u64,
    pub(crate) until: Option<u64>,
}

impl<C> Waiting<C> {
    fn is_there(&self, at: u64) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

impl FakeChain {
    /// A subnet of four neurons at block 1000, where the validator last set weights in block 900.
    pub(crate) fn new(script: impl IntoIterator<Item = Submission>) -> Arc<Self> {
        let neurons = (0..4).map(neuron);
        let state = State {
            script: script.into_iter().collect(),
            submitted: Vec::new(),
            rules: rules(),
            neurons: neurons.collect(),
            dark_from: None,
            hashes: Vec::new(),
            sealed: Vec::new(),
            nonce: 5,
            history: vec![(900, vec![(Uid(3), 65_535)])],
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
        FIRST + self.start.elapsed().as_secs() / BLOCK_TIME.as_secs()
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
        self.state().history.push((number, weights));
    }

    fn time_of(&self, number: u64) -> Instant {
        self.start + BLOCK_TIME * u32::try_from(number - FIRST).expect("a near block")
    }

    fn lit(&self) -> Result<(), ChainError> {
        match self.state().dark_from {
            Some(dark) if self.now() >= dark => Err(ChainError::Timeout {
                endpoint: "ws://fake".into(),
                what: "anything".into(),
                after: Duration::from_secs(1),
            }),
            _ => Ok(()),
        }
    }

    fn stored(&self, at: BlockHash) -> (u64, Vec<(Uid, u16)>) {
        let number = number_of(at);
        assert!(
            number <= self.now(),
            "a read at a block that is not there yet"
        );
        let state = self.state();
        let past = state.history.iter().rev().find(|(set, _)| *set <= number);
        past.cloned().unwrap_or_default()
    }
}

pub(crate) fn neuron(uid: u16) -> Neuron {
    Neuron {
        uid: Uid(uid),
        hotkey: hotkey(uid),
        coldkey: Coldkey::from_bytes([9; 32]),
        stake: Alpha::from_base_units(NETUID, 1_000),
        validator_permit: uid == 0,
        active: true,
        last_update: BlockNumber(900),
        axon: None,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(NETUID, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

pub(crate) fn rules() -> Hyperparameters {
    Hyperparameters {
        netuid: NETUID,
        epochs: EpochClock::Formula(FormulaEpochs {
            netuid: NETUID,
            tempo: 360,
        }),
        min_allowed_weights: 1,
        max_weights_limit: u16::MAX,
        weights_version_key: 7,
        weights_rate_limit: 100,
        commit_reveal_enabled: false,
        commit_reveal_version: None,
        reveal_period_epochs: 1,
        activity_cutoff: 5000,
        immunity_period: 4096,
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        stake_threshold: 0,
        mechanism_count: 1,
    }
}

pub(crate) fn block(number: u64) -> Block {
    let mut hash = [0xb1; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    Block {
        number: BlockNumber(number),
        hash: BlockHash(hash),
    }
}

fn number_of(hash: BlockHash) -> u64 {
    u64::from_le_bytes(hash.0[..8].try_into().expect("eight bytes"))
}

fn lost() -> ChainError {
    ChainError::Unavailable {
        endpoint: "ws://fake".into(),
        what: "an extrinsic".into(),
        source: "connection reset".into(),
    }
}

#[async_trait]
impl Chain for FakeChain {
    fn genesis(&self) -> BlockHash {
        block(0).hash
    }

    async fn head(&self) -> Result<Block, ChainError> {
        self.lit()?;
        Ok(block(self.now()))
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        self.lit()?;
        Ok(block(number.0).hash)
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        self.lit()?;
        let (next, start) = (self.now() + 1, self.start);
        Ok(Box::pin(stream::unfold(next, move |next| async move {
            let blocks = u32::try_from(next - FIRST).expect("a near block");
            sleep_until(start + BLOCK_TIME * blocks).await;
            Some((Ok(block(next)), next + 1))
        })))
    }

    async fn metagraph(&self, _: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        self.lit()?;
        Ok(Metagraph::new(NETUID, at, self.state().neurons.clone()).expect("a metagraph"))
    }

    async fn hyperparameters(
        &self,
        _: NetUid,
        _: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        self.lit()?;
        Ok(self.state().rules.clone())
    }

    async fn weights(
        &self,
        _: NetUid,
        _: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        self.lit()?;
        assert_eq!(uid, Uid(0), "the validator's own row");
        Ok(self.stored(at).1)
    }

    async fn last_updates(
        &self,
        _: NetUid,
        _: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        self.lit()?;
        let mut updates = vec![BlockNumber(0); 4];
        updates[0] = BlockNumber(self.stored(at).0);
        Ok(updates)
    }

    async fn hash_commits(
        &self,
        _: NetUid,
        _: MechId,
        _: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        self.lit()?;
        let (state, at) = (self.state(), number_of(at));
        let there = state.hashes.iter().filter(|one| one.is_there(at));
        Ok(there.map(|one| one.commit).collect())
    }

    async fn timelocked_commits(
        &self,
        _: NetUid,
        _: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        self.lit()?;
        let (state, at) = (self.state(), number_of(at));
        let of_epoch = state.rules.epochs;
        let there = state.sealed.iter().filter(|one| one.is_there(at));
        let there = there.filter(|one| of_epoch.epoch_of(one.commit.block) == Some(epoch));
        Ok(there.map(|one| one.commit.clone()).collect())
    }

    async fn last_drand_round(&self, _: BlockHash) -> Result<u64, ChainError> {
        self.lit()?;
        Ok(0)
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        self.lit()?;
        Ok(UnixMillis(TIME_OF_BLOCK_0 + number_of(at) * 12_000))
    }

    async fn next_nonce(&self, _: AccountId) -> Result<u64, ChainError> {
        self.lit()?;
        Ok(self.state().nonce)
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let Call::SetWeights { weights, .. } = call else {
            panic!("only weights are set here");
        };
        let mut state = self.state();
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&nonce.to_le_bytes());
        hash[8..16].copy_from_slice(&mortality.birth.number.0.to_le_bytes());
        let hash = ExtrinsicHash(hash);
        state.calls.insert(hash, weights.as_slice().to_vec());
        Ok(SignedExtrinsic {
            bytes: hash.0.to_vec(),
            hash,
            account: signer.account(),
            nonce,
            valid_until: mortality.birth.number.plus(mortality.period),
        })
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        let mut state = self.state();
        state.submitted.push((extrinsic.hash, extrinsic.nonce));
        if state.dispatches.contains_key(&extrinsic.hash) {
            return Err(SubmitError::Rejected(PoolRejection::AlreadyImported));
        }
        let submission = state.script.pop_front().unwrap_or(Submission::Land);
        let next = match submission {
            Submission::LandLate(blocks) => self.now() + 1 + blocks,
            _ => self.now() + 1,
        };
        if next > extrinsic.valid_until.0 {
            // Its era ends before it would be included.
            return Err(SubmitError::Unknown(lost()));
        }
        let weights = state.calls[&extrinsic.hash].clone();
        let mut include = |dispatch: Dispatch, stored: Option<Vec<(Uid, u16)>>| {
            state.nonce = extrinsic.nonce + 1;
            state.dispatches.insert(extrinsic.hash, (next, dispatch));
            state.history.extend(stored.map(|weights| (next, weights)));
        };
        match submission {
            Submission::Lose => return Err(SubmitError::Unknown(lost())),
            Submission::Reject(rejection) => {
                state.nonce += 1;
                return Err(SubmitError::Rejected(rejection));
            }
            Submission::Forget => return Ok(Box::pin(stream::pending())),
            Submission::LandUnanswered | Submission::LandLate(_) => {
                include(Dispatch::Succeeded, Some(weights));
                return Err(SubmitError::Unknown(lost()));
            }
            Submission::LandUnseen => {
                include(Dispatch::Succeeded, Some(weights));
                let said = [Ok(ExtrinsicStatus::Ready), Err(lost())];
                return Ok(Box::pin(stream::iter(said)));
            }
            Submission::Land => include(Dispatch::Succeeded, Some(weights)),
            Submission::Ignore => include(Dispatch::Succeeded, None),
            Submission::Mangle => include(Dispatch::Succeeded, Some(weights[..1].to_vec())),
            Submission::Fail(name) => {
                let failure = DispatchFailure {
                    pallet: "SubtensorModule".into(),
                    name: name.into(),
                    description: String::new(),
                };
                include(Dispatch::Failed(failure), None);
            }
        }
        let (when, hash) = (self.time_of(next), block(next).hash);
        let said = [
            ExtrinsicStatus::Ready,
            ExtrinsicStatus::InBlock(hash),
            ExtrinsicStatus::Finalized(hash),
        ];
        Ok(Box::pin(stream::unfold(0, move |place| async move {
            let status = *said.get(place)?;
            if place > 0 {
                sleep_until(when).await;
            }
            Some((Ok(status), place + 1))
        })))
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        self.lit()?;
        Ok(match self.state().dispatches.get(&extrinsic) {
            Some((number, dispatch)) if *number == number_of(at) => dispatch.clone(),
            _ => Dispatch::NotInBlock,
        })
    }
}

#[derive(Debug)]
pub(crate) struct FakeSigner;

#[async_trait]
impl Signer for FakeSigner {
    fn account(&self) -> AccountId {
        hotkey(0).account()
    }

    async fn sign(&self, _: &[u8]) -> Result<Signature, SignerError> {
        Ok(Signature([0; 64]))
    }
}

/// A journal that keeps everything it is told.
#[derive(Debug, Default)]
pub(crate) struct MemoryJournal {
    pub(crate) told: Mutex<Vec<Told>>,
    pub(crate) broken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Recorded(Box<Intent>),
    Attempted(IntentId, Attempt),
    Concluded(IntentId, Landing),
}

impl MemoryJournal {
    pub(crate) fn with(intent: Intent) -> Arc<Self> {
        Arc::new(Self {
            told: Mutex::new(vec![Told::Recorded(Box::new(intent))]),
            broken: false,
        })
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.told
            .lock()
            .expect("no test panics while holding it")
            .clone()
    }

    fn tell(&self, told: Told) -> Result<IntentId, JournalError> {
        if self.broken {
            return Err(JournalError::Failed("no space left on device".into()));
        }
        let mut all = self.told.lock().expect("no test panics while holding it");
        all.push(told);
        Ok(IntentId(i64::try_from(all.len() - 1).expect("few")))
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn record(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        self.tell(Told::Recorded(Box::new(intent.clone())))
    }

    async fn attempt(&self, id: IntentId, attempt: &Attempt) -> Result<(), JournalError> {
        self.tell(Told::Attempted(id, *attempt)).map(|_| ())
    }

    async fn conclude(&self, id: IntentId, landing: &Landing) -> Result<(), JournalError> {
        self.tell(Told::Concluded(id, landing.clone())).map(|_| ())
    }

    async fn taken(
        &self,
        _: Hotkey,
        _: (NetUid, MechId),
        since: BlockNumber,
        round: u64,
    ) -> Result<bool, JournalError> {
        let mut taken = BTreeMap::new();
        for (place, told) in self.told().into_iter().enumerate() {
            let place = IntentId(i64::try_from(place).expect("few"));
            match told {
                Told::Recorded(intent) if intent.round != round => {
                    taken.insert(place, intent.attempt.valid_until);
                }
                Told::Attempted(id, attempt) => {
                    taken
                        .entry(id)
                        .and_modify(|until| *until = attempt.valid_until);
                }
                Told::Concluded(id, Landing::Rejected { .. }) => {
                    taken.remove(&id);
                }
                _ => {}
            }
        }
        Ok(taken.values().any(|until| *until >= since))
    }

    async fn unfinished(&self, _: Hotkey) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        let mut open = BTreeMap::new();
        for (place, told) in self.told().into_iter().enumerate() {
            let place = IntentId(i64::try_from(place).expect("few"));
            match told {
                Told::Recorded(intent) => {
                    open.insert(place, *intent);
                }
                Told::Attempted(id, attempt) => {
                    open.entry(id).and_modify(|intent| intent.attempt = attempt);
                }
                Told::Concluded(id, landing) if landing.is_settled() => {
                    open.remove(&id);
                }
                Told::Concluded(..) => {}
            }
        }
        Ok(open.into_iter().collect())
    }
}
