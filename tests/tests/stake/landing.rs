//! What is planned lands as planned.

use anyhow::{Context, Result, ensure};
use axonry_chain::Call;
use axonry_chain::stake::{
    Amount, Difference, Holding, Intent, Limit, Operation, Policy, Portion, Warning,
};
use axonry_core::{Alpha, Price};

use crate::ground::{Ground, HOME, OTHER, ROOT, Way, alpha, coldkey, hotkey, intent, key, tao};

/// Signs what is wanted; what is planned, what is expected and what is there must be the same.
async fn lands(ground: &Ground, signer: &str, intent: Intent) -> Result<Vec<Warning>> {
    let named = format!("{:?}", intent.operation);
    let plan = ground.plan(intent, &Policy::default()).await;
    let plan = plan.with_context(|| named.clone())?;
    let settled = ground.carry_out(&key(signer), &plan).await?;
    ensure!(settled.refusal.is_none(), "{named}: {:?}", settled.refusal);
    ensure!(settled.is_exact(), "{named}: {settled:#?}");
    ensure!(settled.holdings.len() == plan.changes.len());
    for (change, holding) in plan.changes.iter().zip(&settled.holdings) {
        ensure!(change.holding == holding.holding, "{named}");
        ensure!(change.before == holding.before, "{named}: {change:?}");
        ensure!(
            change.after == holding.after,
            "{named}: {change:?} {holding:?}"
        );
    }
    Ok(plan.warnings)
}

