//! The real client against the dev mirror, over real sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axonry_github::{
    Files, GitHub, GithubId, Identity, Mirror as Client, PatStore, PullRequest, PullRequestState,
    Secret, Windows,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{GitError, GitHistory, Mirror, MirrorConfig, MirrorData, Seed, token_of, tokens};

fn now() -> Timestamp {
    "2026-08-01T09:15:30.123456Z".parse().unwrap()
}

fn small(seed: u64) -> MirrorData {
    MirrorData::seeded(&Seed {
        miners: Seed::miners(6),
        ..Seed::new(seed, now())
    })
}

async fn serve(data: MirrorData) -> Mirror {
    Mirror::spawn(MirrorConfig::new(data)).await.unwrap()
}

fn client(mirror: &Mirror, page_size: usize) -> Client {
    Client::builder()
        .base(mirror.url())
        .page_size(page_size)
        .build()
        .unwrap()
}

/// Windows over everything the mirror has.
fn windows(mirror: &Mirror) -> Windows {
    let since = now() - SignedDuration::from_hours(30 * 24);
    let names = mirror.data().repositories();
    names.map(|name| (name.parse().unwrap(), since)).collect()
}

fn ids(mirror: &Mirror) -> Vec<GithubId> {
    mirror
        .data()
        .miners()
        .map(|id| id.parse().unwrap())
        .collect()
}

/// All that can be asked of a mirror, as text.
async fn everything(mirror: &Mirror) -> String {
    let (client, windows) = (client(mirror, 200), windows(mirror));
    let mut text = mirror.registry().to_string();
    for id in ids(mirror) {
        let pulls = client.pulls(&id, &windows).await.unwrap();
        for pull in &pulls.rows {
            let files = client.files(&pull.repository, pull.number).await.unwrap();
            text += &format!("{pull:?}{files:?}");
        }
        text += &format!("{:?}", client.issues(&id, &windows).await.unwrap());
        text += &format!("{:?}", client.open_issues(&id).await.unwrap());
    }
    text
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (one, same, other) = tokio::join!(serve(small(7)), serve(small(7)), serve(small(8)));
    let first = everything(&one).await;
    assert!(first == everything(&same).await);
    assert!(first != everything(&other).await);
}

#[tokio::test]
async fn pages_are_complete_and_hold_each_row_once() {
    let mirror = serve(small(7)).await;
    for id in ids(&mirror) {
        let whole = client(&mirror, 200)
            .pulls(&id, &windows(&mirror))
            .await
            .unwrap();
        assert_eq!((whole.rows.len(), whole.quarantined.len()), (20, 0));
        let order = |pull: &PullRequest| (pull.created_at, pull.repository.clone(), pull.number);
        assert!(
            whole
                .rows
                .is_sorted_by(|one, other| order(one) > order(other))
        );
        for size in [1, 3, 7, 20] {
            let paged = client(&mirror, size);
            assert_eq!(
                paged.pulls(&id, &windows(&mirror)).await.unwrap(),
                whole,
                "pages of {size}"
            );
            let requests = paged.http().counters().total().requests;
            assert_eq!(requests, 20_u64.div_ceil(size as u64), "pages of {size}");
        }
    }
}

#[tokio::test]
async fn what_was_merged_counts_and_its_files_are_code_in_many_languages() {
    let mirror = serve(MirrorData::seeded(&Seed::new(1, now()))).await;
    let (client, windows) = (client(&mirror, 200), windows(&mirror));
    assert_eq!(mirror.data().pull_requests(), 64 * 20);
    let mut endings = BTreeSet::new();
    let mut merged = 0;
    let mut lines = BTreeMap::new();
    for id in ids(&mirror).iter().take(16) {
        for pull in client.pulls(id, &windows).await.unwrap().rows {
            let Files::Stored(stored) = client.files(&pull.repository, pull.number).await.unwrap()
            else {
                panic!("not stored")
            };
            assert!(!stored.files.is_empty() && stored.quarantined.is_empty());
            for file in &stored.files {
                endings.insert(
                    file.filename
                        .rsplit('.')
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                );
                assert!(file.changes == file.additions + file.deletions && file.changes > 0);
                assert_eq!(file.base_content.is_none(), file.status == "added");
            }
            let changed: u64 = stored.files.iter().map(|file| file.changes).sum();
            assert_eq!(changed, pull.additions + pull.deletions);
            *lines.entry(id.clone()).or_insert(0) += changed;
            merged += usize::from(pull.state == PullRequestState::Merged);
            if pull.state == PullRequestState::Merged {
                passes_the_merge_gate(&pull);
            }
        }
    }
    assert!(merged > 16 * 12, "{merged} of {}", 16 * 20);
    for ending in ["rs", "py", "ts", "go", "js", "java", "c"] {
        assert!(endings.contains(ending), "{endings:?}");
    }
    let (least, most) = (lines.values().min().unwrap(), lines.values().max().unwrap());
    assert!(most > &(2 * least), "miners differ clearly: {lines:?}");
}

