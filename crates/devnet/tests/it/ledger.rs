//! Money, stake, slots and words: what calls do to them, exactly.

use axonry_chain::{
    BatchMode, Call, Carrier, Chain, CommitmentField, Dispatch, Existence, Ledger, PriceLimit,
};
use axonry_core::{Alpha, Block, Coldkey, Hotkey, NetUid, Price, Rao, Uid};
use axonry_devnet::DevnetConfig;
use axonry_wallet::Keypair;

use crate::foreign::blob;
use crate::rig::{NETUID, Rig, config, rig, weights};

const TAO: u64 = 1_000_000_000;

fn key(uri: &str) -> Keypair {
    Keypair::from_uri(uri).expect("a development key")
}

fn hotkey(uri: &str) -> Hotkey {
    key(uri).account().into()
}

fn coldkey(uri: &str) -> Coldkey {
    key(uri).account().into()
}

/// Makes a call in a block of its own: the block and how it went.
async fn make(rig: &Rig, uri: &str, call: &Call) -> (Block, Dispatch) {
    let chain = rig.devnet.chain();
    let nonce = chain.next_nonce(key(uri).account()).await.expect("known");
    let signed = rig.sign(call, uri, nonce).await;
    let _story = chain.submit(&signed).await.expect("taken");
    let block = chain.seal().expect("a block");
    let dispatch = chain.dispatch(signed.hash, block.hash).await;
    (block, dispatch.expect("readable"))
}

async fn free(rig: &Rig, uri: &str) -> u64 {
    let chain = rig.devnet.chain();
    let balance = chain.balance(key(uri).account(), chain.best().hash).await;
    balance.expect("readable").free.rao()
}

async fn fee(rig: &Rig, uri: &str, call: &Call) -> u64 {
    let chain = rig.devnet.chain();
    let fee = chain.fee(call, key(uri).account(), chain.best()).await;
    fee.expect("known").rao()
}

fn failed(dispatch: Dispatch) -> (String, String) {
    match dispatch {
        Dispatch::Failed(failure) => (failure.pallet, failure.name),
        other => panic!("a failure is expected, not {other:?}"),
    }
}

fn named(pallet: &str, name: &str) -> (String, String) {
    (pallet.to_owned(), name.to_owned())
}

fn transfer(to: &str, rao: u64, existence: Existence) -> Call {
    Call::Transfer {
        to: key(to).account(),
        amount: Rao::from_rao(rao),
        existence,
    }
}

/// The own runtime and those that other runtimes' metadata describe.
async fn rigs(files: &[&str]) -> Vec<Rig> {
    let mut rigs = vec![rig(config()).await];
    for file in files {
        if let Some(metadata) = blob(file) {
            let metadata = Some(metadata);
            rigs.push(
                rig(DevnetConfig {
                    metadata,
                    ..config()
                })
                .await,
            );
        }
    }
    rigs
}

const EVERY: [&str; 4] = [
    "finney.scale",
    "finney-2025-12.scale",
    "finney-343.scale",
    "subtensor-218.scale",
];

#[tokio::test]
async fn a_transfer_moves_money_to_the_rao_and_only_the_fee_is_lost() {
    for rig in rigs(&EVERY).await {
        let call = transfer("//New", 7 * TAO, Existence::KeepAlive);
        let fee = fee(&rig, "//Alice", &call).await;
        assert!(fee > 0, "transfers are not free");
        let (_, dispatch) = make(&rig, "//Alice", &call).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        assert_eq!(free(&rig, "//New").await, 7 * TAO);
        assert_eq!(free(&rig, "//Alice").await, 993 * TAO - fee);

        // What would close the account is not given away unless that is meant.
        for (kept, error) in [(fee + 100, "NotExpendable"), (100, "FundsUnavailable")] {
            let held = self::free(&rig, "//New").await;
            let most = transfer("//Alice", held - kept, Existence::KeepAlive);
            let (_, dispatch) = make(&rig, "//New", &most).await;
            assert_eq!(failed(dispatch), named("Token", error));
        }
        let rest = Call::TransferAll {
            to: key("//Alice").account(),
            existence: Existence::AllowDeath,
        };
        let (block, dispatch) = make(&rig, "//New", &rest).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        assert_eq!(free(&rig, "//New").await, 0);
        let chain = rig.devnet.chain();
        let nonce = chain.next_nonce(key("//New").account()).await;
        assert_eq!(nonce.expect("known"), 0, "nothing is left of the account");
        let deposit = chain.existential_deposit(block.hash).await;
        let little = deposit.expect("known").rao() - 1;
        let (_, dispatch) = make(
            &rig,
            "//Alice",
            &transfer("//New", little, Existence::AllowDeath),
        )
        .await;
        assert_eq!(failed(dispatch), named("Token", "BelowMinimum"));
    }
}

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

