//! What is so of a state in a file.

use std::collections::BTreeMap;
use std::fs;
use std::future::{Future, poll_fn};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::task::Poll;

use axonry_store::{Store, StoreError};

use crate::place::Place;
use crate::{NETUID, hotkey};

#[tokio::test]
async fn a_write_that_is_cut_off_is_there_as_a_whole_or_not_at_all() {
    let place = Place::file();
    let store = place.create().await;
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
async fn only_the_owner_can_read_the_state_and_no_draft_stays_behind() {
    let place = Place::file();
    let path = place.location.path().expect("a file");
    place.create().await.close().await;
    let state = path.parent().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(state), mode(path)), (0o700, 0o600));
    let entries = fs::read_dir(state).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["state.sqlite", "state.sqlite.reserve"]);
}

#[tokio::test]
async fn a_read_only_file_is_refused_with_what_to_do() {
    let place = Place::file();
    place.create().await.close().await;
    let path = place.location.path().expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o400)).expect("changed");
    let opened = Store::open(path).await;
    let error = opened.expect_err("it cannot be written to");
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("make it writable"), "{error}");
}
