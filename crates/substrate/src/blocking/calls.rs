//! What the chain traits name, waited for.

use std::collections::BTreeMap;

use axonry_chain::{
    AxonInfo, Balance, Call, Chain, Column, Columns, Commitment, Dispatch, ExtrinsicHash,
    ExtrinsicStatus, HashCommit, Hyperparameters, Ledger, Metagraph, Mortality, Registration,
    SignedExtrinsic, Stake, Subnet, TimelockedCommit, Validity,
};
use axonry_core::{
    AccountId, Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, MechId, NetUid, Price, Rao,
    Signer, Uid, UnixMillis,
};

use super::{BlockingError, Following, Substrate};
use crate::BestBlock;

/// Writes each method as the wait for the async one of the same name.
macro_rules! waited_for {
    ($($of:ident: $doc:literal $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Substrate {
            $(
                #[doc = concat!($doc, "\n\n# Errors\nAs the async method of the same name.")]
                pub fn $name(&self, $($argument: $kind),*) -> Result<$answer, BlockingError> {
                    self.wait($of::$name(&self.client, $($argument),*))
                }
            )*
        }
    };
}

waited_for! {
    Chain: "The newest finalized block."
        head() -> Block;
    Chain: "The hash of the block at a height."
        block_hash(number: BlockNumber) -> BlockHash;
    Chain: "Every neuron of a subnet at one block."
        metagraph(netuid: NetUid, at: Block) -> Metagraph;
    Chain: "The rules of a subnet at one block, and where its epochs stand."
        hyperparameters(netuid: NetUid, at: BlockHash) -> Hyperparameters;
    Chain: "The weights a neuron has in state at one block."
        weights(netuid: NetUid, mechanism: MechId, uid: Uid, at: BlockHash) -> Vec<(Uid, u16)>;
    Chain: "When each uid last set or committed weights, by uid."
        last_updates(netuid: NetUid, mechanism: MechId, at: BlockHash) -> Vec<BlockNumber>;
    Chain: "The hash commits of a hotkey that are neither revealed nor dropped."
        hash_commits(netuid: NetUid, mechanism: MechId, hotkey: Hotkey, at: BlockHash)
            -> Vec<HashCommit>;
    Chain: "The sealed vectors of one epoch that the chain has neither opened nor dropped."
        timelocked_commits(netuid: NetUid, mechanism: MechId, epoch: u64, at: BlockHash)
            -> Vec<TimelockedCommit>;
    Chain: "The newest drand round whose pulse the chain has stored, 0 for none."
        last_drand_round(at: BlockHash) -> u64;
    Chain: "The time of a block, as its author set it."
        timestamp(at: BlockHash) -> UnixMillis;
    Chain: "The nonce the account's next extrinsic must have, pending ones counted."
        next_nonce(account: AccountId) -> u64;
    Chain: "Encodes and signs a call; nothing is sent."
        sign(call: &Call, signer: &dyn Signer, nonce: u64, mortality: Mortality)
            -> SignedExtrinsic;
    Chain: "How an extrinsic fared in a block."
        dispatch(extrinsic: ExtrinsicHash, at: BlockHash) -> Dispatch;
    Ledger: "What an account holds."
        balance(account: AccountId, at: BlockHash) -> Balance;
    Ledger: "What an account must hold to exist."
        existential_deposit(at: BlockHash) -> Rao;
    Ledger: "What a coldkey has staked on a hotkey in a subnet."
        stake(hotkey: Hotkey, coldkey: Coldkey, netuid: NetUid, at: BlockHash) -> Alpha;
    Ledger: "Everything a coldkey has staked."
        stakes_of_coldkey(coldkey: Coldkey, at: BlockHash) -> Vec<Stake>;
    Ledger: "Everything that is staked on a hotkey."
        stakes_on_hotkey(hotkey: Hotkey, at: BlockHash) -> Vec<Alpha>;
    Ledger: "Every subnet."
        subnets(at: BlockHash) -> Vec<Subnet>;
    Ledger: "One subnet."
        subnet(netuid: NetUid, at: BlockHash) -> Subnet;
    Ledger: "What a subnet's alpha is worth."
        price(netuid: NetUid, at: BlockHash) -> Price;
    Ledger: "What a hotkey has committed to."
        commitment(netuid: NetUid, hotkey: Hotkey, at: BlockHash) -> Option<Commitment>;
    Ledger: "What all of a subnet's hotkeys have committed to."
        commitments(netuid: NetUid, at: BlockHash) -> BTreeMap<Hotkey, Commitment>;
    Ledger: "Where a hotkey serves."
        axon(netuid: NetUid, hotkey: Hotkey, at: BlockHash) -> Option<AxonInfo>;
    Ledger: "The uid of a hotkey."
        uid_of(netuid: NetUid, hotkey: Hotkey, at: BlockHash) -> Option<Uid>;
    Ledger: "The coldkey that owns a hotkey."
        owner_of(hotkey: Hotkey, at: BlockHash) -> Option<Coldkey>;
    Ledger: "What registering in a subnet takes."
        registration(netuid: NetUid, at: BlockHash) -> Registration;
    Ledger: "Some of what is known of all neurons of a subnet."
        columns(netuid: NetUid, columns: &[Column], at: BlockHash) -> Columns;
    Ledger: "What a call would cost."
        fee(call: &Call, account: AccountId, at: Block) -> Rao;
    Ledger: "Whether a node would take an extrinsic now."
        validate(extrinsic: &SignedExtrinsic, at: BlockHash) -> Validity;
}

impl Substrate {
    /// The hash of block 0: which chain this is.
    pub fn genesis(&self) -> BlockHash {
        self.client.genesis()
    }

    /// Every finalized block from the next one on, in order and without gaps.
    ///
    /// # Errors
    /// As the async method of the same name.
    pub fn blocks(&self) -> Result<Following<Block>, BlockingError> {
        let blocks = self.wait(self.client.blocks())?;
        Ok(Following::new(blocks, &self.worker))
    }

    /// The best chain's changes from now on.
    ///
    /// # Errors
    /// As the async method of the same name.
    pub fn best_blocks(&self) -> Result<Following<BestBlock>, BlockingError> {
        let blocks = self.wait(self.client.best_blocks())?;
        Ok(Following::new(blocks, &self.worker))
    }

    /// Hands a signed extrinsic to the node and follows what becomes of it.
    ///
    /// # Errors
    /// As the async method of the same name.
    pub fn submit(
        &self,
        extrinsic: &SignedExtrinsic,
    ) -> Result<Following<ExtrinsicStatus>, BlockingError> {
        let statuses = self.wait(self.client.submit(extrinsic))?;
        Ok(Following::new(statuses, &self.worker))
    }
}