#[tokio::test]
async fn a_batch_stands_falls_or_goes_on_as_its_mode_says() {
    for rig in rigs(&["finney.scale", "finney-2025-12.scale"]).await {
        let calls = || {
            vec![
                transfer("//One", TAO, Existence::KeepAlive),
                transfer("//Two", 5_000 * TAO, Existence::KeepAlive),
                transfer("//Three", TAO, Existence::KeepAlive),
            ]
        };
        let batch = |mode| Call::Batch {
            calls: calls(),
            mode,
        };
        let money = async || {
            let mut money = Vec::new();
            for uri in ["//One", "//Two", "//Three"] {
                money.push(free(&rig, uri).await / TAO);
            }
            money
        };
        let (_, dispatch) = make(&rig, "//Alice", &batch(BatchMode::AllOrNothing)).await;
        assert_eq!(failed(dispatch), named("Token", "FundsUnavailable"));
        assert_eq!(money().await, [0, 0, 0], "nothing stands");
        for (mode, carrier, after) in [
            (
                BatchMode::UntilFailure,
                Carrier::Batch { index: 1 },
                [1, 0, 0],
            ),
            (
                BatchMode::Force,
                Carrier::ForceBatch { index: 1 },
                [2, 0, 1],
            ),
        ] {
            let (_, dispatch) = make(&rig, "//Alice", &batch(mode)).await;
            let Dispatch::Partly(failures) = dispatch else {
                panic!("{mode:?}: {dispatch:?}");
            };
            assert_eq!(failures.len(), 1, "{mode:?}");
            assert_eq!(failures[0].carrier, carrier);
            assert_eq!(failures[0].failure.name, "FundsUnavailable");
            assert_eq!(money().await, after, "{mode:?}");
        }
        let free_of_charge = Call::Batch {
            calls: vec![weights(&[65_535])],
            mode: BatchMode::AllOrNothing,
        };
        assert_eq!(fee(&rig, "//Alice", &free_of_charge).await, 0);
    }
}

