use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::pull_request::PullRequest;
use crate::revision::Revision;

const ROOM: u64 = 1 << 20;

fn key(number: u64, head: &str) -> ContentKey {
    let pull: PullRequest = serde_json::from_value(json!({
        "repo_full_name": "acme/widget", "pr_number": number, "state": "MERGED",
        "author_github_id": 7, "created_at": "2026-07-20T10:00:00Z",
        "head_sha": head, "base_sha": "b", "merge_base_sha": "m",
    }))
    .unwrap();
    ContentKey::of(&Revision::from(&pull)).unwrap()
}

fn files(text: &str) -> Vec<PullRequestFile> {
    let file = json!({"filename": "a.rs", "status": "added", "head_content": text, "changes": 3});
    vec![serde_json::from_value(file).unwrap()]
}

fn open(folder: &TempDir, bound: u64) -> ContentCache {
    ContentCache::open(folder.path().join("content"), bound).unwrap()
}

/// Every entry's path.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let parts = fs::read_dir(folder).unwrap().map(|part| part.unwrap());
    let parts = parts.filter(|part| part.file_name().len() == 2);
    parts
        .flat_map(|part| fs::read_dir(part.path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn what_is_kept_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, key) = (open(&folder, ROOM), key(1, "h"));
    assert_eq!(cache.files(&key), None);
    cache.keep_files(&key, &files("fn a() {}")).unwrap();
    cache.keep_score(&key, b"rules 1", b"42").unwrap();
    drop(cache);

    let cache = open(&folder, ROOM);
    let stored = cache.files(&key).unwrap();
    assert_eq!(stored.files, files("fn a() {}"));
    assert_eq!(ContentKey::of_files(&stored), Some(key.clone()));
    assert_eq!(cache.score(&key, b"rules 1").as_deref(), Some(&b"42"[..]));
    assert_eq!(cache.score(&key, b"rules 2"), None, "other rules");
}

#[test]
fn other_commits_are_another_content() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, ROOM);
    cache.keep_files(&key(1, "h"), &files("")).unwrap();
    for other in [key(1, "i"), key(2, "h")] {
        assert_eq!(cache.files(&other), None);
    }
    let unknown = Revision {
        head_sha: Some("h".to_owned()),
        ..Revision::unknown("a/b".parse().unwrap(), 1)
    };
    assert_eq!(ContentKey::of(&unknown), None, "no base is known");
}

#[test]
fn a_broken_entry_is_as_if_it_had_never_been_kept() {
    let whole = {
        let folder = tempfile::tempdir().unwrap();
        let cache = open(&folder, ROOM);
        cache.keep_files(&key(1, "h"), &files("fn a() {}")).unwrap();
        fs::read(&entries(&cache.inner.folder)[0]).unwrap()
    };
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let empty_but_sealed = entry::seal(b"not zstd");
    for (bytes, why) in [
        (&whole[..whole.len() / 2], "cut off"),
        (&flipped, "a bit flipped"),
        (&[], "empty"),
        (
            b"something else entirely, and longer than a head",
            "foreign",
        ),
        (&empty_but_sealed, "sealed, but of another content"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (cache, key) = (open(&folder, ROOM), key(1, "h"));
        cache.keep_files(&key, &files("fn a() {}")).unwrap();
        let path = &entries(&cache.inner.folder)[0];
        fs::write(path, bytes).unwrap();
        assert_eq!(cache.files(&key), None, "{why}");
        assert!(!path.exists(), "{why}: and it is gone");
        cache.keep_files(&key, &files("fn b() {}")).unwrap();
        assert_eq!(
            cache.files(&key).unwrap().files,
            files("fn b() {}"),
            "{why}"
        );
    }
}

#[test]
fn the_bound_holds_and_what_was_used_last_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, 2_000);
    for number in 1..=10 {
        cache.keep_score(&key(number, "h"), b"", &[0; 100]).unwrap();
    }
    assert!(cache.score(&key(1, "h"), b"").is_some());
    for number in 11..=18 {
        cache.keep_score(&key(number, "h"), b"", &[0; 100]).unwrap();
        assert!(cache.size() <= 2_000);
    }
    assert!(cache.score(&key(1, "h"), b"").is_some(), "used since");
    assert!(cache.score(&key(2, "h"), b"").is_none(), "the oldest");
    let on_disk: u64 = entries(&cache.inner.folder)
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert_eq!(on_disk, cache.size());
    drop(cache);
    assert!(open(&folder, 500).size() <= 500, "also when it was lowered");
}

#[test]
fn a_crash_while_writing_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, ROOM);
    cache.keep_score(&key(1, "h"), b"", b"42").unwrap();
    let unfinished = cache.inner.folder.join("unfinished");
    let crashed = unfinished.join("1-0");
    fs::write(&crashed, b"AXN").unwrap();
    let long_ago = SystemTime::now() - 2 * UNFINISHED;
    fs::File::open(&crashed)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    fs::write(unfinished.join("1-1"), b"of a process that lives").unwrap();
    let cache = open(&folder, ROOM);
    assert_eq!(fs::read_dir(&unfinished).unwrap().count(), 1);
    assert_eq!(cache.score(&key(1, "h"), b"").as_deref(), Some(&b"42"[..]));
}

#[test]
fn an_emptied_folder_is_an_empty_cache() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, key) = (open(&folder, ROOM), key(1, "h"));
    cache.keep_score(&key, b"", b"42").unwrap();
    for path in entries(&cache.inner.folder) {
        fs::remove_file(path).unwrap();
    }
    assert_eq!(cache.score(&key, b""), None);
    assert_eq!(cache.size(), 0);
    cache.keep_score(&key, b"", b"42").unwrap();
    assert!(cache.score(&key, b"").is_some());
}
