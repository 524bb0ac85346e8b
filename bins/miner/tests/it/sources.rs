//! Accounts on the mirror and on GitHub.

use std::fs;

use axonry_devnet::mirror::{Mirror, MirrorConfig, MirrorData, Seed, token_of};
use axonry_scoring::trace::Quantity;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{path, refused, scored};

const NOW: &str = "2026-08-01T09:00:00Z";
const MINER: &str = "10000002";

/// A dev mirror with its registry in a file, served while the program asks.
struct Served {
    mirror: Mirror,
    folder: TempDir,
    // Dropped last: the mirror is served on it.
    _runtime: Runtime,
}

impl Served {
    fn new() -> Self {
        let runtime = Runtime::new().expect("threads");
        let now: Timestamp = NOW.parse().expect("a moment");
        let seed = Seed {
            miners: Seed::miners(4),
            pulls_per_miner: 8,
            ..Seed::new(7, now)
        };
        let data = MirrorData::seeded(&seed);
        let folder = TempDir::new().expect("a folder");
        let registry = data.registry().to_string();
        fs::write(folder.path().join("repositories.json"), registry).expect("it is written");
        fs::write(
            folder.path().join("token"),
            format!("{}\n", token_of(MINER)),
        )
        .expect("written");
        let mirror = runtime
            .block_on(Mirror::spawn(MirrorConfig::new(data)))
            .expect("a free port");
        Self {
            mirror,
            folder,
            _runtime: runtime,
        }
    }

    fn file(&self, name: &str) -> String {
        path(&self.folder.path().join(name)).to_owned()
    }

    /// The words that point the program here.
    fn words(&self, more: &[&str]) -> Vec<String> {
        let (url, repositories) = (self.mirror.url(), self.file("repositories.json"));
        let here = [
            "--mirror",
            &url,
            "--github",
            &url,
            "--repositories",
            &repositories,
            "--at",
            NOW,
        ];
        here.iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    }
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn an_account_has_one_score_whatever_it_is_found_by_and_wherever_it_is_read() {
    let served = Served::new();
    let token = served.file("token");
    let by_id = scored(&borrowed(&served.words(&["--github-id", MINER])));
    let by_token = scored(&borrowed(&served.words(&["--token-file", &token])));
    let words = served.words(&["--source", "github", "--token-file", &token]);
    let on_github = scored(&borrowed(&words));

    let points = by_id.pull_requests.as_ref().expect("it has pull requests");
    assert!(points.value() > 0.0 && !by_id.pieces.is_empty());
    assert_eq!(by_id.account.as_deref(), Some(MINER));
    assert_eq!(by_id, by_token, "the token's account");
    assert_eq!(
        by_id.pull_requests, on_github.pull_requests,
        "GitHub says the same"
    );
    assert_eq!(by_id.pieces, on_github.pieces);
}

#[test]
fn a_week_later_less_is_left() {
    let served = Served::new();
    let points = |at: &str| {
        let mut words = served.words(&["--github-id", MINER]);
        let place = words
            .iter()
            .position(|word| word == NOW)
            .expect("it is there");
        words[place] = at.to_owned();
        let trace = scored(&borrowed(&words))
            .pull_requests
            .expect("pull requests");
        trace.value()
    };
    assert!(points("2026-08-08T09:00:00Z") < points(NOW));
}

#[test]
fn code_is_worth_what_the_tables_in_files_say() {
    let served = Served::new();
    let points = |more: &[&str]| {
        let words = served.words(&[&["--github-id", MINER], more].concat());
        let trace = scored(&borrowed(&words)).pull_requests;
        trace.expect("pull requests").value()
    };
    let (weights, languages) = (served.file("weights.json"), served.file("languages.json"));
    fs::write(&weights, r#"{"structural_bonus": {}, "leaf_tokens": {}}"#).expect("it is written");
    fs::write(&languages, r#"{"md": 0.1}"#).expect("it is written");
    let by_default = points(&[]);
    assert!(points(&["--token-weights", &weights]) < by_default);
    assert!(points(&["--languages", &languages]) < by_default);
}

#[test]
fn whatever_goes_wrong_is_said_in_one_object() {
    let served = Served::new();
    let (wrong, typo) = (served.file("wrong"), served.file("typo.json"));
    fs::write(&wrong, "ghp_secret_of_nobody").expect("it is written");
    fs::write(&typo, r#"{"a/b": {"emission_share": "much"}}"#).expect("it is written");
    let nobody = served.words(&["--token-file", &wrong]);
    let typo = served.words(&["--github-id", MINER, "--repositories", &typo]);
    let no_token = served.words(&["--github-id", MINER, "--source", "github"]);
    let weights = served.file("weights.json");
    let heavy = r#"{"leaf_tokens": {"identifier": "heavy"}}"#;
    fs::write(&weights, heavy).expect("it is written");
    let weights_typo = served.words(&["--github-id", MINER, "--token-weights", &weights]);
    let weights_refused = format!(
        "token weights file `{weights}`: the token weight table: `leaf_tokens.identifier` must be \
         a number from 0 up, is `\"heavy\"`"
    );
    // The last of two flags counts.
    let typo = typo.iter().skip_while(|word| *word != "--at").cloned();
    let typo: Vec<String> = typo.collect();
    let nowhere = [
        "--github-id",
        MINER,
        "--mirror",
        "http://127.0.0.1:1",
        "--deadline",
        "2",
    ];
    for (words, code, said, why) in [
        (borrowed(&nobody), 1, "GitHub", "a token that is nobody's"),
        (
            borrowed(&typo),
            1,
            "`emission_share` must be a number from 0 to 1, is `\"much\"`",
            "a typo",
        ),
        (borrowed(&weights_typo), 1, &weights_refused, "another typo"),
        (
            borrowed(&no_token),
            1,
            "--token-file",
            "GitHub asks for a token",
        ),
        (nowhere.to_vec(), 1, "--deadline", "nobody answers"),
        (
            vec!["--github-id", "alice"],
            2,
            "alice",
            "a name is no number",
        ),
        (vec![], 2, "required", "whose work?"),
        (
            vec!["--git", "/", "--github-id", "1"],
            2,
            "cannot be used with",
            "two at once",
        ),
    ] {
        let (error, ended) = refused(&words);
        assert_eq!(ended, Some(code), "{why}: {error}");
        assert!(error.contains(said), "{why}: {error}");
        assert!(!error.contains("ghp_secret"), "no secret is told: {error}");
    }
}
