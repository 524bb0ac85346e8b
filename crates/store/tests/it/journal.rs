//! The journal and the averages, in every kind of database.

use std::collections::BTreeMap;

use axonry_core::{Block, BlockHash, BlockNumber, Hotkey};
use axonry_store::{EntryState, Store, StoreError};

use crate::place::Place;
use crate::{NETUID, attempt, hidden, hotkey, intent};

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    for place in Place::each().await {
        let store = place.create().await;
        let averages = BTreeMap::from([(hotkey(1), 0.1_f32), (hotkey(2), f32::MIN_POSITIVE)]);
        store
            .save_averages(NETUID, 1, &averages)
            .await
            .expect("saved");
        let round = store.begin_round(NETUID, "opening").await.expect("a round");
        let id = store
            .record(&intent(round, 9), &attempt(7))
            .await
            .expect("journalled");
        store
            .record_attempt(id, &hidden(8))
            .await
            .expect("journalled");
        store.close().await;

        let store = place.open().await;
        assert_eq!(
            store.averages(NETUID).await.expect("averages"),
            averages,
            "{}: to the bit",
            place.name
        );
        let unfinished = store.unfinished(hotkey(1)).await.expect("the journal");
        assert_eq!(unfinished.len(), 1);
        assert_eq!(unfinished[0].intent, intent(round, 9));
        assert_eq!(unfinished[0].attempt, hidden(8), "the latest");
        assert_eq!(unfinished[0].state, EntryState::Open);
        let said = format!("{unfinished:?}");
        assert!(!said.contains("65261") && !said.contains("feed"), "{said}");
        assert_eq!(
            store.begin_round(NETUID, "next").await.expect("a round"),
            round + 1
        );
        let rounds = store.recent_rounds(NETUID, 10).await.expect("rounds");
        assert_eq!(
            rounds[1].summary, None,
            "the round that was cut off says so"
        );
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn a_round_has_one_vector_until_it_is_certain_that_it_failed() {
    for place in Place::each().await {
        let store = place.create().await;
        let id = store
            .record(&intent(1, 9), &attempt(7))
            .await
            .expect("journalled");
        let again = store.record(&intent(1, 9), &attempt(8)).await;
        let conflicts = matches!(
            again,
            Err(StoreError::Conflict {
                netuid: 74,
                round: 1
            })
        );
        assert!(conflicts, "{}: {again:?}", place.name);
        store
            .record(&intent(2, 10), &attempt(8))
            .await
            .expect("another round");

        store
            .conclude(id, EntryState::Failed, "no permit")
            .await
            .expect("concluded");
        let again = store
            .record(&intent(1, 10), &attempt(9))
            .await
            .expect("the way is free");
        store
            .conclude(again, EntryState::Landed, "block 120")
            .await
            .expect("concluded");
        let third = store.record(&intent(1, 11), &attempt(10)).await;
        assert!(
            matches!(third, Err(StoreError::Conflict { .. })),
            "a landed vector stands"
        );
        let reopened = store.conclude(again, EntryState::Open, "").await;
        assert!(
            matches!(reopened, Err(StoreError::Closed { .. })),
            "and cannot be reopened"
        );
        let lines = store.recent_entries(9).await.expect("the journal");
        let ids: Vec<i64> = lines.iter().map(|line| line.id.0).collect();
        assert_eq!(ids, [3, 2, 1], "newest first");
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    for place in Place::each().await {
        let store = place.create().await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..64 {
            let store = store.clone();
            tasks.spawn(async move {
                let round = store.begin_round(NETUID, "").await.expect("a round");
                let line = store.record(&intent(round, 1), &attempt(number)).await;
                (round, line.expect("journalled").0)
            });
        }
        let (mut rounds, mut lines): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().unzip();
        rounds.sort_unstable();
        lines.sort_unstable();
        assert_eq!(rounds, (1..=64).collect::<Vec<_>>(), "{}", place.name);
        assert_eq!(lines, (1..=64).collect::<Vec<_>>(), "{}", place.name);
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn the_state_of_one_chain_is_refused_for_another() {
    for place in Place::each().await {
        let store = place.create().await;
        store.bind(BlockHash([1; 32])).await.expect("the first");
        store.close().await;
        let store = place.open().await;
        store
            .bind(BlockHash([1; 32]))
            .await
            .expect("the same chain");
        let other = store.bind(BlockHash([2; 32])).await;
        assert!(
            matches!(other, Err(StoreError::OtherChain { .. })),
            "{other:?}"
        );
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn what_is_missing_is_refused_and_what_is_there_is_not_replaced() {
    for place in Place::each().await {
        let missing = Store::open(&place.location).await;
        assert!(
            matches!(missing, Err(StoreError::Missing { .. })),
            "{}: {missing:?}",
            place.name
        );
        let store = place.create().await;
        store.begin_round(NETUID, "").await.expect("a round");
        store.close().await;
        let again = Store::create(&place.location).await;
        assert!(
            matches!(again, Err(StoreError::Exists { .. })),
            "{}: {again:?}",
            place.name
        );
        let store = Store::open_or_create(&place.location).await.expect("it");
        assert_eq!(
            store.begin_round(NETUID, "").await.expect("a round"),
            2,
            "the one that was there"
        );
        store.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn a_second_owner_is_refused_until_the_first_lets_go() {
    for place in Place::each().await {
        let first = place.create().await;
        first.begin_round(NETUID, "").await.expect("a round");
        let second = Store::open(&place.location).await;
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{}: {second:?}",
            place.name
        );
        first.close().await;
        place.open().await.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn a_newer_releases_or_another_programs_state_is_refused() {
    for place in Place::each().await {
        place.create().await.close().await;
        let newer = match place.name {
            "file" => "PRAGMA user_version = 999",
            _ => "UPDATE axonry_state SET version = 999",
        };
        place.behind_its_back(newer).await;
        let opened = Store::open(&place.location).await;
        assert!(
            matches!(opened, Err(StoreError::Newer { found: 999, .. })),
            "{}: {opened:?}",
            place.name
        );
        let foreign = match place.name {
            "file" => "PRAGMA user_version = 2; PRAGMA application_id = 1",
            _ => "DROP TABLE axonry_state",
        };
        place.behind_its_back(foreign).await;
        for opened in [
            Store::open(&place.location).await,
            Store::open_or_create(&place.location).await,
        ] {
            assert!(
                matches!(opened, Err(StoreError::Foreign { .. })),
                "{}: {opened:?}",
                place.name
            );
        }
        place.forget().await;
    }
}

#[tokio::test]
async fn a_number_that_changed_is_noticed_and_never_given_out() {
    for place in Place::each().await {
        let store = place.create().await;
        let averages: BTreeMap<Hotkey, f32> = [(hotkey(1), 0.5), (hotkey(2), 0.25)].into();
        store
            .save_averages(NETUID, 1, &averages)
            .await
            .expect("saved");
        store.close().await;
        place
            .behind_its_back("UPDATE averages SET average = 0.75 WHERE average = 0.5")
            .await;
        let opened = Store::open(&place.location).await;
        let corrupt = |error: &StoreError| {
            matches!(
                error,
                StoreError::Corrupt {
                    table: "averages",
                    ..
                }
            )
        };
        let error = opened.expect_err("it is not what was written");
        assert!(corrupt(&error), "{}: {error:?}", place.name);
        place.forget().await;
    }
}

#[tokio::test]
async fn a_new_state_is_seeded_once_and_says_so() {
    for place in Place::each().await {
        let block = Block {
            number: BlockNumber(100),
            hash: BlockHash([3; 32]),
        };
        let averages = BTreeMap::from([(hotkey(1), 0.75_f32), (hotkey(2), 0.25)]);
        let store = Store::create_seeded(&place.location, NETUID, &averages, block).await;
        let store = store.expect("seeded");
        let other = axonry_core::NetUid(1);
        assert_eq!(store.seeded(other).await.expect("readable"), None);
        store.seed(other, &averages, block).await.expect("seeded");
        assert_eq!(store.averages(NETUID).await.expect("averages"), averages);
        let seed = store.seeded(NETUID).await.expect("readable").expect("said");
        assert_eq!((seed.block, seed.hotkeys), (block, 2));
        let round = store.averaged_round(NETUID).await.expect("readable");
        assert_eq!(round, Some(0), "no round of ours");
        let again = store.seed(NETUID, &averages, block).await;
        assert!(
            matches!(again, Err(StoreError::NotEmpty { .. })),
            "{again:?}"
        );
        store.close().await;
        place.forget().await;
    }
}
