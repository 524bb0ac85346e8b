//! Repositories on disk.

use std::fs;
use std::process::Command;

use axonry_oss::{MinerTrace, PieceKind};
use axonry_scoring::trace::Quantity;
use tempfile::TempDir;

use super::{path, refused, scored};

/// A repository whose commits have fixed authors and times.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(TempDir::new().expect("a folder"));
        repository.git("alice", 0, &["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn git(&self, who: &str, day: u32, words: &[&str]) {
        let (email, date) = (
            format!("{who}@example.org"),
            format!("2026-08-{:02}T09:00:00Z", day + 1),
        );
        let done = Command::new("git")
            .args(["-C", path(self.0.path()), "-c", "commit.gpgSign=false"])
            .args(words)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", who), ("GIT_COMMITTER_NAME", who)])
            .envs([
                ("GIT_AUTHOR_EMAIL", &email),
                ("GIT_COMMITTER_EMAIL", &email),
            ])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .expect("git starts");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn commit(&self, who: &str, day: u32, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).expect("it is written");
        self.git(who, day, &["add", "--all"]);
        self.git(
            who,
            day,
            &["commit", "--quiet", "--message", &format!("Write {file}")],
        );
    }

    fn score(&self, at: &str) -> MinerTrace {
        scored(&[
            "--git",
            path(self.0.path()),
            "--repository",
            "acme/widgets",
            "--author",
            "alice@example.org",
            "--at",
            at,
        ])
    }
}

fn code(function: &str) -> String {
    format!("fn {function}(first: u32, second: u32) -> u32 {{\n    first * second + 1\n}}\n")
}

#[test]
fn commits_are_merged_pull_requests_and_branches_open_ones() {
    let repository = Repository::new();
    repository.commit("alice", 0, "a.rs", &code("a"));
    repository.commit("bob", 1, "b.rs", &code("b"));
    repository.commit("alice", 2, "c.rs", &code("c"));
    let two = repository.score("2026-08-05T09:00:00Z");
    let points = |trace: &MinerTrace| trace.pull_requests.as_ref().expect("a tree").clone();
    assert_eq!(points(&two).value(), 0.0, "two of three that are needed");
    let gate = points(&two).find("earned").expect("a gate").clone();
    let remedy = gate.remedy().expect("one more would do");
    assert_eq!(
        (remedy.times, &*remedy.change),
        (1, "1 more merged pull request")
    );
    assert!(remedy.then > 0.0);

    // A merge counts for who wrote what it brings in, whoever merges it.
    repository.git("alice", 3, &["switch", "--quiet", "--create", "feature"]);
    repository.commit("alice", 3, "d.rs", &code("d"));
    repository.git("bob", 4, &["switch", "--quiet", "main"]);
    let merge = [
        "merge",
        "--quiet",
        "--no-ff",
        "--message",
        "Merge pull request #40 from alice/d",
        "feature",
    ];
    repository.git("bob", 4, &merge);
    repository.git("alice", 4, &["switch", "--quiet", "--create", "later"]);
    repository.commit("alice", 4, "e.rs", &code("e"));
    repository.git("alice", 4, &["switch", "--quiet", "main"]);

    let three = repository.score("2026-08-05T10:00:00Z");
    let pulls: Vec<_> = three
        .pieces
        .iter()
        .filter(|piece| piece.kind == PieceKind::PullRequest)
        .map(|piece| (piece.number, piece.points > 0.0, piece.points < 0.0))
        .collect();
    assert_eq!(
        pulls,
        [
            (1, true, false),
            (2, true, false),
            (3, false, true),
            (40, true, false)
        ],
        "bob's is none of alice's, the open one is held against her"
    );
    assert!(points(&three).value() > 0.0);
    assert_eq!(
        three,
        repository.score("2026-08-05T10:00:00Z"),
        "every time the same"
    );
    assert!(
        repository.score("2027-08-05T10:00:00Z").pieces.len() == 1,
        "after a year only the branch"
    );
}

#[test]
fn what_is_no_repository_is_named() {
    let folder = TempDir::new().expect("a folder");
    let (error, code) = refused(&["--git", path(folder.path())]);
    assert_eq!(code, Some(1));
    assert!(error.contains("not a git repository"), "{error}");
    let repository = Repository::new();
    let (error, _) = refused(&["--git", path(repository.0.path()), "--author", "a@b.c"]);
    assert!(error.contains("--repository"), "it has no remote: {error}");
}
