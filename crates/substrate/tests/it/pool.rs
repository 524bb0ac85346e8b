//! A chain that is nothing but a transaction pool, behind a line that fails.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, ExtrinsicHash, ExtrinsicStatus, HashCommit,
    Hyperparameters, InvalidReason, Metagraph, Mortality, PoolRejection, SignedExtrinsic,
    StatusStream, SubmitError, TimelockedCommit,
};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Signer, SignerError, Uid,
    UnixMillis,
};
use futures_util::stream;

/// How often, in a hundred, something happens.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A question is not answered, or the key does not sign.
    pub(crate) silence: u64,
    /// An extrinsic is lost on the way in, or its answer on the way back, or it arrives late.
    pub(crate) loss: u64,
    /// The pool refuses for reasons of its own.
    pub(crate) refusal: u64,
    /// Another process takes a nonce.
    pub(crate) stranger: u64,
}

/// One account's pool and blocks.
#[derive(Debug, Default)]
struct State {
    /// By height from 1 on; block 0 is empty.
    blocks: Vec<Vec<SignedExtrinsic>>,
    /// The next nonce in state.
    nonce: u64,
    pool: BTreeMap<u64, SignedExtrinsic>,
    /// On their way in.
    late: Vec<SignedExtrinsic>,
    /// Every nonce in the order in which the pool took it.
    taken: Vec<u64>,
    random: u64,
}

#[derive(Debug)]
pub(crate) struct Pool {
    state: Mutex<State>,
    faults: Mutex<Faults>,
    strangers: AtomicU64,
    questions: AtomicU64,
}

impl Pool {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let state = State {
            random: seed | 1,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            faults: Mutex::new(faults),
            strangers: AtomicU64::new(0),
            questions: AtomicU64::new(0),
        }
    }

    pub(crate) fn heal(&self) {
        *self.faults.lock().unwrap() = Faults::default();
    }

    pub(crate) fn fail(&self, faults: Faults) {
        *self.faults.lock().unwrap() = faults;
    }

    /// Lets everything arrive that is on its way, and makes blocks of all that is ready.
    pub(crate) fn drain(&self) {
        let mut state = self.state.lock().unwrap();
        while let Some(late) = state.late.pop() {
            let _ = state.take(&late);
        }
        state.seal();
    }

    pub(crate) fn seal(&self) {
        self.state.lock().unwrap().seal();
    }

    /// Throws an extrinsic out of the pool.
    pub(crate) fn evict(&self, nonce: u64) {
        self.state.lock().unwrap().pool.remove(&nonce);
    }

    /// Nonces in the order of inclusion.
    pub(crate) fn included(&self) -> Vec<SignedExtrinsic> {
        let state = self.state.lock().unwrap();
        state.blocks.iter().flatten().cloned().collect()
    }

    /// Nonces in the order in which the pool took them.
    pub(crate) fn taken(&self) -> Vec<u64> {
        self.state.lock().unwrap().taken.clone()
    }

    /// What is in the pool and cannot get out.
    pub(crate) fn stuck(&self) -> usize {
        self.state.lock().unwrap().pool.len()
    }

    pub(crate) fn strangers(&self) -> u64 {
        self.strangers.load(Ordering::Relaxed)
    }

    pub(crate) fn nonces_asked(&self) -> u64 {
        self.questions.load(Ordering::Relaxed)
    }

    fn happens(&self, share: fn(&Faults) -> u64) -> bool {
        let share = share(&self.faults.lock().unwrap());
        share > 0 && self.state.lock().unwrap().below(100) < share
    }

    async fn answered(&self, what: &str) -> Result<(), ChainError> {
        tokio::task::yield_now().await;
        match self.happens(|faults| faults.silence) {
            true => Err(silence(what)),
            false => Ok(()),
        }
    }

    /// Somebody else with the same key.
    fn stranger(&self) {
        if !self.happens(|faults| faults.stranger) {
            return;
        }
        let number = self.strangers.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state.lock().unwrap();
        let nonce = state.next();
        let bytes = [&nonce.to_le_bytes()[..], b"strange", &number.to_le_bytes()].concat();
        let valid_until = BlockNumber(u64::MAX);
        let extrinsic = signed(bytes, AccountId::from_bytes([1; 32]), nonce, valid_until);
        let _ = state.take(&extrinsic);
    }
}

impl State {
    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % bound
    }

    fn height(&self) -> u64 {
        self.blocks.len() as u64
    }

    /// The nonce after all that is ready.
    fn next(&self) -> u64 {
        let mut next = self.nonce;
        while self.pool.contains_key(&next) {
            next += 1;
        }
        next
    }

    fn seal(&mut self) {
        let mut block = Vec::new();
        while let Some(extrinsic) = self.pool.remove(&self.nonce) {
            block.push(extrinsic);
            self.nonce += 1;
        }
        self.blocks.push(block);
    }

    fn knows(&self, hash: ExtrinsicHash) -> bool {
        let included = self.blocks.iter().flatten();
        included.rev().take(256).any(|found| found.hash == hash)
    }

    /// As `sc_transaction_pool` decides.
    fn take(&mut self, extrinsic: &SignedExtrinsic) -> Result<ExtrinsicStatus, PoolRejection> {
        if self.knows(extrinsic.hash) {
            return Err(PoolRejection::Banned);
        }
        if extrinsic.nonce < self.nonce {
            return Err(PoolRejection::Invalid(InvalidReason::Stale));
        }
        if extrinsic.valid_until.0 < self.height() {
            return Err(PoolRejection::Invalid(InvalidReason::AncientBirthBlock));
        }
        if let Some(other) = self.pool.get(&extrinsic.nonce) {
            return Err(match other.hash == extrinsic.hash {
                true => PoolRejection::AlreadyImported,
                false => PoolRejection::PriorityTooLow,
            });
        }
        let next = self.next();
        self.pool.insert(extrinsic.nonce, extrinsic.clone());
        self.taken.push(extrinsic.nonce);
        Ok(match extrinsic.nonce > next {
            true => ExtrinsicStatus::Future,
            false => ExtrinsicStatus::Ready,
        })
    }
}

