//! What lies beyond a validator's loop, over the node.

use std::collections::BTreeMap;

use async_trait::async_trait;
use axonry_chain::{
    AxonInfo, Balance, Call, Chain, ChainError, Column, Columns, Commitment, Ledger, Mortality,
    Purchase, Registration, Sale, SignedExtrinsic, Stake, Subnet, Validity,
};
use axonry_core::{AccountId, Alpha, Block, BlockHash, Coldkey, Hotkey, NetUid, Price, Rao, Uid};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;

use crate::chain::read;
use crate::runtime::{Registered, Runtime, Unsigned};
use crate::substrate::{Inner, Substrate};

/// Blocks that the extrinsic would live whose fee is asked for; the era's length in bytes is the
/// same for all of them.
const PERIOD: u64 = 64;

#[async_trait]
impl Ledger for Substrate {
    async fn balance(&self, account: AccountId, at: BlockHash) -> Result<Balance, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a balance", at, |runtime| async {
            let what = format!("the balance of {account}");
            let key = runtime.balance_key(account)?;
            runtime.balance(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn existential_deposit(&self, at: BlockHash) -> Result<Rao, ChainError> {
        let inner = &*self.inner;
        read!(inner, "the existential deposit", at, |runtime| async {
            runtime.existential_deposit()
        })
    }

    async fn stake(
        &self,
        hotkey: Hotkey,
        coldkey: Coldkey,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Alpha, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a stake", at, |runtime| async {
            let call = runtime.stake_call(hotkey, coldkey, netuid)?;
            let what = format!("the stake of {coldkey} on {hotkey} in subnet {netuid}");
            runtime.stake(netuid, &inner.call(what, call, at).await?)
        })
    }

    async fn stakes_of_coldkey(
        &self,
        coldkey: Coldkey,
        at: BlockHash,
    ) -> Result<Vec<Stake>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "stakes", at, |runtime| async {
            let call = runtime.stakes_of_coldkey_call(coldkey)?;
            let what = format!("the stakes of {coldkey}");
            runtime.stakes_of_coldkey(&inner.call(what, call, at).await?)
        })
    }

    async fn stakes_on_hotkey(
        &self,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<Alpha>, ChainError> {
        let stakes = async {
            let view = self.at(at).await?;
            let first = (*hotkey.as_bytes(),);
            let stakes = view.map("SubtensorModule", "TotalHotkeyAlpha", first)?;
            let stakes: Vec<(([u8; 32], u16), u64)> = stakes.try_collect().await?;
            let stakes = stakes.into_iter();
            let mut stakes: Vec<_> = stakes
                .filter(|(_, units)| *units > 0)
                .map(|((_, netuid), units)| Alpha::from_base_units(NetUid(netuid), units))
                .collect();
            stakes.sort_by_key(|stake| stake.netuid());
            Ok(stakes)
        };
        let link = &self.inner.link;
        link.within_one_deadline("the stakes on a hotkey", stakes)
            .await
    }

    async fn subnets(&self, at: BlockHash) -> Result<Vec<Subnet>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "all subnets", at, |runtime| inner
            .subnets(&runtime, at))
    }

    async fn subnet(&self, netuid: NetUid, at: BlockHash) -> Result<Subnet, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a subnet", at, |runtime| async {
            let call = runtime.subnet_call(netuid)?;
            let what = format!("subnet {netuid}");
            let answer = inner.call(what, call, at);
            let price = inner.price(&runtime, netuid, at);
            let (answer, price) = tokio::try_join!(answer, price)?;
            runtime.subnet(netuid, &answer, price)
        })
    }

    async fn price(&self, netuid: NetUid, at: BlockHash) -> Result<Price, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a price", at, |runtime| async {
            let price = inner.price(&runtime, netuid, at);
            let ((), price) = tokio::try_join!(inner.has_subnet(&runtime, netuid, at), price)?;
            Ok(price)
        })
    }

    async fn simulate_purchase(
        &self,
        netuid: NetUid,
        paid: Rao,
        at: BlockHash,
    ) -> Result<Option<Purchase>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a purchase", at, |runtime| async {
            let call = runtime.purchase_call(netuid, paid)?;
            let what = format!("what {paid} would buy in subnet {netuid}");
            runtime.purchase(netuid, paid, &inner.call(what, call, at).await?)
        })
    }

    async fn simulate_sale(&self, given: Alpha, at: BlockHash) -> Result<Option<Sale>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a sale", at, |runtime| async {
            let call = runtime.sale_call(given)?;
            let what = format!("what {given} would bring");
            runtime.sale(given, &inner.call(what, call, at).await?)
        })
    }

    async fn commitment(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Commitment>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a commitment", at, |runtime| async {
            let key = runtime.commitment_key(netuid, hotkey)?;
            let what = format!("the commitment of {hotkey} in subnet {netuid}");
            runtime.commitment(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn commitments(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<BTreeMap<Hotkey, Commitment>, ChainError> {
        let commitments = async {
            let view = self.at(at).await?;
            let entries = view.map("Commitments", "CommitmentOf", (netuid.0,))?;
            let entries: Vec<((u16, [u8; 32]), Registered)> = entries.try_collect().await?;
            let commitments = entries.into_iter().map(|((_, hotkey), registered)| {
                Ok((Hotkey::from_bytes(hotkey), registered.commitment()?))
            });
            commitments.collect()
        };
        let link = &self.inner.link;
        link.within_one_deadline("the commitments of a subnet", commitments)
            .await
    }

    async fn axon(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<AxonInfo>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "an axon", at, |runtime| async {
            let key = runtime.axon_key(netuid, hotkey)?;
            let what = format!("the axon of {hotkey} in subnet {netuid}");
            runtime.axon(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn uid_of(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Uid>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a uid", at, |runtime| async {
            let key = runtime.uid_key(netuid, hotkey)?;
            let what = format!("the uid of {hotkey} in subnet {netuid}");
            runtime.uid(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn owner_of(&self, hotkey: Hotkey, at: BlockHash) -> Result<Option<Coldkey>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "an owner", at, |runtime| async {
            let key = runtime.owner_key(hotkey)?;
            let what = format!("the owner of {hotkey}");
            runtime.owner(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn registration(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Registration, ChainError> {
        let inner = &*self.inner;
        read!(inner, "the terms of registration", at, |runtime| async {
            let keys = runtime.registration_keys(netuid)?;
            let what = format!("the terms of registration in subnet {netuid}");
            let values = inner.link.stored_at_all(what, &keys, at).await?;
            runtime.registration(netuid, &values)
        })
    }

    async fn columns(
        &self,
        netuid: NetUid,
        columns: &[Column],
        at: BlockHash,
    ) -> Result<Columns, ChainError> {
        let inner = &*self.inner;
        read!(inner, "columns of a metagraph", at, |runtime| async {
            let call = runtime.columns_call(netuid, columns)?;
            let what = format!("columns of the metagraph of subnet {netuid}");
            runtime.columns(netuid, columns, &inner.call(what, call, at).await?)
        })
    }

    async fn fee(&self, call: &Call, account: AccountId, at: Block) -> Result<Rao, ChainError> {
        let inner = &*self.inner;
        let mortality = Mortality {
            birth: at,
            period: PERIOD,
        };
        read!(inner, "a fee", at.hash, |runtime| async {
            // Its length is part of the fee, and the nonce's length of that.
            let nonce = self.next_nonce(account).await?;
            let signer = Unsigned(account);
            let extrinsic = runtime.sign(call, &signer, nonce, mortality).await?;
            let question = runtime.fee_call(&extrinsic.bytes)?;
            let what = "what a call costs".to_owned();
            runtime.fee(&inner.call(what, question, at.hash).await?)
        })
    }

    async fn validate(
        &self,
        extrinsic: &SignedExtrinsic,
        at: BlockHash,
    ) -> Result<Validity, ChainError> {
        let inner = &*self.inner;
        read!(inner, "the validity of an extrinsic", at, |runtime| async {
            let call = runtime.validity_call(&extrinsic.bytes, at)?;
            let what = format!("the validity of {}", extrinsic.hash);
            runtime.validity(&inner.call(what, call, at).await?)
        })
    }
}

impl Inner {
    async fn call(
        &self,
        what: String,
        (function, arguments): (String, Vec<u8>),
        at: BlockHash,
    ) -> Result<Vec<u8>, ChainError> {
        self.link.state_call(what, &function, &arguments, at).await
    }

    async fn price(
        &self,
        runtime: &Runtime,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Price, ChainError> {
        let call = runtime.price_call(netuid)?;
        let what = format!("the price of subnet {netuid}");
        runtime.price(&self.call(what, call, at).await?)
    }

    /// The runtime says the same of a subnet whose alpha costs 1 TAO and of none at all.
    async fn has_subnet(
        &self,
        runtime: &Runtime,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<(), ChainError> {
        let key = runtime.subnet_key(netuid)?;
        let what = format!("whether subnet {netuid} exists");
        let stored = self.link.stored(what, &key, at).await?;
        match runtime.subnet_exists(stored.as_deref())? {
            true => Ok(()),
            false => Err(ChainError::NoSubnet(netuid)),
        }
    }

    async fn subnets(&self, runtime: &Runtime, at: BlockHash) -> Result<Vec<Subnet>, ChainError> {
        let call = runtime.subnets_call()?;
        let subnets = self.call("all subnets".to_owned(), call, at);
        if let Some(call) = runtime.prices_call()? {
            let prices = self.call("all prices".to_owned(), call, at);
            let (subnets, prices) = tokio::try_join!(subnets, prices)?;
            return runtime.subnets(&subnets, &runtime.prices(&prices)?);
        }
        let subnets = subnets.await?;
        let netuids = runtime.netuids(&subnets)?.into_iter();
        let prices = netuids.map(|netuid| async move {
            let price = self.price(runtime, netuid, at).await?;
            Ok::<_, ChainError>((netuid, price))
        });
        let prices = try_join_all(prices).await?;
        runtime.subnets(&subnets, &prices.into_iter().collect())
    }
}
