//! What is so of a state in a database server.

use axonry_store::StoreError;

use crate::place::Place;
use crate::{NETUID, attempt, intent};

#[tokio::test]
async fn a_lost_connection_is_made_again_with_the_lock_and_nothing_is_lost() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.create().await;
    store
        .record(&intent(1, 9), &attempt(7))
        .await
        .expect("journalled");
    let kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'
            AND (classid::bigint << 32) + objid::bigint
                = hashtextextended('axonry ' || current_schema()::text, 0))";
    place.behind_its_back(kick).await;
    // The statement that finds the connection dead may fail; the next one has a new one.
    let first = store.begin_round(NETUID, "").await;
    assert!(
        first.as_ref().err().is_none_or(StoreError::is_transient),
        "{first:?}"
    );
    store
        .record(&intent(2, 9), &attempt(8))
        .await
        .expect("journalled");
    assert_eq!(store.recent_entries(9).await.expect("read").len(), 2);
    let second = axonry_store::Store::open(&place.location).await;
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
    store.close().await;
    place.forget().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_without_the_password() {
    let url = "postgres://axonry:pass-word@127.0.0.1:1/none";
    let location: axonry_store::Location = url.parse().expect("a location");
    let error = axonry_store::Store::open(location)
        .await
        .expect_err("nobody listens");
    let said = format!("{error} {error:?}");
    assert!(said.contains("127.0.0.1:1"), "{said}");
    assert!(!said.contains("pass-word"), "{said}");
}

#[tokio::test]
async fn a_state_can_be_read_beside_the_one_who_writes_and_not_be_written_to() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let writer = place.create().await;
    let reader = axonry_store::Store::open_to_read(&place.location).await;
    let reader = reader.expect("room for who reads");
    let round = writer.begin_round(NETUID, "{}").await.expect("written");
    let seen = reader.recent_rounds(NETUID, 1).await.expect("read");
    assert_eq!(seen[0].round, round, "as soon as it is there");
    let written = reader.begin_round(NETUID, "{}").await;
    assert!(written.is_err(), "it reads and does no more");
    reader.close().await;
    writer.close().await;
    place.forget().await;
}