async fn every_operation_lands(way: Way) -> Result<()> {
    let ground = Ground::new(way).await?;
    let hot = hotkey("//hot_25");
    let miner = hotkey("//Miner//0");
    let exactly = |netuid, text| Portion::Exactly(alpha(netuid, text));
    let free = |operation| Intent {
        limit: Limit::None,
        ..intent(operation)
    };
    let add = |amount| Operation::Add {
        hotkey: hot,
        netuid: HOME,
        amount,
    };
    lands(
        &ground,
        "//Alice",
        intent(add(Portion::Exactly(tao("5.000000001")))),
    )
    .await?;
    let remove = |amount| Operation::Remove {
        hotkey: hot,
        netuid: HOME,
        amount,
    };
    lands(
        &ground,
        "//Alice",
        intent(remove(exactly(HOME, "3.000000007"))),
    )
    .await?;
    let moved = |amount, to| Operation::Move {
        origin: hot,
        destination: miner,
        netuid: HOME,
        amount,
        to,
    };
    lands(
        &ground,
        "//Alice",
        intent(moved(exactly(HOME, "2.5"), HOME)),
    )
    .await?;
    let warned = lands(&ground, "//Alice", free(moved(exactly(HOME, "2.5"), OTHER))).await?;
    ensure!(warned.contains(&Warning::NoLimit), "{warned:?}");
    ensure!(
        warned.contains(&Warning::NotRegistered(miner, OTHER)),
        "{warned:?}"
    );
    let swap = |netuid, amount, to| Operation::Swap {
        hotkey: hot,
        netuid,
        amount,
        to,
    };
    // The fee is taken at the one end or at the other.
    lands(
        &ground,
        "//Alice",
        intent(swap(HOME, exactly(HOME, "7.000000009"), OTHER)),
    )
    .await?;
    lands(
        &ground,
        "//Alice",
        intent(swap(ROOT, exactly(ROOT, "1.5"), OTHER)),
    )
    .await?;
    lands(
        &ground,
        "//Alice",
        intent(swap(OTHER, exactly(OTHER, "1"), HOME)),
    )
    .await?;
    let transfer = |amount, to| Operation::Transfer {
        destination: coldkey("//Stranger"),
        hotkey: hot,
        netuid: HOME,
        amount,
        to,
    };
    lands(
        &ground,
        "//Alice",
        intent(transfer(exactly(HOME, "2"), HOME)),
    )
    .await?;
    // The stranger has no account yet: what keeps it open stays on it.
    let warned = lands(
        &ground,
        "//Alice",
        free(transfer(exactly(HOME, "2"), OTHER)),
    )
    .await?;
    let kept = Warning::StaysAsTao(tao("0.0000005"));
    ensure!(warned.contains(&kept), "{warned:?}");
    lands(&ground, "//Alice", intent(remove(Portion::All))).await?;
    lands(&ground, "//Alice", intent(swap(OTHER, Portion::All, ROOT))).await?;
    let all = Intent {
        coldkey: coldkey("//Miner//1"),
        limit: Limit::None,
        ..intent(Operation::Add {
            hotkey: hot,
            netuid: OTHER,
            amount: Portion::All,
        })
    };
    let warned = lands(&ground, "//Miner//1", all).await?;
    ensure!(
        warned.iter().any(|it| matches!(it, Warning::Slippage(_))),
        "{warned:?}"
    );
    let left = ground
        .fortune(key("//Miner//1").account(), ground.head())
        .await?;
    ensure!(
        left.free == tao("0.0000005"),
        "all but what keeps the account open: {left:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lands_as_planned_to_the_rao() -> Result<()> {
    every_operation_lands(Way::Direct).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lands_as_planned_through_the_client() -> Result<()> {
    every_operation_lands(Way::Socket).await
}

/// The seed: 21.5369 alpha, read from the chain in base units, became 21 536 911 597 by another
/// conversion, and the swap failed.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_subnet_45_is_swapped_to_root_and_nothing_is_converted_twice() -> Result<()> {
    for way in [Way::Direct, Way::Socket] {
        let ground = Ground::new(way).await?;
        let hot = hotkey("//hot_25");
        let operation = Operation::Swap {
            hotkey: hot,
            netuid: HOME,
            amount: Portion::All,
            to: ROOT,
        };
        let plan = ground.plan(intent(operation), &Policy::default()).await?;
        let staked = Alpha::from_base_units(HOME, 21_536_900_000);
        ensure!(plan.given == Amount::Alpha(staked), "{:?}", plan.given);
        ensure!(
            matches!(plan.call, Call::SwapStake { amount, to: ROOT, .. } if amount == staked),
            "{:?}",
            plan.call
        );
        ensure!(plan.warnings.is_empty(), "{:?}", plan.warnings);
        let settled = ground.carry_out(&key("//Alice"), &plan).await?;
        ensure!(settled.is_exact(), "{settled:#?}");
        let of = |netuid| Holding::Stake {
            hotkey: hot,
            coldkey: coldkey("//Alice"),
            netuid,
        };
        let of = |netuid| settled.holdings.iter().find(|it| it.holding == of(netuid));
        let home = of(HOME).context("what it comes from")?;
        let nothing = Amount::Alpha(Alpha::none_of(HOME));
        ensure!(home.after == nothing, "{home:?}");
        let root = of(ROOT).context("what it goes to")?;
        // 33 / 65 535 of the alpha are the pool's; 34 660 τ · 21.526055144 / 1 000 021.526055144 come out.
        let gained = Difference::More(Amount::Alpha(alpha(ROOT, "0.746077011")));
        ensure!(root.difference() == gained, "{}", root.difference());
    }
    Ok(())
}

/// Where a part will do, what goes through is what the limit lets through, and it is accounted for.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_a_limit_lets_through_is_accounted_for_to_the_rao() -> Result<()> {
    let ground = Ground::new(Way::Direct).await?;
    let head = ground.head();
    let price = ground.chain.price(HOME, head.hash).await?;
    let higher = Price::per_alpha(price.of_one_alpha().checked_add(tao("0.00001"))?);
    let wanted = Intent {
        limit: Limit::Price(higher),
        allow_partial: true,
        ..intent(Operation::Add {
            hotkey: hotkey("//hot_25"),
            netuid: HOME,
            amount: Portion::Exactly(tao("900")),
        })
    };
    let plan = ground.plan(wanted, &Policy::default()).await?;
    ensure!(
        plan.warnings.contains(&Warning::OnlyAPart),
        "{:?}",
        plan.warnings
    );
    let settled = ground.carry_out(&key("//Alice"), &plan).await?;
    ensure!(settled.is_exact(), "{settled:#?}");
    let after = ground.chain.price(HOME, ground.head().hash).await?;
    ensure!(price < after && after <= higher, "{price} {after} {higher}");
    let spent = settled.holdings[0].difference();
    ensure!(
        matches!(spent, Difference::Less(Amount::Tao(spent)) if spent < tao("10")),
        "{spent}"
    );
    Ok(())
}

/// A trade that comes first in the same block is nobody's mistake: it is told apart.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_in_the_same_block_is_told_as_unexplained() -> Result<()> {
    let ground = Ground::new(Way::Direct).await?;
    let hot = hotkey("//hot_25");
    let wanted = Intent {
        limit: Limit::None,
        ..intent(Operation::Swap {
            hotkey: hot,
            netuid: HOME,
            amount: Portion::All,
            to: ROOT,
        })
    };
    let plan = ground.plan(wanted, &Policy::default()).await?;
    let first = Call::AddStake {
        hotkey: hotkey("//Miner//0"),
        netuid: HOME,
        amount: tao("100"),
        limit: None,
    };
    // Both are Alice's, so that the one with the lower nonce comes first.
    let sent = ground
        .send(&key("//Alice"), &[first, plan.call.clone()])
        .await?;
    let Some(crate::ground::Sent::Included(block, dispatch)) = sent.last() else {
        anyhow::bail!("{sent:?}");
    };
    let settled = plan.settle(&*ground.chain, *block, dispatch).await?;
    ensure!(!settled.is_exact());
    let root = settled.holdings.last().context("what it goes to")?;
    ensure!(
        matches!(root.unexplained(), Difference::More(_)),
        "the other bought first, so that this sold dearer: {}",
        root.unexplained()
    );
    Ok(())
}
