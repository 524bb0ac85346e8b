//! A full disk: the journal goes on in the space kept for it, and history waits.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use axonry_core::UnixMillis;
use axonry_store::predictions::{Predictions, Request};
use axonry_store::{EntryState, Store, StoreError};

use crate::{NETUID, attempt, hidden, hotkey, intent};

/// A file system of a few megabytes, where this process may make one.
struct Small(PathBuf);

impl Small {
    fn mount(folder: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(folder)
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder.to_owned()));
        }
        #[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
        {
            eprintln!("NOT RUN: a full disk, because no tmpfs can be mounted here");
        }
        None
    }

    /// Leaves nothing.
    fn fill(&self) {
        let mut size = 1 << 20;
        let filler = self.0.join("filler");
        let mut bytes = Vec::new();
        while size > 0 {
            let grown = vec![7; bytes.len() + size];
            match fs::write(&filler, &grown) {
                Ok(()) => bytes = grown,
                Err(_) => size /= 2,
            }
        }
        fs::write(&filler, &bytes).expect("it fitted before");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[tokio::test]
async fn dk1_on_a_full_disk_intents_are_written_down_and_history_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Small::mount(folder.path()) else {
        return;
    };
    let path = folder.path().join("state.sqlite");
    let store = Store::create(&path).await.expect("a new file");
    store.begin_round(NETUID, "").await.expect("begun");
    store.close().await;
    disk.fill();
    // A start on the full disk goes on.
    let store = Store::open(&path).await.expect("the same file");
    let mut averages = BTreeMap::new();
    for round in 2..40 {
        // What a round needs to land weights.
        assert_eq!(store.begin_round(NETUID, "").await.expect("begun"), round);
        averages.extend((0..200).map(|number| (hotkey(number), 0.5_f32)));
        store
            .save_averages(NETUID, round, &averages)
            .await
            .expect("saved");
        let id = store
            .record(&intent(round, 9), &attempt(round))
            .await
            .expect("journalled");
        store
            .record_attempt(id, &hidden(round))
            .await
            .expect("journalled");
        store
            .conclude(id, EntryState::Landed, "block")
            .await
            .expect("concluded");
        store
            .finish_round(NETUID, round, "summary")
            .await
            .expect("finished");
        let trace = store.keep_trace(NETUID, round, hotkey(1), "{}").await;
        assert!(
            trace.as_ref().is_err_and(StoreError::pauses_history),
            "{round}: {trace:?}"
        );
        assert!(store.history_paused());
    }
    store.close().await;

    // A restart on the full disk goes on.
    let store = Store::open(&path).await.expect("the same file");
    assert!(store.history_paused());
    assert_eq!(store.recent_entries(99).await.expect("read").len(), 38);
    // And with space history does, too.
    fs::remove_file(folder.path().join("filler")).expect("removed");
    store
        .keep_trace(NETUID, 40, hotkey(1), "{}")
        .await
        .expect("kept");
    assert!(!store.history_paused());
    store.close().await;
}

#[tokio::test]
async fn predictions_leave_the_rest_of_a_disk_to_the_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_disk) = Small::mount(folder.path()) else {
        return;
    };
    let path = folder.path().join("predictions.sqlite");
    let predictions = Predictions::create(&path).await.expect("made");
    let request = Request {
        start_time: UnixMillis(0),
        asset: "BTC".to_owned(),
        time_increment: 300,
        time_length: 600,
        num_simulations: 1,
        request_time: UnixMillis(0),
    };
    let paused = predictions.begin(&request, &[]).await;
    assert!(
        paused.as_ref().is_err_and(StoreError::pauses_history),
        "{paused:?}"
    );
    // Scores decide about weights and are small: they are written down.
    predictions
        .save_rewards("low", UnixMillis(1), &[])
        .await
        .expect("saved");
    predictions.close().await;
}
