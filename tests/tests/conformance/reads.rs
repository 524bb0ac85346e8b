//! What is read, at a block.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::{Chain, ChainError, Column, Ledger};
use axonry_core::{AccountId, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Price, Rao};
use futures_util::StreamExt;

use crate::expectations::Expectations;

const PATIENCE: Duration = Duration::from_secs(20);
const NOWHERE: NetUid = NetUid(4000);

pub(crate) async fn reads(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    blocks(chain).await?;
    nothing_there(chain, expected).await?;
    neurons(chain, expected).await?;
    commits(chain, expected).await?;
    accounts(chain, expected).await?;
    subnets(chain, expected).await
}

async fn blocks(chain: &dyn Ledger) -> Result<()> {
    let head = chain.head().await?;
    ensure!(
        chain.block_hash(head.number).await? == head.hash,
        "the head is at its height"
    );
    ensure!(
        chain.block_hash(BlockNumber(0)).await? == chain.genesis(),
        "block 0 is the genesis"
    );
    let beyond = chain.block_hash(BlockNumber(1 << 31)).await;
    ensure!(matches!(beyond, Err(ChainError::NoBlock(_))), "{beyond:?}");
    Ok(())
}

/// What does not exist is said not to exist.
async fn nothing_there(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let head = chain.head().await?;
    let no_subnet = |error: Option<ChainError>| {
        ensure!(
            matches!(error, Some(ChainError::NoSubnet(NOWHERE))),
            "{error:?}"
        );
        Ok(())
    };
    no_subnet(chain.metagraph(NOWHERE, head).await.err())?;
    no_subnet(chain.hyperparameters(NOWHERE, head.hash).await.err())?;
    no_subnet(chain.registration(NOWHERE, head.hash).await.err())?;
    if !expected.lacks.contains(&"subnets") {
        no_subnet(chain.subnet(NOWHERE, head.hash).await.err())?;
        no_subnet(chain.price(NOWHERE, head.hash).await.err())?;
    }
    if !expected.lacks.contains(&"columns") {
        let columns = chain.columns(NOWHERE, &[Column::Active], head.hash).await;
        no_subnet(columns.err())?;
    }
    if expected.lacks.contains(&"unknown blocks") {
        return Ok(());
    }
    let unknown = chain
        .hyperparameters(expected.netuid, BlockHash([9; 32]))
        .await;
    ensure!(
        matches!(unknown, Err(ChainError::NoState(_))),
        "{unknown:?}"
    );
    let stranger = expected.stranger.account();
    let unknown = chain.balance(stranger, BlockHash([9; 32])).await;
    ensure!(
        matches!(unknown, Err(ChainError::NoState(_))),
        "{unknown:?}"
    );
    Ok(())
}

async fn neurons(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, head) = (expected.netuid, chain.head().await?);
    let at = head.hash;
    let metagraph = chain.metagraph(netuid, head).await?;
    let validator = expected.validator.hotkey();
    ensure!(metagraph.uid_of(&validator) == Some(expected.uid));
    ensure!(metagraph.block() == head);
    for neuron in metagraph.neurons().iter().take(4) {
        let hotkey = neuron.hotkey;
        ensure!(chain.uid_of(netuid, hotkey, at).await? == Some(neuron.uid));
        ensure!(chain.owner_of(hotkey, at).await? == Some(neuron.coldkey));
        ensure!(chain.axon(netuid, hotkey, at).await? == neuron.axon);
    }
    let stranger = expected.stranger.hotkey();
    ensure!(chain.uid_of(netuid, stranger, at).await?.is_none());
    ensure!(chain.owner_of(stranger, at).await?.is_none());
    ensure!(chain.axon(netuid, stranger, at).await?.is_none());

    let columns = [
        Column::Hotkeys,
        Column::Coldkeys,
        Column::Axons,
        Column::Incentives,
        Column::LastUpdate,
    ];
    let columns = chain.columns(netuid, &columns, at).await;
    let Some(columns) = expected.answer("columns", columns)? else {
        return Ok(());
    };
    let neurons = metagraph.neurons().iter();
    ensure!(columns.hotkeys == Some(neurons.clone().map(|one| one.hotkey).collect()));
    ensure!(columns.coldkeys == Some(neurons.clone().map(|one| one.coldkey).collect()));
    ensure!(columns.axons == Some(neurons.clone().map(|one| one.axon).collect()));
    ensure!(columns.incentives == Some(neurons.clone().map(|one| one.incentive).collect()));
    ensure!(columns.last_update == Some(neurons.map(|one| one.last_update).collect()));
    ensure!(
        columns.active.is_none(),
        "what was not asked for is not there"
    );
    Ok(())
}

