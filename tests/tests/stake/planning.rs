//! What cannot be done is said before anything is signed.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use axonry_chain::ChainError;
use axonry_chain::stake::{
    Amount, Intent, Limit, Operation, Policy, PolicyError, Portion, StakeError, Tolerance,
};
use axonry_core::{ExchangeRate, Hotkey, NetUid, Price};

use crate::ground::{EMPTY, Ground, HOME, NOWHERE, OTHER, ROOT, Way, alpha, hotkey, intent, tao};

fn add(hotkey: Hotkey, netuid: NetUid, amount: &str) -> Operation {
    Operation::Add {
        hotkey,
        netuid,
        amount: Portion::Exactly(tao(amount)),
    }
}

fn swap(netuid: NetUid, amount: &str, to: NetUid) -> Operation {
    Operation::Swap {
        hotkey: hotkey("//hot_25"),
        netuid,
        amount: Portion::Exactly(alpha(netuid, amount)),
        to,
    }
}

fn moved(to: NetUid) -> Operation {
    Operation::Move {
        origin: hotkey("//hot_25"),
        destination: hotkey("//Miner//0"),
        netuid: HOME,
        amount: Portion::All,
        to,
    }
}

/// Whether an error is the one that is meant.
type Meant = fn(&StakeError) -> bool;

fn impossible() -> Vec<(&'static str, Intent, Meant)> {
    let hot = hotkey("//hot_25");
    let limited = |operation, limit| Intent {
        limit,
        ..intent(operation)
    };
    let price = |text| Limit::Price(Price::per_alpha(tao(text)));
    let none = Portion::All;
    vec![
        (
            "more TAO than can leave the account",
            intent(add(hot, HOME, "1000")),
            |error| {
                matches!(
                    error,
                    StakeError::NotEnough {
                        needed: Amount::Tao(_),
                        ..
                    }
                )
            },
        ),
        (
            "one rao more than there is staked",
            intent(swap(HOME, "21.536900001", ROOT)),
            |error| {
                matches!(
                    error,
                    StakeError::NotEnough {
                        needed: Amount::Alpha(_),
                        ..
                    }
                )
            },
        ),
        (
            "all of nothing",
            intent(Operation::Remove {
                hotkey: hot,
                netuid: OTHER,
                amount: none,
            }),
            |error| matches!(error, StakeError::Nothing(_)),
        ),
        ("nothing", intent(swap(HOME, "0", ROOT)), too_little),
        (
            "too little to stake",
            intent(add(hot, HOME, "0.002000001")),
            too_little,
        ),
        (
            "too little to swap",
            intent(swap(HOME, "0.05", OTHER)),
            too_little,
        ),
        (
            "too little to sell",
            intent(Operation::Remove {
                hotkey: hot,
                netuid: HOME,
                amount: Portion::Exactly(alpha(HOME, "0.05")),
            }),
            too_little,
        ),
        ("to where it is", intent(swap(HOME, "1", HOME)), |error| {
            matches!(error, StakeError::SamePlace(_))
        }),
        (
            "a subnet that does not exist",
            intent(swap(HOME, "1", NOWHERE)),
            |error| matches!(error, StakeError::Chain(ChainError::NoSubnet(NOWHERE))),
        ),
        (
            "a hotkey that nobody knows",
            intent(add(hotkey("//Nobody"), HOME, "1")),
            |error| matches!(error, StakeError::NoHotkey(_)),
        ),
        (
            "a pool without anything in it",
            limited(add(hot, EMPTY, "1"), Limit::None),
            |error| matches!(error, StakeError::NoTrade { netuid: EMPTY, .. }),
        ),
        (
            "a highest price below the price",
            limited(add(hot, HOME, "1"), price("0.03")),
            not_met,
        ),
        (
            "a purchase that moves the price too far",
            intent(add(hot, OTHER, "900")),
            not_met,
        ),
        (
            "a lowest rate above the rate",
            limited(
                swap(HOME, "1", OTHER),
                Limit::Rate(ExchangeRate::from_billionths(400_000_000)),
            ),
            not_met,
        ),
        (
            "a limit for a move between subnets",
            intent(moved(OTHER)),
            no_such_limit,
        ),
        (
            "a price for a swap",
            limited(swap(HOME, "1", OTHER), price("1")),
            no_such_limit,
        ),
        (
            "a rate for a purchase",
            limited(
                add(hot, HOME, "1"),
                Limit::Rate(ExchangeRate::from_billionths(1)),
            ),
            no_such_limit,
        ),
    ]
}

fn too_little(error: &StakeError) -> bool {
    matches!(error, StakeError::TooLittle { .. })
}

fn not_met(error: &StakeError) -> bool {
    matches!(error, StakeError::LimitNotMet { .. })
}

fn no_such_limit(error: &StakeError) -> bool {
    matches!(error, StakeError::NoSuchLimit { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_before_anything_is_signed() -> Result<()> {
    for way in [Way::Direct, Way::Socket] {
        let ground = Ground::new(way).await?;
        for (why, wanted, is_meant) in impossible() {
            match ground.plan(wanted, &Policy::default()).await {
                Ok(plan) => anyhow::bail!("{way:?}: {why} is possible: {:?}", plan.call),
                Err(error) => {
                    ensure!(is_meant(&error), "{way:?}: {why}: {error:?}");
                    ensure!(!error.is_transient(), "{why}");
                }
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_kept_to_the_rao() -> Result<()> {
    let ground = Ground::new(Way::Direct).await?;
    let wanted = || intent(add(hotkey("//hot_25"), HOME, "10"));
    let most = |text| Policy {
        most_spent: Some(tao(text)),
        ..Policy::default()
    };
    ground.plan(wanted(), &most("10")).await?;
    let refused = ground.plan(wanted(), &most("9.999999999")).await;
    let spends = matches!(refused, Err(StakeError::Policy(PolicyError::Spends { .. })));
    ensure!(spends, "{refused:?}");
    // Alpha counts at its price: 21.5369 at 0.03466.
    let all = || intent(swap(HOME, "21.5369", ROOT));
    ground.plan(all(), &most("0.746468954")).await?;
    let refused = ground.plan(all(), &most("0.746468953")).await;
    let spends = matches!(refused, Err(StakeError::Policy(PolicyError::Spends { .. })));
    ensure!(spends, "{refused:?}");

    let only = |netuids: &[NetUid]| Policy {
        netuids: Some(netuids.iter().copied().collect::<BTreeSet<_>>()),
        ..Policy::default()
    };
    ground.plan(all(), &only(&[HOME, ROOT])).await?;
    let refused = ground.plan(all(), &only(&[HOME])).await;
    let named = matches!(refused, Err(StakeError::Policy(PolicyError::NetUid(ROOT))));
    ensure!(named, "both ends must be allowed: {refused:?}");

    let slipping = Intent {
        limit: Limit::None,
        ..intent(add(hotkey("//hot_25"), OTHER, "500"))
    };
    let most: Tolerance = "5%".parse()?;
    let policy = Policy {
        most_slippage: Some(most),
        ..Policy::default()
    };
    let refused = ground.plan(slipping, &policy).await;
    let slips = matches!(refused, Err(StakeError::Policy(PolicyError::Slips { .. })));
    ensure!(slips, "{refused:?}");
    Ok(())
}