#[tokio::test]
async fn a_registration_burns_its_cost_and_a_full_subnet_gives_up_a_slot() {
    for rig in rigs(&EVERY).await {
        let chain = rig.devnet.chain();
        let register = |uri: &str| Call::BurnedRegister {
            netuid: NETUID,
            hotkey: hotkey(uri),
        };
        let at = chain.best().hash;
        let terms = chain.registration(NETUID, at).await.expect("there");
        let fee = fee(&rig, "//Alice", &register("//Fresh")).await;
        let (block, dispatch) = make(&rig, "//Alice", &register("//Fresh")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let uid = chain.uid_of(NETUID, hotkey("//Fresh"), block.hash).await;
        assert_eq!(uid.expect("readable"), Some(Uid(4)), "the next one");
        let left = 1_000 * TAO - fee - terms.burn.rao();
        assert_eq!(free(&rig, "//Alice").await, left);
        let owner = chain.owner_of(hotkey("//Fresh"), block.hash).await;
        assert_eq!(owner.expect("readable"), Some(coldkey("//Alice")));
        let metagraph = chain.metagraph(NETUID, block).await.expect("there");
        let fresh = &metagraph.neurons()[4];
        assert_eq!((metagraph.len(), fresh.last_update), (5, block.number));

        let (_, dispatch) = make(&rig, "//Alice", &register("//Fresh")).await;
        let again = named("SubtensorModule", "HotKeyAlreadyRegisteredInSubNet");
        assert_eq!(failed(dispatch), again);

        chain
            .edit(|rules| rules.max_allowed_uids = 5)
            .expect("a block");
        let (block, dispatch) = make(&rig, "//Alice", &register("//Fresher")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let uid = chain.uid_of(NETUID, hotkey("//Fresher"), block.hash).await;
        // All are immune and have earned nothing: the one that has been there longest goes.
        assert_eq!(uid.expect("readable"), Some(Uid(0)));
        let gone = chain.uid_of(NETUID, hotkey("//Alice"), block.hash).await;
        assert_eq!(gone.expect("readable"), None);
    }
}

#[tokio::test]
async fn a_registration_makes_the_next_one_dearer_until_time_passes() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let burn = async |at| {
        let terms = chain.registration(NETUID, at).await.expect("there");
        terms.burn.rao()
    };
    let before = burn(chain.best().hash).await;
    let call = Call::BurnedRegister {
        netuid: NETUID,
        hotkey: hotkey("//Fresh"),
    };
    let (block, dispatch) = make(&rig, "//Alice", &call).await;
    assert_eq!(dispatch, Dispatch::Succeeded);
    let after = burn(block.hash).await;
    assert!(
        (125..=126).contains(&(after * 100 / before)),
        "{before} {after}"
    );
    chain.seal_many(360).expect("blocks");
    let halved = burn(chain.best().hash).await;
    assert!(
        (49..=50).contains(&(halved * 100 / after)),
        "{after} {halved}"
    );
}

#[tokio::test]
async fn a_neuron_says_where_it_serves_and_what_it_wants_to_say() {
    for rig in rigs(&EVERY).await {
        let chain = rig.devnet.chain();
        let serve = |address: &str| Call::ServeAxon {
            netuid: NETUID,
            address: address.parse().expect("an address"),
            version: 7,
            protocol: 4,
        };
        let miner = hotkey("//Miner//0");
        assert_eq!(fee(&rig, "//Miner//0", &serve("127.0.0.1:8091")).await, 0);
        let (block, dispatch) = make(&rig, "//Miner//0", &serve("127.0.0.1:8091")).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let axon = chain
            .axon(NETUID, miner, block.hash)
            .await
            .expect("readable");
        let axon = axon.expect("announced");
        assert_eq!(axon.address.to_string(), "127.0.0.1:8091");
        assert_eq!((axon.version, axon.announced), (7, block.number));
        let metagraph = chain.metagraph(NETUID, block).await.expect("there");
        assert_eq!(metagraph.neurons()[1].axon, Some(axon));

        let said = vec![
            CommitmentField::Raw(b"https://example.org/model".to_vec()),
            CommitmentField::Hash(axonry_chain::HashKind::Sha256, [7; 32]),
        ];
        let commit = |fields| Call::SetCommitment {
            netuid: NETUID,
            fields,
        };
        let (block, dispatch) = make(&rig, "//Miner//0", &commit(said.clone())).await;
        assert_eq!(dispatch, Dispatch::Succeeded);
        let found = chain.commitment(NETUID, miner, block.hash).await;
        let found = found.expect("readable").expect("there");
        assert_eq!((found.fields.clone(), found.block), (said, block.number));
        let all = chain
            .commitments(NETUID, block.hash)
            .await
            .expect("readable");
        assert_eq!(all.into_iter().collect::<Vec<_>>(), [(miner, found)]);
        let stranger = commit(vec![CommitmentField::Raw(vec![1])]);
        let (_, dispatch) = make(&rig, "//Stranger", &stranger).await;
        let error = named("Commitments", "AccountNotAllowedCommit");
        assert_eq!(failed(dispatch), error);
    }
}