/// `entrius/gittensor` `validator/oss_contributions/mirror/load.py`.
fn passes_the_merge_gate(pull: &PullRequest) {
    let merged_at = pull.merged_at.unwrap();
    assert!(merged_at <= now() && merged_at >= now() - SignedDuration::from_hours(28 * 24));
    assert!(pull.created_at < merged_at);
    assert_ne!(
        pull.merged_by_login.as_deref(),
        Some(pull.author_login.as_str())
    );
    assert_eq!(pull.base_ref, pull.default_branch);
    assert_ne!(pull.head_repository.as_ref(), Some(&pull.repository));
    assert_eq!(pull.author_association.as_deref(), Some("CONTRIBUTOR"));
    for issue in &pull.linked_issues {
        assert_eq!(issue.solved_by_pr, Some(pull.number));
        assert!(issue.created_at.unwrap() < pull.created_at);
    }
}

#[tokio::test]
async fn windows_are_kept_by_repository_and_by_what_happened() {
    let mirror = serve(small(7)).await;
    let client = client(&mirror, 200);
    let since = now() - SignedDuration::from_hours(10 * 24);
    for id in ids(&mirror) {
        let all = client.pulls(&id, &windows(&mirror)).await.unwrap().rows;
        let repository = all[0].repository.clone();
        let expected: Vec<_> = all
            .into_iter()
            .filter(|pull| pull.repository == repository)
            .filter(|pull| pull.merged_at.unwrap_or(pull.created_at) >= since)
            .collect();
        let window = Windows::from([(repository, since)]);
        assert_eq!(client.pulls(&id, &window).await.unwrap().rows, expected);
        for issue in client.open_issues(&id).await.unwrap().rows {
            assert!(issue.closed_at.is_none() && issue.solving_pr.is_none());
        }
    }
}

#[tokio::test]
async fn bad_questions_are_refused_in_the_mirrors_words() {
    let mirror = serve(small(7)).await;
    let http = client(&mirror, 1).http().clone();
    let ask = async |path: &str, body: Option<Value>| {
        let url = format!("{}{path}", mirror.url()).parse().unwrap();
        let request = match body {
            Some(body) => axonry_http::Request::post_json(url, &body),
            None => axonry_http::Request::get(url),
        };
        let error = http.bytes(request).await.unwrap_err();
        let refusal = error.refusal().unwrap();
        let body: Value = serde_json::from_str(refusal.body()).unwrap();
        assert_eq!(body["statusCode"], refusal.code());
        (refusal.code(), body["message"].as_str().unwrap().to_owned())
    };
    let many: BTreeMap<_, _> = (0..201)
        .map(|n| (format!("a/r{n}"), "2026-07-01"))
        .collect();
    for (since, told) in [
        (json!([]), "must be an object"),
        (json!({}), "1 to 200"),
        (json!(many), "1 to 200"),
        (json!({"a": "2026-07-01"}), "not a repository"),
        (json!({"a/b": 7}), "not a date"),
        (json!({"a/b": "soon"}), "not a date"),
        (json!({"a/b": "2026-07-01", "A/B": "2026-07-01"}), "twice"),
    ] {
        let body = json!({"since_by_repo": since});
        let (code, message) = ask("/api/v1/miners/1/pulls", Some(body)).await;
        assert!(code == 400 && message.contains(told), "{code} {message}");
    }
    for (path, code, told) in [
        (
            "/api/v1/miners/1/pulls?limit=0",
            400,
            "limit must be a positive integer",
        ),
        (
            "/api/v1/miners/1/issues?limit=x",
            400,
            "limit must be a positive integer",
        ),
        (
            "/api/v1/miners/1/pulls?cursor=x",
            400,
            "cursor is malformed",
        ),
        ("/api/v1/miners/1/pulls?since=soon", 400, "ISO"),
        (
            "/api/v1/pulls/axonry-demo/router/99999/files",
            404,
            "PR axonry-demo/router#99999 not found in mirror",
        ),
        ("/api/v1/pulls/axonry-demo/router/x/files", 400, "numeric"),
        ("/elsewhere", 404, "Cannot GET /elsewhere"),
    ] {
        let (status, message) = ask(path, None).await;
        assert!(
            status == code && message.contains(told),
            "{path}: {status} {message}"
        );
    }
}

