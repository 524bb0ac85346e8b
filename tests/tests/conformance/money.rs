//! Transfers and stakes, to the last rao.

use anyhow::{Context, Result, ensure};
use axonry_chain::{Call, Existence, Ledger, PriceLimit};
use axonry_core::{Alpha, BlockHash, Price, Rao};

use crate::calls::{fail, succeed};
use crate::expectations::Expectations;

/// A transfer moves what it says and costs what was told beforehand.
pub(crate) async fn moves(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (giver, taker) = (&expected.validator, expected.stranger.account());
    let free =
        async |account, at: BlockHash| anyhow::Ok(chain.balance(account, at).await?.free.rao());
    let transfer = |amount, existence| Call::Transfer {
        to: taker,
        amount,
        existence,
    };
    let amount: Rao = "1.234567891".parse()?;
    for existence in [Existence::KeepAlive, Existence::AllowDeath] {
        let call = transfer(amount, existence);
        let before = chain.head().await?;
        let fee = chain.fee(&call, giver.account(), before).await?;
        ensure!(fee.rao() > 0, "a transfer is not free of charge");
        let had = (
            free(giver.account(), before.hash).await?,
            free(taker, before.hash).await?,
        );
        let block = succeed(chain, giver, &call).await?;
        let has = (
            free(giver.account(), block).await?,
            free(taker, block).await?,
        );
        ensure!(has.1 == had.1 + amount.rao(), "{had:?} {has:?}");
        ensure!(
            has.0 == had.0 - amount.rao() - fee.rao(),
            "{had:?} {has:?} {fee}"
        );
    }
    let more_than_there_is = transfer(Rao::from_rao(u64::MAX / 2), Existence::KeepAlive);
    fail(chain, giver, &more_than_there_is).await?;
    Ok(())
}

/// Stake is bought, moved and sold; what is bought or sold at a limit keeps to it.
pub(crate) async fn stakes(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, owner) = (expected.netuid, &expected.validator);
    let (hotkey, coldkey) = (owner.hotkey(), owner.account().into());
    let staked = async |hotkey, at: BlockHash| {
        let stake = chain.stake(hotkey, coldkey, netuid, at).await?;
        anyhow::Ok(stake.base_units())
    };
    let amount = Rao::from_tao(2).context("it fits")?;
    let head = chain.head().await?;
    let (had, price) = (
        staked(hotkey, head.hash).await?,
        chain.price(netuid, head.hash).await?,
    );
    let add = |limit| Call::AddStake {
        hotkey,
        netuid,
        amount,
        limit,
    };
    let block = succeed(chain, owner, &add(None)).await?;
    let bought = staked(hotkey, block).await?.checked_sub(had);
    let bought = bought.context("more than before")?;
    let at_most = price.alpha_for(amount, netuid)?.base_units();
    ensure!(
        bought > 0 && bought <= at_most,
        "{bought} for {amount} at {price}"
    );
    let spent = chain.balance(owner.account(), head.hash).await?.free.rao()
        - chain.balance(owner.account(), block).await?.free.rao();
    ensure!(spent > amount.rao(), "the fee comes on top: {spent}");

    // Nobody sells at a hundredth of the price.
    let low = Price::per_alpha(Rao::from_rao(price.of_one_alpha().rao() / 100));
    let limit = PriceLimit {
        price: low,
        allow_partial: false,
    };
    let name = fail(chain, owner, &add(Some(limit))).await?;
    ensure!(
        matches!(
            name.as_deref(),
            None | Some("PriceLimitExceeded" | "SlippageTooHigh")
        ),
        "{name:?}"
    );

    let half = Alpha::from_base_units(netuid, bought / 2);
    let other = expected.miner.hotkey();
    let head = chain.head().await?.hash;
    let (own, others) = (staked(hotkey, head).await?, staked(other, head).await?);
    let call = Call::MoveStake {
        origin: hotkey,
        destination: other,
        amount: half,
        to: netuid,
    };
    let block = succeed(chain, owner, &call).await?;
    ensure!(staked(hotkey, block).await? == own - half.base_units());
    let arrived = staked(other, block).await? - others;
    ensure!(arrived > 0 && arrived <= half.base_units(), "{arrived}");

    let call = Call::RemoveStake {
        hotkey: other,
        amount: Alpha::from_base_units(netuid, arrived),
        limit: Some(PriceLimit {
            price: low,
            allow_partial: false,
        }),
    };
    let had = chain.balance(owner.account(), block).await?.free;
    let block = succeed(chain, owner, &call).await?;
    ensure!(staked(other, block).await? == others);
    let has = chain.balance(owner.account(), block).await?.free;
    ensure!(has > had, "what is sold is paid for: {had} {has}");
    Ok(())
}
