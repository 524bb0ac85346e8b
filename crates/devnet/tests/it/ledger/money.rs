//! Transfers, fees and batches.

use axonry_chain::{BatchMode, Call, Carrier, Chain, Dispatch, Existence, Ledger};
use axonry_core::Rao;
use jsonrpsee::rpc_params;

use super::{EVERY, TAO, failed, fee, free, key, make, named, rigs, transfer};
use crate::rig::{bytes, config, hex, rig, weights};

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
async fn a_fee_is_foretold_in_parts_and_taken_as_foretold() {
    let rig = rig(config()).await;
    let call = transfer("//New", TAO, Existence::KeepAlive);
    let signed = rig.sign(&call, "//Alice", 0).await;
    let length = u32::try_from(signed.bytes.len()).expect("short");
    let input = [&signed.bytes[..], &length.to_le_bytes()].concat();
    let ask = async |name: &str| {
        let answer = rig.ask("state_call", rpc_params![name, hex(&input)]).await;
        bytes(&answer)
    };
    let expected = fee(&rig, "//Alice", &call).await;
    let info = ask("TransactionPaymentApi_query_info").await;
    assert_eq!(info[3..], expected.to_le_bytes(), "weight, class and fee");
    let details = ask("TransactionPaymentApi_query_fee_details").await;
    let part = |place: usize| {
        let bytes = details[1 + place * 8..][..8].try_into();
        u64::from_le_bytes(bytes.expect("8 bytes"))
    };
    assert_eq!(details[0], 1, "there is a fee to pay");
    assert_eq!(part(0) + part(1) + part(2), expected);
    assert_eq!(part(1), u64::from(length), "a rao for each byte");
    assert_eq!(part(3), 0, "no tip");
    make(&rig, "//Alice", &call).await;
    assert_eq!(free(&rig, "//Alice").await, 999 * TAO - expected);
}

#[tokio::test]
async fn who_cannot_pay_the_fee_does_not_enter_the_pool() {
    let rig = rig(config()).await;
    let chain = rig.devnet.chain();
    let little = Rao::from_rao(20_000);
    let given = Call::Transfer {
        to: key("//Poor").account(),
        amount: little,
        existence: Existence::KeepAlive,
    };
    assert_eq!(make(&rig, "//Alice", &given).await.1, Dispatch::Succeeded);
    let back = transfer("//Alice", 1, Existence::AllowDeath);
    let signed = rig.sign(&back, "//Poor", 0).await;
    let validity = chain.validate(&signed, chain.best().hash).await;
    let said = format!("{:?}", validity.expect("known"));
    assert!(said.contains("Payment"), "{said}");
}