#[tokio::test]
async fn the_files_beside_it_fit_the_mirror() {
    let mirror = serve(small(7)).await;
    let entries = tokens([(1, "5F", "10000000"), (2, "5G", "10000005")]);
    let store = PatStore::parse("pats.json", &entries.to_string()).unwrap();
    let github = GitHub::builder().base(mirror.url()).build().unwrap();
    for entry in store.entries() {
        let identity = github.identity(entry.pat.as_ref().unwrap()).await;
        assert_eq!(Some(identity), entry.github_id.clone().map(Identity::Valid));
    }
    for stranger in [token_of("10000006"), "ghp_real".to_owned()] {
        assert_eq!(
            github.identity(&Secret::new(stranger)).await,
            Identity::InvalidAuth
        );
    }

    let registry = mirror.registry();
    let shares = registry.as_object().unwrap().values();
    let total: f64 = shares
        .map(|entry| entry["emission_share"].as_f64().unwrap())
        .sum();
    assert!(total <= 1.0 && total > 0.9, "{total}");
    for name in mirror.data().repositories() {
        let maintainers = client(&mirror, 1)
            .maintainers(&name.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(maintainers.rows[0].association, "OWNER");
    }
    let nobody = client(&mirror, 1)
        .maintainers(&"a/b".parse().unwrap())
        .await
        .unwrap();
    assert!(nobody.rows.is_empty());
}

#[tokio::test]
async fn it_stops_when_dropped() {
    let mirror = serve(small(7)).await;
    let address = mirror.url().replace("http://", "");
    drop(mirror);
    // The task ends at its next turn, which this one's own turns let it have.
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

fn run_git(path: &Path, author: &str, arguments: &[&str]) {
    let mail = format!("{author}@example.com");
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(path)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", author), ("GIT_COMMITTER_NAME", author)])
        .envs([("GIT_AUTHOR_EMAIL", &mail), ("GIT_COMMITTER_EMAIL", &mail)])
        .envs([
            ("GIT_AUTHOR_DATE", "@1577836800 +0000"),
            ("GIT_COMMITTER_DATE", "@1577836800 +0000"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn history(path: &Path, miners: usize) -> GitHistory {
    GitHistory::new(path, Seed::miners(miners), now())
}

#[tokio::test]
async fn three_commits_by_two_authors_become_their_pull_requests() {
    let folder = tempfile::tempdir().unwrap();
    let path = &folder.path().join("My Project");
    std::fs::create_dir(path).unwrap();
    let commit = |author: &str, subject: &str| {
        run_git(path, author, &["add", "-A"]);
        run_git(path, author, &["commit", "-q", "-m", subject]);
    };
    run_git(path, "ada", &["init", "-q", "-b", "trunk"]);
    let long: String = (0..40).map(|n| format!("fn f{n}() {{}}\n")).collect();
    std::fs::write(path.join("lib.rs"), &long).unwrap();
    std::fs::write(path.join("logo.bin"), [0_u8, 159, 146, 150]).unwrap();
    commit("ada", "Begin");
    std::fs::write(path.join("lib.rs"), format!("{long}fn more() {{}}\n")).unwrap();
    commit("bob", "Grow");
    std::fs::rename(path.join("lib.rs"), path.join("räume.rs")).unwrap();
    std::fs::remove_file(path.join("logo.bin")).unwrap();
    commit("ada", "Move");

    let mirror = serve(MirrorData::from_git(&history(path, 3)).await.unwrap()).await;
    let (client, windows) = (client(&mirror, 2), windows(&mirror));
    let [ada, bob] = &ids(&mirror)[..] else {
        panic!("two authors")
    };
    let adas = client.pulls(ada, &windows).await.unwrap().rows;
    let titles: Vec<_> = adas.iter().map(|pull| pull.title.as_str()).collect();
    assert_eq!(
        titles.len(),
        2,
        "the author of most commits has the first id: {titles:?}"
    );
    let bobs = client.pulls(bob, &windows).await.unwrap().rows;
    assert_eq!(bobs[0].title, "Grow");
    for pull in adas.iter().chain(&bobs) {
        assert_eq!(pull.repository.as_str(), "axonry-demo/my-project");
        passes_the_merge_gate(pull);
    }

    let files = async |pull: &PullRequest| {
        let files = client.files(&pull.repository, pull.number).await.unwrap();
        files.stored().unwrap().files
    };
    let [grown] = &files(&bobs[0]).await[..] else {
        panic!("one file")
    };
    assert_eq!(
        (grown.status.as_str(), grown.additions, grown.deletions),
        ("modified", 1, 0)
    );
    assert_eq!(grown.base_content.as_deref(), Some(long.as_str()));
    let of = |title: &str| adas.iter().find(|pull| pull.title == title).unwrap();
    let begun = files(of("Begin")).await;
    let statuses: Vec<_> = begun
        .iter()
        .map(|file| (file.status.as_str(), file.is_binary))
        .collect();
    assert_eq!(statuses, [("added", false), ("added", true)]);
    let moved = files(of("Move")).await;
    let renamed = moved.iter().find(|file| file.status == "renamed").unwrap();
    assert_eq!(renamed.filename, "räume.rs");
    assert_eq!(renamed.previous_filename.as_deref(), Some("lib.rs"));
    assert!(moved.iter().any(|file| file.status == "removed"));
}

#[tokio::test]
async fn no_history_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let error = MirrorData::from_git(&history(path, 3)).await.unwrap_err();
    assert!(matches!(error, GitError::Refused { .. }), "{error:?}");
    run_git(path, "ada", &["init", "-q"]);
    let error = MirrorData::from_git(&history(path, 3)).await.unwrap_err();
    assert!(matches!(error, GitError::NoHistory { .. }), "{error:?}");
    let error = MirrorData::from_git(&history(path, 0)).await.unwrap_err();
    assert!(matches!(error, GitError::NoMiners), "{error:?}");
}
