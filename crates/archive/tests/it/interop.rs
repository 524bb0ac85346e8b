//! An archive on a real S3 server, read by an engine that is not ours.
//!
//! Runs when `AXONRY_INTEROP` is 1, because it installs PyPI's `moto` and `duckdb` first. They stay in
//! the folder `AXONRY_INTEROP_FOLDER`, or beside the build.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use axonry_archive::{Archive, S3};
use serde_json::{Value, json};
use url::Url;

use crate::{START, miner, prompt};

/// The page that shows how an archive is asked.
const PAGE: &str = include_str!("../../../../docs/archive.md");
const BUCKET: &str = "predictions";
const MINERS: u16 = 40;
const PATHS: u16 = 20;

/// The script, stopped when it is dropped.
struct Script {
    child: Child,
    said: BufReader<ChildStdout>,
    told: ChildStdin,
}

impl Script {
    fn start(arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop/archive.sh");
        let mut child = Command::new(script)
            .arg(folder())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        let said = BufReader::new(child.stdout.take().expect("piped"));
        let told = child.stdin.take().expect("piped");
        Self { child, said, told }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("it says a line");
        line
    }

    fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where what is installed stays.
fn folder() -> PathBuf {
    std::env::var_os("AXONRY_INTEROP_FOLDER").map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("interop"),
        PathBuf::from,
    )
}

/// The queries that the page shows.
fn queries() -> Vec<String> {
    let blocks = PAGE.split("```sql\n").skip(1);
    let queries = blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned());
    queries.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_on_s3_is_read_back_and_by_duckdb_as_the_docs_show() {
    if std::env::var_os("AXONRY_INTEROP").is_none_or(|it| it != "1") {
        eprintln!("NOT RUN: S3 and DuckDB: AXONRY_INTEROP is not 1");
        return;
    }
    let copy = tempfile::tempdir().expect("a folder");
    let copied = copy.path().display().to_string();
    let asked = json!(queries()).to_string();
    let mut script = Script::start(&[BUCKET, &copied, &asked]);
    let port: u16 = script.line().trim().parse().expect("a port");

    let url = Url::parse(&format!("s3://{BUCKET}/archive")).expect("a URL");
    let endpoint = Url::parse(&format!("http://127.0.0.1:{port}")).expect("a URL");
    let access = S3 {
        endpoint: Some(endpoint),
        access_key_id: Some("name".to_owned()),
        secret_access_key: Some("secret".to_owned()),
        ..S3::default()
    };
    let archive = Archive::s3(&url, &access).expect("an archive");
    let btc = prompt("BTC", START);
    assert!(archive.read(&btc).await.expect("asked").is_none());
    // The prompt that is asked for, and what a query must not take for it: another asset, another day.
    for key in [
        btc.clone(),
        prompt("ETH", START),
        prompt("BTC", START + 86_400),
    ] {
        let mut file = archive.write(&key).await.expect("begun");
        for uid in 0..MINERS {
            file.add(miner(uid, PATHS)).await.expect("added");
        }
        file.publish().await.expect("published");
    }
    // More than a part of an upload, so that it goes in several; and one that is given up.
    let long = prompt("SOL", START);
    let mut file = archive.write(&long).await.expect("begun");
    for uid in 0..8 {
        file.add(miner(uid, 60_000)).await.expect("added");
    }
    file.publish().await.expect("published");
    let mut aborted = archive.write(&prompt("XRP", START)).await.expect("begun");
    aborted.add(miner(1, 60_000)).await.expect("added");
    aborted.abort().await.expect("removed");

    let listed = archive.prompts("2026-02-03", None).await.expect("listed");
    assert_eq!(listed, [btc.clone(), prompt("ETH", START), long.clone()]);
    let mut file = archive.read(&btc).await.expect("asked").expect("there");
    for uid in 0..MINERS {
        let found = file.next().await.expect("a miner");
        assert_eq!(found, Some(miner(uid, PATHS)));
    }
    assert_eq!(file.next().await.expect("the end"), None);
    let mut file = archive.read(&long).await.expect("asked").expect("there");
    let found = file.next().await.expect("a miner");
    assert!(found == Some(miner(0, 60_000)), "a long one");
    archive.remove(&long).await.expect("removed");

    script.told.write_all(b"go on\n").expect("it listens");
    let copied = script.json();
    let names: Vec<_> = [("03", "BTC", 0), ("03", "ETH", 0), ("04", "BTC", 86_400)]
        .map(|(day, asset, later)| {
            let start = START + later;
            format!("archive/day=2026-02-{day}/asset={asset}/{start}-3000-300.parquet")
        })
        .to_vec();
    assert_eq!(copied, json!({"objects": names, "unfinished": 0}));

    let ends: Vec<Value> = (0..MINERS)
        .map(|uid| {
            let first = 65_000.0 + f64::from(uid) * 100.0 + 0.625;
            json!([uid, PATHS, first + 9.5, 17.1])
        })
        .collect();
    assert_eq!(script.json(), Value::from(ends));
    let path = script.json();
    let path = path.as_array().expect("rows");
    // Both days' first paths of miner 7, eleven points each.
    assert_eq!(path.len(), 22, "{path:?}");
    let expected = json!([7, 0, "2026-02-03 10:31:00+00:00", 65_700.125]);
    let (moment, price) = (&path[2][2], &path[2][3]);
    assert_eq!((moment, price), (&expected[2], &expected[3]));
}
