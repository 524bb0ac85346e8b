//! What survives a restart, and what is refused rather than lost.

use std::collections::BTreeMap;
use std::fs;

use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use axonry_store::{Conclusion, EntryState, Intent, Sent, Store, StoreError};

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
        version_key: u64::MAX,
    }
}

fn sent() -> Sent {
    Sent {
        extrinsic: format!("0x{}", "ab".repeat(32)),
        nonce: 7,
        birth: BlockNumber(100),
        valid_until: BlockNumber(163),
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
        .record_intent(&intent(round, 9))
        .await
        .expect("journalled");
    store.record_sent(id, &sent()).await.expect("journalled");
    store.close().await;

    let store = Store::open(&path).await.expect("the same file");
    assert_eq!(
        store.averages(NETUID).await.expect("averages"),
        averages,
        "to the bit"
    );
    let unfinished = store
        .unfinished(hotkey(1), NETUID)
        .await
        .expect("the journal");
    assert_eq!(unfinished.len(), 1);
    assert_eq!(unfinished[0].intent, intent(round, 9));
    assert_eq!(unfinished[0].state, EntryState::Sent(sent()));
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
async fn a_round_has_one_vector_until_the_chain_has_refused_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("state.sqlite"))
        .await
        .expect("a new file");
    let id = store
        .record_intent(&intent(1, 9))
        .await
        .expect("journalled");
    assert_eq!(
        store.record_intent(&intent(1, 9)).await.expect("the same"),
        id
    );
    let other = store.record_intent(&intent(1, 10)).await;
    assert!(
        matches!(
            other,
            Err(StoreError::Conflict {
                netuid: 74,
                round: 1
            })
        ),
        "{other:?}"
    );
    store
        .record_intent(&intent(2, 10))
        .await
        .expect("another round");

    store
        .conclude(id, &Conclusion::Rejected("no permit".into()))
        .await
        .expect("concluded");
    let again = store
        .record_intent(&intent(1, 10))
        .await
        .expect("the way is free");
    store
        .conclude(again, &Conclusion::Verified(BlockNumber(120)))
        .await
        .expect("concluded");
    let third = store.record_intent(&intent(1, 11)).await;
    assert!(
        matches!(third, Err(StoreError::Conflict { .. })),
        "a landed vector stands"
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