fn silence(what: &str) -> ChainError {
    ChainError::Timeout {
        endpoint: "the pool".to_owned(),
        what: what.to_owned(),
        after: Duration::from_secs(1),
    }
}

fn signed(bytes: Vec<u8>, account: AccountId, nonce: u64, until: BlockNumber) -> SignedExtrinsic {
    let mut hash = [0; 32];
    hash.copy_from_slice(
        blake2b_simd::Params::new()
            .hash_length(32)
            .hash(&bytes)
            .as_bytes(),
    );
    SignedExtrinsic {
        hash: ExtrinsicHash(hash),
        bytes,
        account,
        nonce,
        valid_until: until,
    }
}

fn hash_of(height: u64) -> BlockHash {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&height.to_le_bytes());
    BlockHash(hash)
}

#[async_trait]
impl Chain for Pool {
    fn genesis(&self) -> BlockHash {
        hash_of(0)
    }

    async fn head(&self) -> Result<Block, ChainError> {
        self.answered("the head").await?;
        let height = self.state.lock().unwrap().height();
        Ok(Block {
            number: BlockNumber(height),
            hash: hash_of(height),
        })
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        self.answered("a hash").await?;
        Ok(hash_of(number.0))
    }

    async fn next_nonce(&self, _: AccountId) -> Result<u64, ChainError> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.answered("the next nonce").await?;
        Ok(self.state.lock().unwrap().next())
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        tokio::task::yield_now().await;
        if self.happens(|faults| faults.silence) {
            return Err(ChainError::Signing(SignerError {
                account: signer.account(),
                reason: "asleep".to_owned(),
            }));
        }
        let bytes = [&nonce.to_le_bytes()[..], format!("{call:?}").as_bytes()].concat();
        let period = mortality.period.clamp(4, 65_536).next_power_of_two();
        let until = mortality.birth.number.plus(period - 1);
        Ok(signed(bytes, signer.account(), nonce, until))
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        tokio::task::yield_now().await;
        self.stranger();
        let refused = self.happens(|faults| faults.refusal);
        let lost = self.happens(|faults| faults.loss);
        let mut state = self.state.lock().unwrap();
        match state.below(8) {
            0 => state.seal(),
            // Something that was late arrives.
            1 if !state.late.is_empty() => {
                let late = state.late.remove(0);
                let _ = state.take(&late);
            }
            _ => {}
        }
        let unknown = || SubmitError::Unknown(silence("submission"));
        if lost {
            match state.below(3) {
                0 => {}
                1 => state.late.push(extrinsic.clone()),
                _ => {
                    let _ = state.take(extrinsic);
                }
            }
            return Err(unknown());
        }
        if refused {
            return Err(SubmitError::Rejected(match state.below(4) {
                0 => PoolRejection::PoolFull,
                1 => PoolRejection::Invalid(InvalidReason::Custom(6)),
                2 => PoolRejection::UnknownValidity("CannotLookup".to_owned()),
                _ => PoolRejection::Invalid(InvalidReason::BadProof),
            }));
        }
        let status = state.take(extrinsic).map_err(SubmitError::Rejected)?;
        Ok(Box::pin(stream::iter([Ok(status)])))
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        self.answered("a block").await?;
        let height = usize::from_le_bytes(at.0[..8].try_into().unwrap());
        let state = self.state.lock().unwrap();
        let block = height
            .checked_sub(1)
            .and_then(|place| state.blocks.get(place));
        let found = block.is_some_and(|block| block.iter().any(|one| one.hash == extrinsic));
        Ok(match found {
            true => Dispatch::Succeeded,
            false => Dispatch::NotInBlock,
        })
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        unreachable!("no account follows blocks")
    }

    async fn metagraph(&self, _: NetUid, _: Block) -> Result<Metagraph, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn hyperparameters(
        &self,
        _: NetUid,
        _: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn weights(
        &self,
        _: NetUid,
        _: MechId,
        _: Uid,
        _: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn last_updates(
        &self,
        _: NetUid,
        _: MechId,
        _: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn hash_commits(
        &self,
        _: NetUid,
        _: MechId,
        _: Hotkey,
        _: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn timelocked_commits(
        &self,
        _: NetUid,
        _: MechId,
        _: u64,
        _: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        unreachable!("there is no subnet")
    }

    async fn last_drand_round(&self, _: BlockHash) -> Result<u64, ChainError> {
        unreachable!("there is no beacon")
    }

    async fn timestamp(&self, _: BlockHash) -> Result<UnixMillis, ChainError> {
        unreachable!("there is no clock")
    }
}
