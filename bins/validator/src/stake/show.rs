//! What a coldkey has, at one block.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use axonry_chain::{Balance, Chain, Ledger, Stake, Subnet};
use axonry_core::{Block, Coldkey, NetUid};

use super::arguments::ShowArguments;
use super::key::Owner;
use super::market::Market;
use super::{json, table};
use crate::network::Network;
use crate::report::tell;

/// Everything that is shown.
pub(super) struct Fortune {
    pub(super) at: Block,
    pub(super) coldkey: Coldkey,
    pub(super) balance: Balance,
    pub(super) stakes: Vec<Stake>,
    pub(super) subnets: BTreeMap<NetUid, Subnet>,
}

pub(super) async fn show(given: ShowArguments) -> Result<()> {
    let named = given.owner.network.as_deref().unwrap_or("finney");
    let network: Network = named.parse()?;
    let coldkey = match &given.coldkey {
        Some(address) => address.parse().context("--coldkey")?,
        None => Owner::named(&given.owner, &network)?.coldkey()?,
    };
    let market = Market::open(&given.owner, &network).await?;
    let fortune = read(&market, coldkey).await;
    market.close().await;
    let fortune = fortune?;
    tell(&match given.owner.json {
        true => json::line(&json::fortune(&fortune)),
        false => table::fortune(&fortune),
    });
    Ok(())
}

async fn read(market: &Market, coldkey: Coldkey) -> Result<Fortune> {
    let chain = &market.chain;
    let at = chain.head().await?;
    let subnets = chain.subnets(at.hash).await?.into_iter();
    Ok(Fortune {
        at,
        coldkey,
        balance: chain.balance(coldkey.account(), at.hash).await?,
        stakes: chain.stakes_of_coldkey(coldkey, at.hash).await?,
        subnets: subnets.map(|subnet| (subnet.netuid, subnet)).collect(),
    })
}
