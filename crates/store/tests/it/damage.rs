//! Files that were damaged: refused or read as they were written, never something else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axonry_store::{Entry, EntryState, RoundRecord, Store, StoreError};

use crate::place::Place;
use crate::{NETUID, attempt, hidden, hotkey, intent};

type Everything = (
    BTreeMap<axonry_core::Hotkey, f32>,
    Vec<Entry>,
    Vec<RoundRecord>,
    Option<String>,
);

async fn write_some(path: &Path) {
    let store = Store::create(path).await.expect("a new file");
    let averages = (0..99).map(|number| (hotkey(number), f32::from(number) / 7.0));
    store
        .save_averages(NETUID, 1, &averages.collect())
        .await
        .expect("saved");
    for round in 1..9 {
        store.begin_round(NETUID, "opening").await.expect("begun");
        let id = store
            .record(&intent(round, 9), &hidden(round))
            .await
            .expect("journalled");
        if round < 8 {
            let landed = store.conclude(id, EntryState::Landed, "block").await;
            landed.expect("concluded");
        }
    }
    store
        .keep_trace(NETUID, 2, hotkey(1), "{}")
        .await
        .expect("kept");
    store.close().await;
}

async fn read_all(path: &Path) -> Result<Everything, StoreError> {
    let store = Store::open(path).await?;
    let read = async {
        let everything = (
            store.averages(NETUID).await?,
            store.recent_entries(99).await?,
            store.recent_rounds(NETUID, 99).await?,
            store.trace(NETUID, 2, hotkey(1)).await?,
        );
        // And it can be written to as if nothing was.
        store.begin_round(NETUID, "next").await?;
        store.record(&intent(9, 1), &attempt(9)).await?;
        Ok(everything)
    };
    let read = read.await;
    store.close().await;
    read
}

/// Numbers without a pattern, the same in every run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).expect("31 bits")
}

async fn mutate(times: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (pattern, path) = (folder.path().join("pattern"), folder.path().join("state"));
    write_some(&pattern).await;
    let whole = fs::read(&pattern).expect("read");
    let expected = read_all(&pattern).await.expect("readable");
    let (mut state, mut refused, mut harmless) = (7, 0, 0);
    for round in 0..times {
        let mut bytes = whole.clone();
        let place = next(&mut state) % bytes.len();
        match round % 4 {
            0 => bytes.truncate(place),
            1 => bytes[place] = 0,
            _ => bytes[place] ^= 1 << (next(&mut state) % 8),
        }
        for ending in [
            "-wal",
            "-shm",
            "-journal",
            ".v1.bak",
            ".v1.bak.new",
            ".v0.bak",
        ] {
            let _ = fs::remove_file(folder.path().join(format!("state{ending}")));
        }
        fs::write(&path, &bytes).expect("written");
        match read_all(&path).await {
            Err(error) => {
                assert!(
                    !matches!(error, StoreError::Missing { .. }),
                    "byte {place}: {error:?}"
                );
                refused += 1;
            }
            Ok(read) => {
                assert!(read == expected, "byte {place} of round {round}: {read:?}");
                harmless += 1;
            }
        }
    }
    assert!(
        refused > times / 4,
        "{refused} refused, {harmless} harmless"
    );
}

#[tokio::test]
async fn dk4_a_damaged_file_is_refused_or_says_what_was_written() {
    mutate(300).await;
}

/// `cargo test -p axonry-store --release --test it -- --ignored dk4`
#[tokio::test]
#[ignore = "takes a minute"]
async fn dk4_ten_thousand_damaged_files_are_refused_or_say_what_was_written() {
    mutate(10_000).await;
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    let header = b"SQLite format 3\0 but nothing that follows from it".repeat(100);
    for bytes in [header, b"text".repeat(2_000), Vec::new()] {
        fs::write(&path, &bytes).expect("a file");
        for opened in [
            Store::open(&path).await,
            Store::open_or_create(&path).await,
            Store::create(&path).await,
        ] {
            let error = opened.expect_err("it is damaged");
            assert!(
                matches!(
                    error,
                    StoreError::Open { .. }
                        | StoreError::Damaged { .. }
                        | StoreError::Foreign { .. }
                        | StoreError::Exists { .. }
                ),
                "{error:?}"
            );
            assert!(fs::read(&path).expect("still there") == bytes);
        }
    }
}

#[tokio::test]
async fn a_file_that_is_gone_while_its_log_is_not_is_no_new_start() {
    let place = Place::file();
    let store = place.create().await;
    store.begin_round(NETUID, "").await.expect("a round");
    let path = place.location.path().expect("a file");
    // As a process that was killed leaves it.
    let log = path.with_extension("sqlite-wal");
    let copy = fs::read(&log).expect("the log");
    assert!(!copy.is_empty());
    store.close().await;
    fs::remove_file(path).expect("removed");
    fs::write(&log, copy).expect("written");
    for opened in [Store::open(path).await, Store::open_or_create(path).await] {
        assert!(
            matches!(opened, Err(StoreError::Damaged { .. })),
            "{opened:?}"
        );
    }
    assert!(!path.exists());
}
