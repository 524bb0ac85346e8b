//! Rounds, their inputs and traces, and the cache.

use std::collections::BTreeMap;

use axonry_store::{LONGEST_TRACE, StoreError, TRACED_ROUNDS};

use crate::place::Place;
use crate::{NETUID, hotkey};

#[tokio::test]
async fn a_round_is_told_with_its_inputs_and_why_each_miner_got_what() {
    for place in Place::each().await {
        let store = place.create().await;
        let round = store.begin_round(NETUID, "opening").await.expect("a round");
        let inputs = BTreeMap::from([
            ("metagraph".to_owned(), [7; 32]),
            ("registry".to_owned(), [9; 32]),
        ]);
        store
            .keep_inputs(NETUID, round, &inputs)
            .await
            .expect("kept");
        let long = "{\"factor\":1}".repeat(9_000);
        let traces = BTreeMap::from([(hotkey(1), "{}".to_owned()), (hotkey(2), long.clone())]);
        store
            .keep_traces(NETUID, round, &traces)
            .await
            .expect("kept");
        store
            .keep_trace(NETUID, round, hotkey(1), "{\"later\":true}")
            .await
            .expect("replaced");
        store
            .finish_round(NETUID, round, "summary")
            .await
            .expect("finished");
        store.close().await;

        let store = place.open().await;
        let told = &store.recent_rounds(NETUID, 1).await.expect("rounds")[0];
        assert_eq!(told.opening, "opening");
        assert_eq!(told.summary.as_deref(), Some("summary"));
        assert_eq!(store.inputs(NETUID, round).await.expect("inputs"), inputs);
        let trace = async |number| {
            let trace = store.trace(NETUID, round, hotkey(number)).await;
            trace.expect("readable")
        };
        assert_eq!(trace(1).await.as_deref(), Some("{\"later\":true}"));
        assert_eq!(trace(2).await, Some(long));
        assert_eq!(trace(3).await, None);
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn traces_are_bounded_in_length_and_in_rounds() {
    for place in Place::each().await {
        let store = place.create().await;
        for round in 1..=TRACED_ROUNDS + 2 {
            let kept = store.keep_trace(NETUID, round, hotkey(1), "{}").await;
            kept.expect("kept");
        }
        let rounds = store.traced_rounds(NETUID).await.expect("rounds");
        let newest: Vec<u64> = (3..=TRACED_ROUNDS + 2).rev().collect();
        assert_eq!(rounds, newest, "{}", place.name);
        let long = "x".repeat(LONGEST_TRACE + 1);
        let kept = store.keep_trace(NETUID, 99, hotkey(1), &long).await;
        assert!(matches!(kept, Err(StoreError::TooLarge { .. })), "{kept:?}");
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn the_cache_gives_back_what_was_put_in_with_the_round_of_its_last_use() {
    for place in Place::each().await {
        let store = place.create().await;
        let values = [("a".to_owned(), vec![1, 2]), ("b".to_owned(), vec![])];
        store.cache("scores", 3, &values).await.expect("kept");
        store
            .cache("scores", 4, &values[..1])
            .await
            .expect("kept again");
        let cached = async |key| store.cached("scores", key).await.expect("readable");
        assert_eq!(cached("a").await, Some((vec![1, 2], 4)), "{}", place.name);
        assert_eq!(cached("b").await, Some((vec![], 3)));
        assert_eq!(cached("c").await, None);
        assert_eq!(store.cached("other", "a").await.expect("readable"), None);
        store.close().await;
        place.forget().await;
    }
}
