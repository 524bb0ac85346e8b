//! What survives a restart, and what is refused rather than lost.

use std::collections::BTreeMap;
use std::fs;

use axonry_core::{Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use axonry_store::{Attempt, EntryState, Intent, Store, StoreError};

const NETUID: NetUid = NetUid(74);

fn hotkey(number: u8) -> Hotkey {
    Hotkey::from_bytes([number; 32])
}

fn intent(round: u64, value: u16) -> Intent {
    Intent {
        hotkey: hotkey(1),
        netuid: NETUID,
        mechanism: MechId(0),
        round,
        epoch: Some(3),
        weights: Weights::new(vec![(Uid(1), value), (Uid(2), u16::MAX)]).expect("weights"),
    }
}

fn attempt(nonce: u64) -> Attempt {
    Attempt {
        extrinsic: format!("0x{}", "ab".repeat(32)),
        nonce,
        birth: Block {
            number: BlockNumber(100),
            hash: BlockHash([3; 32]),
        },
        valid_until: BlockNumber(163),
        uid: Uid(5),
        last_update: BlockNumber(90),
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/state.sqlite");
    let store = Store::open(&path).await.expect("a new file");
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
        .record_attempt(id, &attempt(8))
        .await
        .expect("journalled");
    store.close().await;

    let store = Store::open(&path).await.expect("the same file");
    assert_eq!(
        store.averages(NETUID).await.expect("averages"),
        averages,
        "to the bit"
    );
    let unfinished = store.unfinished(hotkey(1)).await.expect("the journal");
    assert_eq!(unfinished.len(), 1);
    assert_eq!(unfinished[0].intent, intent(round, 9));
    assert_eq!(unfinished[0].attempt, attempt(8), "the latest");
    assert_eq!(unfinished[0].state, EntryState::Open);
    assert_eq!(
        store.begin_round(NETUID, "next").await.expect("a round"),
        round + 1
    );
    let rounds = store.recent_rounds(NETUID, 10).await.expect("rounds");
    assert_eq!(
        rounds[1].summary, None,
        "the round that was cut off says so"
    );
}

#[tokio::test]
async fn a_round_has_one_vector_until_it_is_certain_that_it_failed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("state.sqlite"))
        .await
        .expect("a new file");
    let id = store
        .record(&intent(1, 9), &attempt(7))
        .await
        .expect("journalled");
    let again = store.record(&intent(1, 9), &attempt(8)).await;
    assert!(
        matches!(
            again,
            Err(StoreError::Conflict {
                netuid: 74,
                round: 1
            })
        ),
        "{again:?}"
    );
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
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("state.sqlite"))
        .await
        .expect("a new file");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        tasks.spawn(async move { store.begin_round(NETUID, "").await.expect("a round") });
    }
    let mut rounds = tasks.join_all().await;
    rounds.sort_unstable();
    assert_eq!(rounds, (1..=64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    let damaged = b"SQLite format 3\0 but nothing that follows from it".repeat(100);
    fs::write(&path, &damaged).expect("a file");
    let opened = Store::open(&path).await;
    assert!(matches!(opened, Err(StoreError::Open { .. })), "{opened:?}");
    assert_eq!(fs::read(&path).expect("still there"), damaged);
}

#[tokio::test]
async fn a_file_of_a_newer_release_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    Store::open(&path).await.expect("a new file").close().await;
    // The version stands big-endian at byte 60 of the file (SQLite, "Database File Format").
    let mut bytes = fs::read(&path).expect("a file");
    bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    fs::write(&path, bytes).expect("a file");
    let opened = Store::open(&path).await;
    assert!(
        matches!(opened, Err(StoreError::Newer { found: 999, .. })),
        "{opened:?}"
    );
}

#[tokio::test]
async fn a_second_owner_of_the_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    let first = Store::open(&path).await.expect("a new file");
    first.begin_round(NETUID, "").await.expect("a round");
    let second = Store::open(&path).await;
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

#[tokio::test]
async fn a_database_by_url_is_not_supported_yet_and_says_so() {
    let opened = Store::open("postgres://localhost/validator".as_ref()).await;
    assert!(matches!(opened, Err(StoreError::NotSupported { scheme }) if scheme == "postgres"));
}
