use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axonry_core::{AccountId, Alpha, Block, BlockHash, Coldkey, Hotkey, NetUid, Price, Rao, Uid};

use crate::{
    AxonInfo, Balance, Call, Chain, ChainError, Column, Columns, Commitment, Purchase,
    Registration, Sale, SignedExtrinsic, Stake, Subnet, Validity,
};

/// What a chain knows beyond the loop of a validator: who holds what, what subnets there are and
/// what they are worth, what neurons say of themselves, what a call costs.
///
/// As with [`Chain`], every read takes the block it is pinned to and ends by a deadline. A runtime
/// that lacks what a read needs, or has it in another shape, is [`ChainError::Incompatible`] naming
/// the item; a runtime's older or newer form of the same thing is not.
#[async_trait]
pub trait Ledger: Chain {
    /// What an account holds of TAO; nothing at all for one that the chain does not know.
    async fn balance(&self, account: AccountId, at: BlockHash) -> Result<Balance, ChainError>;

    /// What an account must hold to stay open.
    async fn existential_deposit(&self, at: BlockHash) -> Result<Rao, ChainError>;

    /// What a coldkey has staked on a hotkey in one subnet.
    async fn stake(
        &self,
        hotkey: Hotkey,
        coldkey: Coldkey,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Alpha, ChainError>;

    /// All that a coldkey has staked, on whomever, ordered by subnet and hotkey; never nothing.
    async fn stakes_of_coldkey(
        &self,
        coldkey: Coldkey,
        at: BlockHash,
    ) -> Result<Vec<Stake>, ChainError>;

    /// All that is staked on a hotkey, by whomever: one amount for each subnet, in order of
    /// netuids; never nothing.
    async fn stakes_on_hotkey(
        &self,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<Alpha>, ChainError>;

    /// Every subnet there is, in order of netuids; root is the first.
    async fn subnets(&self, at: BlockHash) -> Result<Vec<Subnet>, ChainError>;

    /// One subnet.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there.
    async fn subnet(&self, netuid: NetUid, at: BlockHash) -> Result<Subnet, ChainError>;

    /// What one alpha of a subnet costs now, before fee and slippage.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there.
    async fn price(&self, netuid: NetUid, at: BlockHash) -> Result<Price, ChainError>;

    /// What buying a subnet's alpha would come to, by the runtime's own arithmetic, the pool's fee
    /// included; `None` where the pool would not sell.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime simulates nothing.
    async fn simulate_purchase(
        &self,
        netuid: NetUid,
        paid: Rao,
        at: BlockHash,
    ) -> Result<Option<Purchase>, ChainError>;

    /// What selling alpha would come to, by the runtime's own arithmetic, the pool's fee included;
    /// `None` where the pool would not buy.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime simulates nothing.
    async fn simulate_sale(&self, given: Alpha, at: BlockHash) -> Result<Option<Sale>, ChainError>;

    /// What a hotkey has said of itself in a subnet, if anything.
    async fn commitment(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Commitment>, ChainError>;

    /// What all hotkeys have said of themselves in a subnet, registered or not any more.
    async fn commitments(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<BTreeMap<Hotkey, Commitment>, ChainError>;

    /// Where a hotkey serves in a subnet, if it does.
    async fn axon(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<AxonInfo>, ChainError>;

    /// The slot of a hotkey in a subnet, if it is registered there.
    async fn uid_of(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Uid>, ChainError>;

    /// The coldkey that owns a hotkey, if the chain knows the hotkey.
    async fn owner_of(&self, hotkey: Hotkey, at: BlockHash) -> Result<Option<Coldkey>, ChainError>;

    /// Whether and for how much a hotkey can be registered in a subnet.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there.
    async fn registration(&self, netuid: NetUid, at: BlockHash)
    -> Result<Registration, ChainError>;

    /// Selected columns of a subnet's metagraph: less to read than all of it, and some that
    /// [`Chain::metagraph`] leaves out.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there,
    /// [`ChainError::Incompatible`] when the runtime does not have one of the columns.
    async fn columns(
        &self,
        netuid: NetUid,
        columns: &[Column],
        at: BlockHash,
    ) -> Result<Columns, ChainError>;

    /// What an account would pay for a call in the block after `at`, before any tip.
    ///
    /// Nothing is signed with the account's key and nothing is sent.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such call.
    async fn fee(&self, call: &Call, account: AccountId, at: Block) -> Result<Rao, ChainError>;

    /// What the pool would say to an extrinsic on top of a block, without handing it in.
    async fn validate(
        &self,
        extrinsic: &SignedExtrinsic,
        at: BlockHash,
    ) -> Result<Validity, ChainError>;
}

#[async_trait]
impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    async fn balance(&self, account: AccountId, at: BlockHash) -> Result<Balance, ChainError> {
        (**self).balance(account, at).await
    }

    async fn existential_deposit(&self, at: BlockHash) -> Result<Rao, ChainError> {
        (**self).existential_deposit(at).await
    }

    async fn stake(
        &self,
        hotkey: Hotkey,
        coldkey: Coldkey,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Alpha, ChainError> {
        (**self).stake(hotkey, coldkey, netuid, at).await
    }

    async fn stakes_of_coldkey(
        &self,
        coldkey: Coldkey,
        at: BlockHash,
    ) -> Result<Vec<Stake>, ChainError> {
        (**self).stakes_of_coldkey(coldkey, at).await
    }

    async fn stakes_on_hotkey(
        &self,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<Alpha>, ChainError> {
        (**self).stakes_on_hotkey(hotkey, at).await
    }

    async fn subnets(&self, at: BlockHash) -> Result<Vec<Subnet>, ChainError> {
        (**self).subnets(at).await
    }

    async fn subnet(&self, netuid: NetUid, at: BlockHash) -> Result<Subnet, ChainError> {
        (**self).subnet(netuid, at).await
    }

    async fn price(&self, netuid: NetUid, at: BlockHash) -> Result<Price, ChainError> {
        (**self).price(netuid, at).await
    }

    async fn simulate_purchase(
        &self,
        netuid: NetUid,
        paid: Rao,
        at: BlockHash,
    ) -> Result<Option<Purchase>, ChainError> {
        (**self).simulate_purchase(netuid, paid, at).await
    }

    async fn simulate_sale(&self, given: Alpha, at: BlockHash) -> Result<Option<Sale>, ChainError> {
        (**self).simulate_sale(given, at).await
    }

    async fn commitment(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Commitment>, ChainError> {
        (**self).commitment(netuid, hotkey, at).await
    }

    async fn commitments(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<BTreeMap<Hotkey, Commitment>, ChainError> {
        (**self).commitments(netuid, at).await
    }

    async fn axon(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<AxonInfo>, ChainError> {
        (**self).axon(netuid, hotkey, at).await
    }

    async fn uid_of(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Uid>, ChainError> {
        (**self).uid_of(netuid, hotkey, at).await
    }

    async fn owner_of(&self, hotkey: Hotkey, at: BlockHash) -> Result<Option<Coldkey>, ChainError> {
        (**self).owner_of(hotkey, at).await
    }

    async fn registration(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Registration, ChainError> {
        (**self).registration(netuid, at).await
    }

    async fn columns(
        &self,
        netuid: NetUid,
        columns: &[Column],
        at: BlockHash,
    ) -> Result<Columns, ChainError> {
        (**self).columns(netuid, columns, at).await
    }

    async fn fee(&self, call: &Call, account: AccountId, at: Block) -> Result<Rao, ChainError> {
        (**self).fee(call, account, at).await
    }

    async fn validate(
        &self,
        extrinsic: &SignedExtrinsic,
        at: BlockHash,
    ) -> Result<Validity, ChainError> {
        (**self).validate(extrinsic, at).await
    }
}
