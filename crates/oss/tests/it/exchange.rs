//! A validator's end of the token exchange, at a GitHub that has its rules.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axonry_core::{Alpha, BlockNumber, Hotkey, NetUid, Uid};
use axonry_devnet::mirror::{Mirror, MirrorConfig, MirrorData, MirrorEdge, Seed, token_of};
use axonry_github::{GitHub, Secret};
use axonry_http::Client;
use axonry_oss::exchange::{Exchange, TokenStore};
use axonry_wire::{Caller, Standing};
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fixture::hotkey;

const ONE: &str = "10000000";
const OTHER: &str = "10000001";
const REVOKED: &str = "10000002";

struct Bench {
    exchange: Exchange,
    store: TokenStore,
    folder: TempDir,
    mirror: Option<Mirror>,
}

impl Bench {
    async fn start() -> Self {
        let now = "2026-08-01T09:00:00Z".parse().expect("a moment");
        let data = MirrorData::seeded(&Seed {
            miners: Seed::miners(3),
            pulls_per_miner: 1,
            ..Seed::new(7, now)
        });
        let mut edge = MirrorEdge::default();
        edge.github.revoked = vec![token_of(REVOKED)];
        let mirror = Mirror::spawn(MirrorConfig::new(data).edge(edge))
            .await
            .expect("a free port");
        let mut bench = Self::at(&mirror.url());
        bench.mirror = Some(mirror);
        bench
    }

    fn at(github: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store =
            TokenStore::open(folder.path().join("tokens/miner_pats.json")).expect("a store");
        let http = Client::builder().build().expect("a client");
        let github = GitHub::builder()
            .base(github)
            .http(http)
            .pause(Duration::from_millis(1))
            .build()
            .expect("a client");
        Self {
            exchange: Exchange::new(store.clone(), github),
            store,
            folder,
            mirror: None,
        }
    }

    async fn post(&self, uid: u16, token: &str) -> Result<(), String> {
        self.post_as(&caller(uid, hotkey(uid)), token).await
    }

    async fn post_as(&self, caller: &Caller, token: &str) -> Result<(), String> {
        let answer = self.exchange.broadcast(caller, Secret::new(token)).await;
        match answer.accepted {
            Some(true) => Ok(()),
            _ => Err(answer.rejection_reason.expect("a reason")),
        }
    }

    async fn check(&self, uid: u16) -> (Option<bool>, Option<bool>, String) {
        let answer = self.exchange.check(&caller(uid, hotkey(uid))).await;
        (
            answer.has_pat,
            answer.pat_valid,
            answer.rejection_reason.unwrap_or_default(),
        )
    }

    fn rows(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.store.path()).expect("readable");
        serde_json::from_str(&text).expect("an array")
    }

    fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, contents).expect("it is written");
        path
    }
}

