//! What survives a restart, and what is refused rather than lost.

use std::collections::BTreeMap;
use std::fs;
use std::future::{Future, poll_fn};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::task::Poll;

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

/// The bytes of a new state file, with some of them changed.
async fn patched(folder: &Path, changes: &[(usize, &[u8])]) -> Vec<u8> {
    let path = folder.join("pattern.sqlite");
    let store = Store::open(&path).await.expect("a new file");
    store.close().await;
    let mut bytes = fs::read(&path).expect("a file");
    for (at, change) in changes {
        bytes[*at..at + change.len()].copy_from_slice(change);
    }
    bytes
}

#[tokio::test]
async fn what_is_not_ours_or_lost_its_content_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    // The application's mark stands big-endian at byte 68; the second page begins at byte 4096
    // (SQLite, "Database File Format").
    let foreign = patched(folder.path(), &[(68, &1_u32.to_be_bytes())]).await;
    let damaged = patched(folder.path(), &[(4096 + 3, &[0xff; 200])]).await;
    type Expected = fn(&StoreError) -> bool;
    let cases: [(&str, Vec<u8>, Expected); 3] = [
        ("foreign", foreign, |error| {
            matches!(error, StoreError::Foreign { .. })
        }),
        ("damaged", damaged, |error| {
            matches!(error, StoreError::Damaged { .. })
        }),
        ("empty", Vec::new(), |error| {
            matches!(error, StoreError::Damaged { .. })
        }),
    ];
    for (name, bytes, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).expect("a file");
        let error = Store::open(&path).await.expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
        assert!(fs::read(&path).expect("still there") == bytes, "{name}");
    }
}

#[tokio::test]
async fn a_write_that_is_cut_off_is_there_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    let store = Store::open(&path).await.expect("a new file");
    let before = BTreeMap::from([(hotkey(1), 1.0_f32)]);
    // Each row costs one step or a few, as the database's thread is scheduled.
    let after: BTreeMap<_, _> = (0..24).map(|number| (hotkey(number), 2.0)).collect();
    store
        .save_averages(NETUID, 1, &before)
        .await
        .expect("saved");
    for steps in 1..2000 {
        // The future is dropped after so many steps, wherever it is then.
        let mut taken = 0;
        let mut save = Box::pin(store.save_averages(NETUID, 2, &after));
        let saved = poll_fn(|context| {
            taken += 1;
            match save.as_mut().poll(context) {
                Poll::Pending if taken >= steps => Poll::Ready(None),
                polled => polled.map(Some),
            }
        })
        .await;
        drop(save);
        let found = store.averages(NETUID).await.expect("averages");
        if let Some(saved) = saved {
            saved.expect("nothing that was cut off stands in the way");
            assert!(found == after);
            return;
        }
        // Cut off while it commits it may be all there, but never in part.
        let whole = found == before || found == after;
        assert!(whole, "{} averages after {steps} steps", found.len());
        store
            .begin_round(NETUID, "")
            .await
            .expect("other writes go on");
    }
    panic!("the write never came to its end");
}

#[tokio::test]
async fn the_state_of_one_chain_is_refused_for_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    let store = Store::open(&path).await.expect("a new file");
    store.bind(BlockHash([1; 32])).await.expect("the first");
    store.close().await;
    let store = Store::open(&path).await.expect("the same file");
    store
        .bind(BlockHash([1; 32]))
        .await
        .expect("the same chain");
    let other = store.bind(BlockHash([2; 32])).await;
    assert!(
        matches!(other, Err(StoreError::OtherChain { .. })),
        "{other:?}"
    );
}

#[tokio::test]
async fn only_the_owner_can_read_the_state_and_no_draft_stays_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let path = state.join("state.sqlite");
    Store::open(&path).await.expect("a new file").close().await;
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&path)), (0o700, 0o600));
    let entries = fs::read_dir(&state).expect("a folder");
    let names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["state.sqlite"]);
}
