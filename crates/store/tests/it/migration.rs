//! From the first release's file to today's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axonry_core::BlockNumber;
use axonry_store::{Salt, Store, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::{NETUID, hotkey};

/// The file of the first release, with a landed vector, a hash commit and a timelocked one.
async fn first_release(path: &Path) {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options
        .create_if_missing(true)
        .connect()
        .await
        .expect("made");
    let script = include_str!("first_release.sql").replace("HOTKEY", &hotkey(1).to_string());
    connection.execute(script.as_str()).await.expect("a script");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn an_older_file_is_copied_and_brought_up_to_date_with_its_secrets_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    first_release(&path).await;
    let store = Store::open(&path).await.expect("brought up to date");
    let averages = store.averages(NETUID).await.expect("averages");
    assert_eq!(averages.get(&hotkey(1)), Some(&0.5));
    let lines = store.recent_entries(9).await.expect("the journal");
    let attempts: Vec<_> = lines.iter().map(|line| &line.attempt).collect();
    let salt = Salt::new([1, 2, 3, 4, 5, 6, 7, 0xffff]);
    assert_eq!(
        attempts[0].carrier,
        format!("timelocked:{}:30:12", "cd".repeat(32))
    );
    assert_eq!((attempts[0].salt, attempts[1].salt), (None, Some(salt)));
    assert_eq!(attempts[1].carrier, "hash:7:12");
    assert_eq!(attempts[1].extrinsic, format!("0x{}", "02".repeat(32)));
    assert_eq!(attempts[2].carrier, "plain");
    assert_eq!(attempts[2].valid_until, BlockNumber(163));
    assert_eq!(store.unfinished(hotkey(1)).await.expect("read").len(), 2);
    assert_eq!(store.begin_round(NETUID, "").await.expect("a round"), 4);
    store.close().await;

    let copy = folder.path().join("state.sqlite.v1.bak");
    let mode = fs::metadata(&copy).expect("a copy").permissions().mode();
    assert_eq!(mode & 0o077, 0);
    let old = SqliteConnectOptions::new().filename(&copy);
    let mut old = old.connect().await.expect("a database");
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut old)
        .await
        .expect("a version");
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM journal")
        .fetch_one(&mut old)
        .await
        .expect("a count");
    assert_eq!((version, kept), (1, 3), "as it was");
    Store::open(&path).await.expect("again").close().await;
}

#[tokio::test]
async fn without_a_copy_an_older_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.sqlite");
    first_release(&path).await;
    let before = fs::read(&path).expect("read");
    // A folder stands where the copy should be written.
    fs::create_dir(folder.path().join("state.sqlite.v1.bak.new")).expect("made");
    let opened = Store::open(&path).await;
    assert!(
        matches!(opened, Err(StoreError::Backup { .. })),
        "{opened:?}"
    );
    assert!(fs::read(&path).expect("read") == before);
}
