//! Whatever the chain refuses costs its fee and nothing else.

use anyhow::{Result, ensure};
use axonry_chain::stake::Refusal;
use axonry_chain::{Call, Dispatch, PriceLimit, RateLimit};
use axonry_core::{ExchangeRate, NetUid, Price};

use crate::ground::{
    EMPTY, Ground, HOME, NOWHERE, OTHER, ROOT, Sent, Way, alpha, hotkey, key, tao,
};

/// Calls that no plan would make, each with what the chain must say.
fn refused() -> Vec<(&'static str, Call, Refusal)> {
    let hot = hotkey("//hot_25");
    let price = |text| {
        Some(PriceLimit {
            price: Price::per_alpha(tao(text)),
            allow_partial: false,
        })
    };
    let add = |netuid, amount, limit| Call::AddStake {
        hotkey: hot,
        netuid,
        amount: tao(amount),
        limit,
    };
    let remove = |amount, limit| Call::RemoveStake {
        hotkey: hot,
        amount: alpha(HOME, amount),
        limit,
    };
    let swap = |from, to, limit| Call::SwapStake {
        hotkey: hot,
        amount: alpha(from, "5"),
        to,
        limit,
    };
    let rate = |billionths| {
        Some(RateLimit {
            rate: ExchangeRate::from_billionths(billionths),
            allow_partial: false,
        })
    };
    let moved = |destination, to: NetUid| Call::MoveStake {
        origin: hot,
        destination,
        amount: alpha(HOME, "5"),
        to,
    };
    vec![
        (
            "more TAO than there is",
            add(HOME, "2000", None),
            Refusal::NotEnoughBalance,
        ),
        (
            "less than can be staked",
            add(HOME, "0.002", None),
            Refusal::TooLittle,
        ),
        (
            "a price above the limit",
            add(HOME, "1", price("0.03465")),
            Refusal::LimitNotMet,
        ),
        (
            "a price that moves too far",
            add(HOME, "500", price("0.0347")),
            Refusal::LimitNotMet,
        ),
        (
            "no such subnet to buy in",
            add(NOWHERE, "1", None),
            Refusal::NoSubnet,
        ),
        (
            "a pool without anything in it",
            add(EMPTY, "1", None),
            Refusal::NoLiquidity,
        ),
        (
            "a hotkey that nobody knows",
            Call::AddStake {
                hotkey: hotkey("//Nobody"),
                netuid: HOME,
                amount: tao("1"),
                limit: None,
            },
            Refusal::NoHotkey,
        ),
        (
            "less than can be sold",
            remove("0.01", None),
            Refusal::TooLittle,
        ),
        ("nothing at all", remove("0", None), Refusal::TooLittle),
        (
            "a price below the limit",
            remove("5", price("0.03467")),
            Refusal::LimitNotMet,
        ),
        (
            "no stake to sell",
            Call::RemoveStakeFull {
                hotkey: hot,
                netuid: OTHER,
                limit: None,
            },
            Refusal::TooLittle,
        ),
        (
            "a swap to where it is",
            swap(HOME, HOME, None),
            Refusal::SamePlace,
        ),
        (
            "a swap to nowhere",
            swap(HOME, NOWHERE, None),
            Refusal::NoSubnet,
        ),
        (
            "a swap from nowhere",
            swap(NOWHERE, ROOT, None),
            Refusal::NoSubnet,
        ),
        (
            "a rate below the limit",
            swap(HOME, OTHER, rate(400_000_000)),
            Refusal::LimitNotMet,
        ),
        (
            "a rate to root below the limit",
            swap(HOME, ROOT, rate(34_670_000)),
            Refusal::LimitNotMet,
        ),
        (
            "a swap of nothing",
            swap(OTHER, HOME, None),
            Refusal::TooLittle,
        ),
        (
            "a move to where it is",
            moved(hot, HOME),
            Refusal::SamePlace,
        ),
        (
            "a move to a hotkey that nobody knows",
            moved(hotkey("//Nobody"), HOME),
            Refusal::NoHotkey,
        ),
        ("a move to nowhere", moved(hot, NOWHERE), Refusal::NoSubnet),
    ]
}

async fn errors_cost_their_fee(way: Way) -> Result<()> {
    let ground = Ground::new(way).await?;
    let alice = key("//Alice");
    for (why, call, expected) in refused() {
        let before = ground.head();
        let had = ground.fortune(alice.account(), before).await?;
        let fee = ground.chain.fee(&call, alice.account(), before).await?;
        let sent = ground.send(&alice, std::slice::from_ref(&call)).await?;
        let has = ground.fortune(alice.account(), ground.head()).await?;
        let (refusal, paid) = match &sent[..] {
            [Sent::Rejected(refusal)] => (Some(refusal.clone()), tao("0")),
            [Sent::Included(_, dispatch)] => (Refusal::of_outcome(dispatch), fee),
            _ => anyhow::bail!("{why}: {sent:?}"),
        };
        ensure!(refusal.as_ref() == Some(&expected), "{why}: {sent:?}");
        ensure!(has.stakes == had.stakes, "{why}: {had:?} {has:?}");
        ensure!(
            has.free == had.free.checked_sub(paid)?,
            "{why}: {had:?} {has:?} {fee}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_leaves_balances_exact_to_the_rao() -> Result<()> {
    errors_cost_their_fee(Way::Direct).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_leaves_balances_exact_through_the_client() -> Result<()> {
    errors_cost_their_fee(Way::Socket).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_bought_in_a_block_cannot_be_sold_in_it() -> Result<()> {
    for way in [Way::Direct, Way::Socket] {
        let ground = Ground::new(way).await?;
        let alice = key("//Alice");
        let hot = hotkey("//hot_25");
        let remove = Call::RemoveStakeFull {
            hotkey: hot,
            netuid: HOME,
            limit: None,
        };
        let add = Call::AddStake {
            hotkey: hot,
            netuid: HOME,
            amount: tao("1"),
            limit: None,
        };
        let sent = ground.send(&alice, &[add, remove.clone()]).await?;
        let [
            Sent::Included(_, Dispatch::Succeeded),
            Sent::Included(_, failed),
        ] = &sent[..]
        else {
            anyhow::bail!("{sent:?}");
        };
        ensure!(
            Refusal::of_outcome(failed) == Some(Refusal::TooSoon),
            "{failed:?}"
        );
        let sent = ground.send(&alice, &[remove]).await?;
        ensure!(
            matches!(&sent[..], [Sent::Included(_, Dispatch::Succeeded)]),
            "a block later it can: {sent:?}"
        );
    }
    Ok(())
}

/// A plan that meets another state than it was made from: settling says that nothing but the fee
/// went.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_came_too_late_has_cost_its_fee() -> Result<()> {
    use axonry_chain::stake::{Operation, Policy, Portion};

    let ground = Ground::new(Way::Socket).await?;
    let wanted = crate::ground::intent(Operation::Swap {
        hotkey: hotkey("//hot_25"),
        netuid: HOME,
        amount: Portion::All,
        to: ROOT,
    });
    let plan = ground.plan(wanted, &Policy::default()).await?;
    // Somebody sells more than the tolerance bears.
    let moving = Call::RemoveStake {
        hotkey: hotkey("//Alice"),
        amount: alpha(HOME, "50000"),
        limit: None,
    };
    ground.send(&key("//Alice"), &[moving]).await?;
    let settled = ground.carry_out(&key("//Alice"), &plan).await?;
    ensure!(settled.refusal == Some(Refusal::LimitNotMet), "{settled:?}");
    ensure!(settled.is_exact(), "{settled:#?}");
    Ok(())
}
