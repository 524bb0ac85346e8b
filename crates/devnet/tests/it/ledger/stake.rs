//! Stake bought, sold and moved.

use axonry_chain::{Call, Dispatch, Ledger, PriceLimit};
use axonry_core::{Alpha, NetUid, Price, Rao};

use super::{EVERY, TAO, coldkey, failed, fee, free, hotkey, make, named, rigs};
use crate::rig::{NETUID, config, rig};

#[tokio::test]
async fn stake_is_bought_and_sold_at_the_pools_price() {
    for rig in rigs(&EVERY).await {
        let chain = rig.devnet.chain();
        let call = Call::AddStake {
            hotkey: hotkey("//Alice"),
            netuid: NETUID,
            amount: Rao::from_rao(10 * TAO),
            limit: None,
        };
        let fee = fee(&rig, "//Miner//0", &call).await;
        let before = chain
            .subnet(NETUID, chain.best().hash)
            .await
            .expect("there");
        let (block, dispatch) = make(&rig, "//Miner//0", &call).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let after = chain.subnet(NETUID, block.hash).await.expect("there");
        let (miner, alice) = (coldkey("//Miner//0"), hotkey("//Alice"));
        let stake = chain.stake(alice, miner, NETUID, block.hash).await;
        let stake = stake.expect("readable");
        let paid_in = after.tao_in.rao() - before.tao_in.rao();
        let paid_out = before.alpha_in.base_units() - after.alpha_in.base_units();
        assert_eq!(stake.base_units(), paid_out, "no alpha is lost");
        assert_eq!(free(&rig, "//Miner//0").await, 990 * TAO - fee);
        // 33 / 65 535 of it is the fee, where the runtime knows fees.
        let taxed = 10 * TAO - 10 * TAO * 33 / 65_535;
        assert!(paid_in == taxed || paid_in == 10 * TAO, "{paid_in}");
        assert!(after.price > before.price, "what is bought gets dearer");

        let all = Call::RemoveStake {
            hotkey: alice,
            amount: stake,
            limit: None,
        };
        let (block, dispatch) = make(&rig, "//Miner//0", &all).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let left = chain.stakes_of_coldkey(miner, block.hash).await;
        assert_eq!(left.expect("readable"), [], "all of it is sold");
        let held = free(&rig, "//Miner//0").await;
        assert!((999 * TAO..1_000 * TAO).contains(&held), "{held}");
    }
}

#[tokio::test]
async fn each_rule_of_staking_broken_alone_is_named() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let add = |uri: &str, netuid, rao| Call::AddStake {
        hotkey: hotkey(uri),
        netuid,
        amount: Rao::from_rao(rao),
        limit: None,
    };
    let remove = |base_units| Call::RemoveStake {
        hotkey: hotkey("//Alice"),
        amount: Alpha::from_base_units(NETUID, base_units),
        limit: None,
    };
    let price = |rao, allow_partial| {
        Some(PriceLimit {
            price: Price::per_alpha(Rao::from_rao(rao)),
            allow_partial,
        })
    };
    let limited = |limit| Call::AddStake {
        hotkey: hotkey("//Alice"),
        netuid: NETUID,
        amount: Rao::from_rao(900 * TAO),
        limit,
    };
    let to = |uri: &str, to, base_units| Call::MoveStake {
        origin: hotkey("//Alice"),
        destination: hotkey(uri),
        amount: Alpha::from_base_units(NETUID, base_units),
        to,
    };
    for (call, error) in [
        (add("//Alice", NetUid(9), TAO), "SubnetNotExists"),
        (add("//Alice", NETUID, 2_000_000), "AmountTooLow"),
        (
            add("//Alice", NETUID, 5_000 * TAO),
            "NotEnoughBalanceToStake",
        ),
        (add("//Nobody", NETUID, TAO), "HotKeyAccountNotExists"),
        (limited(price(TAO + 1_000, false)), "SlippageTooHigh"),
        (remove(1_000), "AmountTooLow"),
        (to("//Alice", NETUID, TAO), "SameNetuid"),
        (to("//Nobody", NETUID, TAO), "HotKeyAccountNotExists"),
        (to("//Alice", NetUid(9), TAO), "SubnetNotExists"),
        (to("//Alice", NetUid(0), 1_000), "AmountTooLow"),
    ] {
        let before = chain
            .subnet(NETUID, chain.best().hash)
            .await
            .expect("there");
        let (block, dispatch) = make(&rig, "//Alice", &call).await;
        assert_eq!(
            failed(dispatch),
            named("SubtensorModule", error),
            "{call:?}"
        );
        let after = chain.subnet(NETUID, block.hash).await.expect("there");
        assert_eq!(before, after, "{call:?} changes nothing");
    }
    // A limit that lets part of it through trades that part.
    let (block, dispatch) = make(&rig, "//Miner//1", &limited(price(TAO + 1_000, true))).await;
    assert_eq!(dispatch, Dispatch::Succeeded);
    let price = chain.price(NETUID, block.hash).await.expect("there");
    let off = price.of_one_alpha().rao().abs_diff(TAO + 1_000);
    assert!(off <= 2, "{price}");
}

#[tokio::test]
async fn stake_moves_between_hotkeys_coldkeys_and_subnets() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let alpha = |units| Alpha::from_base_units(NETUID, units);
    let at = |uri: &str, owner: &str, netuid| {
        let (hotkey, coldkey) = (hotkey(uri), coldkey(owner));
        async move {
            let stake = chain
                .stake(hotkey, coldkey, netuid, chain.best().hash)
                .await;
            stake.expect("readable").base_units()
        }
    };
    let all = 100_000 * TAO;
    let moved = Call::MoveStake {
        origin: hotkey("//Alice"),
        destination: hotkey("//Miner//0"),
        amount: alpha(TAO),
        to: NETUID,
    };
    assert_eq!(make(&rig, "//Alice", &moved).await.1, Dispatch::Succeeded);
    assert_eq!(at("//Alice", "//Alice", NETUID).await, all - TAO);
    assert_eq!(at("//Miner//0", "//Alice", NETUID).await, TAO);

    let given = Call::TransferStake {
        destination: coldkey("//Miner//1"),
        hotkey: hotkey("//Miner//0"),
        amount: alpha(TAO / 2),
        to: NETUID,
    };
    assert_eq!(make(&rig, "//Alice", &given).await.1, Dispatch::Succeeded);
    assert_eq!(at("//Miner//0", "//Miner//1", NETUID).await, TAO / 2);

    let swapped = Call::SwapStake {
        hotkey: hotkey("//Alice"),
        amount: alpha(u64::MAX),
        to: NetUid(0),
        limit: None,
    };
    let before = free(&rig, "//Alice").await;
    let fee = fee(&rig, "//Alice", &swapped).await;
    assert_eq!(make(&rig, "//Alice", &swapped).await.1, Dispatch::Succeeded);
    assert_eq!(
        at("//Alice", "//Alice", NETUID).await,
        0,
        "more than is there is all"
    );
    let on_root = at("//Alice", "//Alice", NetUid(0)).await;
    assert!(on_root > 90_000 * TAO, "{on_root}");
    assert_eq!(
        free(&rig, "//Alice").await,
        before - fee,
        "an alpha of root is a TAO"
    );

    let out = Call::UnstakeAll {
        hotkey: hotkey("//Alice"),
    };
    let before = free(&rig, "//Alice").await;
    let fee = self::fee(&rig, "//Alice", &out).await;
    assert_eq!(make(&rig, "//Alice", &out).await.1, Dispatch::Succeeded);
    assert_eq!(free(&rig, "//Alice").await, before - fee + on_root);
}