async fn commits(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, at) = (expected.netuid, chain.head().await?.hash);
    let (mechanism, nobody) = (MechId(0), Hotkey::from_bytes([8; 32]));
    let commits = chain.hash_commits(netuid, mechanism, nobody, at).await?;
    ensure!(commits.is_empty(), "{commits:?}");
    let commits = chain.timelocked_commits(netuid, mechanism, 1, at).await;
    let commits = expected.answer("timelocked commits", commits)?;
    ensure!(commits.is_none_or(|commits| commits.is_empty()));
    let round = chain.last_drand_round(at).await;
    expected.answer("drand rounds", round)?;
    ensure!(chain.timestamp(at).await?.0 > 0, "a block has a time");
    Ok(())
}

async fn accounts(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let at = chain.head().await?.hash;
    let deposit = chain.existential_deposit(at).await?;
    ensure!(deposit == Rao::from_rao(500), "{deposit}");
    let validator = expected.validator.account();
    let balance = chain.balance(validator, at).await?;
    ensure!(balance.free > deposit, "{balance:?}");
    let nobody = chain.balance(AccountId::from_bytes([8; 32]), at).await?;
    ensure!(nobody == axonry_chain::Balance::default(), "{nobody:?}");

    let (hotkey, coldkey) = (expected.validator.hotkey(), validator.into());
    let stakes = chain.stakes_of_coldkey(coldkey, at).await;
    if let Some(stakes) = expected.answer("stakes of a coldkey", stakes)? {
        for stake in &stakes {
            let netuid = stake.amount.netuid();
            let one = chain.stake(stake.hotkey, coldkey, netuid, at).await?;
            ensure!(one == stake.amount, "{one} {stake:?}");
        }
        let on_hotkey = chain.stakes_on_hotkey(hotkey, at).await?;
        for stake in stakes.iter().filter(|stake| stake.hotkey == hotkey) {
            let netuid = stake.amount.netuid();
            let all = on_hotkey.iter().find(|all| all.netuid() == netuid);
            let all = all.context("what one has staked is among what all have")?;
            ensure!(all.base_units() >= stake.amount.base_units(), "{all}");
        }
    }
    Ok(())
}

async fn subnets(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, at) = (expected.netuid, chain.head().await?.hash);
    let registration = chain.registration(netuid, at).await?;
    let rules = chain.hyperparameters(netuid, at).await?;
    ensure!(registration.max_allowed_uids == rules.max_allowed_uids);
    let metagraph = chain.metagraph(netuid, chain.head().await?).await?;
    ensure!(usize::from(registration.neurons) <= metagraph.len());
    let said = chain.commitments(netuid, at).await?;
    for (hotkey, commitment) in said.iter().take(4) {
        let one = chain.commitment(netuid, *hotkey, at).await?;
        ensure!(one.as_ref() == Some(commitment), "{one:?}");
    }
    let subnets = chain.subnets(at).await;
    let Some(subnets) = expected.answer("subnets", subnets)? else {
        return Ok(());
    };
    ensure!(subnets.is_sorted_by_key(|subnet| subnet.netuid));
    let root = subnets.first().context("root")?;
    let one_tao = Price::per_alpha(Rao::from_tao(1).context("it fits")?);
    ensure!(
        root.netuid == NetUid(0) && root.price == one_tao,
        "{root:?}"
    );
    let listed = subnets.iter().find(|subnet| subnet.netuid == netuid);
    let listed = listed.context("the subnet is listed")?;
    ensure!(*listed == chain.subnet(netuid, at).await?);
    ensure!(listed.price == chain.price(netuid, at).await?);
    ensure!(listed.tempo == rules.tempo());
    ensure!(listed.owner_coldkey == registration.owner);
    Ok(())
}

/// Blocks come in order, without gaps.
pub(crate) async fn follows(chain: &(impl Chain + ?Sized)) -> Result<()> {
    let mut blocks = chain.blocks().await?;
    let mut last: Option<BlockNumber> = None;
    for _ in 0..4 {
        let block = tokio::time::timeout(PATIENCE, blocks.next())
            .await?
            .context("a block")??;
        ensure!(
            last.is_none_or(|last| block.number == last.plus(1)),
            "{block:?} after {last:?}"
        );
        ensure!(chain.block_hash(block.number).await? == block.hash);
        last = Some(block.number);
    }
    Ok(())
}