fn caller(uid: u16, hotkey: Hotkey) -> Caller {
    Caller {
        hotkey,
        address: [127, 0, 0, 1].into(),
        standing: Some(Standing {
            uid: Uid(uid),
            stake: Alpha::from_base_units(NetUid(74), 0),
            permit: false,
            block: BlockNumber(1),
        }),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}

#[tokio::test]
async fn a_good_token_is_kept_in_upstreams_form_where_only_the_owner_reads_it() {
    let bench = Bench::start().await;
    assert_eq!(bench.post(1, &token_of(ONE)).await, Ok(()));
    let [row] = &bench.rows()[..] else {
        panic!("one entry")
    };
    assert_eq!((&row["uid"], &row["github_id"]), (&json!(1), &json!(ONE)));
    assert_eq!(row["hotkey"], hotkey(1).to_string());
    assert_eq!(row["pat"], token_of(ONE));
    let stored_at = row["stored_at"].as_str().unwrap();
    assert!(
        stored_at.ends_with("+00:00") && stored_at.len() == 32,
        "{stored_at}"
    );
    assert_eq!(mode(bench.store.path()), 0o600);
    assert_eq!(mode(bench.store.path().parent().unwrap()), 0o700);
    assert_eq!(
        bench.check(1).await,
        (Some(true), Some(true), String::new())
    );
    let left = fs::read_dir(bench.store.path().parent().unwrap()).unwrap();
    assert_eq!(
        left.count(),
        2,
        "the file and its lock, no half-written one"
    );
}

#[tokio::test]
async fn what_speaks_against_a_token_is_said_in_upstreams_words_and_nothing_is_kept() {
    let bench = Bench::start().await;
    let stranger = Caller {
        standing: None,
        ..caller(9, hotkey(9))
    };
    let nobody = "No Github id found for miner 1's PAT";
    for (caller, token, reason) in [
        (&stranger, token_of(ONE), "Hotkey not registered on subnet"),
        (
            &caller(1, hotkey(1)),
            String::new(),
            "No Github PAT provided by miner 1",
        ),
        (&caller(1, hotkey(1)), "ghp_of_nobody".to_owned(), nobody),
        (&caller(1, hotkey(1)), token_of(REVOKED), nobody),
        (&caller(1, hotkey(1)), "two\nlines".to_owned(), nobody),
    ] {
        assert_eq!(bench.post_as(caller, &token).await, Err(reason.to_owned()));
    }
    assert_eq!(bench.rows(), Vec::<Value>::new());
    let none = "No PAT stored for this miner".to_owned();
    assert_eq!(bench.check(1).await, (Some(false), Some(false), none));
}

#[tokio::test]
async fn an_account_stays_with_its_hotkey_and_goes_with_it() {
    let bench = Bench::start().await;
    bench.post(1, &token_of(ONE)).await.unwrap();
    let locked = bench.post(1, &token_of(OTHER)).await.unwrap_err();
    assert!(locked.starts_with("GitHub identity is locked"), "{locked}");
    assert_eq!(
        bench.rows()[0]["pat"],
        token_of(ONE),
        "what was there stays"
    );
    assert_eq!(
        bench.post(1, &token_of(ONE)).await,
        Ok(()),
        "the same account may come again"
    );

    // The slot changes hands: nobody inherits a token, and the newcomer brings its own account.
    let newcomer = caller(1, hotkey(7));
    let answer = bench.exchange.check(&newcomer).await;
    assert_eq!(
        (answer.has_pat, answer.pat_valid),
        (Some(false), Some(false))
    );
    assert_eq!(bench.post_as(&newcomer, &token_of(OTHER)).await, Ok(()));
    let rows = bench.rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["hotkey"], hotkey(7).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_accounts_that_come_for_one_hotkey_at_once_one_is_kept() {
    let bench = Bench::start().await;
    for uid in 1..6 {
        let (one, other) = (token_of(ONE), token_of(OTHER));
        let (first, second) = tokio::join!(bench.post(uid, &one), bench.post(uid, &other));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    }
    assert_eq!(bench.rows().len(), 5, "and no writer undoes another's work");
}

#[tokio::test]
async fn a_token_that_was_revoked_since_is_found_out_by_the_check() {
    let bench = Bench::start().await;
    let row =
        json!([{"uid": 1, "hotkey": hotkey(1), "pat": token_of(REVOKED), "github_id": REVOKED}]);
    fs::write(bench.store.path(), row.to_string()).unwrap();
    let (has, valid, reason) = bench.check(1).await;
    assert_eq!((has, valid), (Some(true), Some(false)));
    assert!(reason.contains("No Github id found"), "{reason}");
}

#[tokio::test]
async fn a_github_that_does_not_answer_rejects_and_a_check_stays_open() {
    let server = MockServer::start().await;
    Mock::given(path("/user"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let bench = Bench::at(&server.uri());
    let reason = bench.post(1, "ghp_good").await.unwrap_err();
    assert!(reason.contains("lookup failed transiently"), "{reason}");
    let row = json!([{"uid": 1, "hotkey": hotkey(1), "pat": "ghp_good", "github_id": ONE}]);
    fs::write(bench.store.path(), row.to_string()).unwrap();
    let (has, valid, reason) = bench.check(1).await;
    assert_eq!((has, valid), (Some(true), None));
    assert!(reason.contains("temporarily unavailable"), "{reason}");
}

#[tokio::test]
async fn a_token_that_sees_no_public_repositories_is_no_use() {
    let server = MockServer::start().await;
    let user = ResponseTemplate::new(200).set_body_json(json!({"id": 77}));
    Mock::given(path("/user"))
        .respond_with(user)
        .mount(&server)
        .await;
    let nobody = ResponseTemplate::new(200).set_body_json(json!({"data": {"viewer": null}}));
    Mock::given(method("POST"))
        .and(path("/graphql"))
        .respond_with(nobody)
        .mount(&server)
        .await;
    let bench = Bench::at(&server.uri());
    let reason = bench.post(1, "github_pat_narrow").await.unwrap_err();
    assert!(
        reason.starts_with("PAT test query failed: Fine-grained PATs need"),
        "{reason}"
    );
    assert_eq!(bench.rows().len(), 0);
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_neither_empty_nor_written_over() {
    let bench = Bench::start().await;
    for broken in ["[{\"uid\": 1", "{}", ""] {
        fs::write(bench.store.path(), broken).unwrap();
        let reason = bench.post(1, &token_of(ONE)).await.unwrap_err();
        assert!(reason.contains("store temporarily unavailable"), "{reason}");
        assert_eq!(fs::read_to_string(bench.store.path()).unwrap(), broken);
        let (has, valid, _) = bench.check(1).await;
        assert_eq!((has, valid), (Some(false), None));
        assert!(TokenStore::open(bench.store.path()).is_err());
    }
    fs::remove_file(bench.store.path()).unwrap();
    let reason = bench.post(2, &token_of(ONE)).await.unwrap_err();
    assert!(reason.contains("store temporarily unavailable"), "{reason}");
    assert!(!reason.contains("miner_pats"), "no path is told: {reason}");
}

#[tokio::test]
async fn whoever_tries_too_often_waits_and_github_is_left_alone() {
    let server = MockServer::start().await;
    Mock::given(path("/user"))
        .respond_with(ResponseTemplate::new(401))
        .expect(6)
        .mount(&server)
        .await;
    let bench = Bench::at(&server.uri());
    for _ in 0..6 {
        bench.post(1, "ghp_wrong").await.unwrap_err();
    }
    let reason = bench.post(1, "ghp_wrong").await.unwrap_err();
    assert!(reason.contains("Too many attempts"), "{reason}");
}

#[test]
fn an_import_keeps_what_is_newer_and_what_it_does_not_know() {
    let bench = Bench::at("http://127.0.0.1:1");
    let ours = json!([
        {"uid": 1, "hotkey": "5One", "pat": "ours", "stored_at": "2026-08-02T00:00:00+00:00", "note": 7},
        {"uid": 2, "hotkey": "5Two", "pat": "ours", "stored_at": "2026-08-02T00:00:00+00:00"},
    ]);
    fs::write(bench.store.path(), ours.to_string()).unwrap();
    let theirs = json!([
        {"uid": 1, "hotkey": "5One", "pat": "theirs", "stored_at": "2026-08-01T00:00:00+00:00"},
        {"uid": 2, "hotkey": "5New", "pat": "theirs", "stored_at": "2026-08-03T00:00:00+00:00"},
        {"uid": 3, "hotkey": "5Three", "pat": "theirs", "github_id": "77"},
    ]);
    let imported = bench
        .store
        .import(bench.file("old.json", &theirs.to_string()))
        .unwrap();
    assert_eq!(
        (imported.added, imported.replaced, imported.kept),
        (1, 1, 1)
    );
    let rows = bench.rows();
    let pats: Vec<_> = rows
        .iter()
        .map(|row| row["pat"].as_str().unwrap())
        .collect();
    assert_eq!(pats, ["ours", "theirs", "theirs"]);
    assert_eq!(rows[0]["note"], 7);
    assert_eq!(mode(bench.store.path()), 0o600);

    bench
        .store
        .import(bench.file("broken.json", "["))
        .unwrap_err();
    assert_eq!(bench.rows(), rows, "nothing of it was taken over");
}

#[test]
fn a_file_that_others_can_read_is_closed_to_them() {
    let bench = Bench::at("http://127.0.0.1:1");
    let path = bench.file("loose.json", "[]");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    TokenStore::open(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
}
