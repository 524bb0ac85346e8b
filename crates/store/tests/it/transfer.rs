//! The whole state as one file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use axonry_core::BlockHash;
use axonry_store::{EntryState, Store, StoreError};

use crate::place::Place;
use crate::{NETUID, attempt, hidden, hotkey, intent};

const GENESIS: BlockHash = BlockHash([1; 32]);

/// A state with something in every table.
async fn full(place: &Place) -> Store {
    let store = place.create().await;
    store.bind(GENESIS).await.expect("bound");
    let averages = (0..9).map(|number| (hotkey(number), f32::from(number) / 3.0));
    let averages: BTreeMap<_, _> = averages.collect();
    store
        .save_averages(NETUID, 1, &averages)
        .await
        .expect("saved");
    for round in 1..4 {
        store.begin_round(NETUID, "opening").await.expect("begun");
        let id = store
            .record(&intent(round, 9), &attempt(round))
            .await
            .expect("journalled");
        store
            .record_attempt(id, &hidden(round))
            .await
            .expect("journalled");
        if round < 3 {
            let landed = store.conclude(id, EntryState::Landed, "block").await;
            landed.expect("concluded");
        }
    }
    store.finish_round(NETUID, 1, "é\n\"").await.expect("ended");
    let inputs = BTreeMap::from([("registry".to_owned(), [9; 32])]);
    store.keep_inputs(NETUID, 2, &inputs).await.expect("kept");
    store
        .keep_trace(NETUID, 2, hotkey(1), "{}")
        .await
        .expect("kept");
    let cached = [("Key".to_owned(), vec![0, 255]), ("key".to_owned(), vec![])];
    store.cache("scores", 2, &cached).await.expect("kept");
    store
}

#[tokio::test]
async fn a_state_moves_between_hosts_and_databases_without_a_bit_changed() {
    // From each kind to each kind.
    for from in Place::each().await {
        for to in Place::each().await {
            let case = format!("{} to {}", from.name, to.name);
            let store = match Store::open(&from.location).await {
                Ok(store) => store,
                Err(_) => full(&from).await,
            };
            let (first, second) = (
                from.folder.path().join("one"),
                from.folder.path().join("two"),
            );
            let export = store.export(&first).await.expect("exported");
            assert!(export.rows == 20 && export.genesis == Some(GENESIS.to_string()));
            let (moved, imported) = Store::import(&to.location, &first, Some(GENESIS))
                .await
                .expect("imported");
            assert_eq!(imported, export, "{case}");
            let again = moved.export(&second).await.expect("exported");
            assert_eq!(again, export, "{case}");
            assert!(
                fs::read(&first).expect("read") == fs::read(&second).expect("read"),
                "{case}: to the byte"
            );
            let mode = fs::metadata(&first).expect("there").permissions().mode();
            assert_eq!(mode & 0o077, 0, "it holds secrets");
            let open = moved.unfinished(hotkey(1)).await.expect("the journal");
            assert_eq!(open[0].attempt, hidden(3), "{case}");
            let next = moved.record(&intent(4, 9), &attempt(4)).await;
            assert_eq!(next.expect("goes on").0, 4, "{case}");
            moved.close().await;
            store.close().await;
            to.forget().await;
        }
        from.forget().await;
    }
}

#[tokio::test]
async fn an_import_is_done_once_and_replaces_nothing() {
    for place in Place::each().await {
        let source = Place::file();
        let store = full(&source).await;
        let file = source.folder.path().join("export");
        store.export(&file).await.expect("exported");
        store.close().await;

        let other = Some(BlockHash([2; 32]));
        let refused = Store::import(&place.location, &file, other).await;
        assert!(matches!(refused, Err(StoreError::OtherChain { .. })));
        for _ in 0..2 {
            let imported = Store::import(&place.location, &file, None).await;
            imported.expect("the same again is fine").0.close().await;
        }
        let store = place.open().await;
        store.begin_round(NETUID, "").await.expect("it goes on");
        store.close().await;
        let refused = Store::import(&place.location, &file, None).await;
        assert!(
            matches!(refused, Err(StoreError::NotEmpty { .. })),
            "{}: {refused:?}",
            place.name
        );
        place.forget().await;
    }
}

#[tokio::test]
async fn a_changed_or_cut_export_is_refused_and_leaves_no_state() {
    for place in Place::each().await {
        let source = Place::file();
        let store = full(&source).await;
        let file = source.folder.path().join("export");
        store.export(&file).await.expect("exported");
        store.close().await;
        let whole = fs::read(&file).expect("read");
        let flips = (0..whole.len()).step_by(97).map(|place| {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            bytes
        });
        let cuts = [0, 1, whole.len() / 2, whole.len() - 2].map(|length| whole[..length].to_vec());
        for bytes in flips.chain(cuts) {
            fs::write(&file, &bytes).expect("written");
            let refused = Store::import(&place.location, &file, None).await;
            assert!(refused.is_err(), "{}", place.name);
            let missing = Store::open(&place.location).await;
            assert!(
                matches!(missing, Err(StoreError::Missing { .. })),
                "{}: {missing:?}",
                place.name
            );
        }
        place.forget().await;
    }
}
