//! Inputs that a fuzzer or a person found, run as plain tests.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axonry_syntax::{GrammarSet, ParseBudget, Scorer, Settings, Tables};

#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
#[path = "../../fuzz/src/input.rs"]
mod input;

fn saved(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("the folder was opened").path();
        (
            path.display().to_string(),
            fs::read(&path).expect("a file of the corpus"),
        )
    };
    let folder = fs::read_dir(folder).expect("the corpus is in the repository");
    let mut inputs: Vec<_> = folder.map(read).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{target} has a corpus");
    inputs
}

fn scorer() -> Scorer {
    let settings = Settings {
        grammars: GrammarSet::Full,
        budget: ParseBudget {
            per_parse: Duration::from_millis(200),
            ..ParseBudget::default()
        },
        ..Settings::default()
    };
    Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit")
}

#[test]
fn every_saved_change_is_scored_within_its_budget() {
    let scorer = scorer();
    for (name, bytes) in saved("change") {
        if let Err(broken) = input::check_change(&scorer, &bytes) {
            panic!("{name}: {broken}");
        }
    }
}

/// Every grammar brings C code of its own, so each needs bytes to start from.
#[test]
fn every_language_of_the_build_has_a_saved_change() {
    let (scorer, tables) = (scorer(), Tables::upstream());
    let saved: Vec<String> = saved("change")
        .into_iter()
        .filter_map(|(_, bytes)| Some(String::from_utf8(bytes).ok()?.lines().next()?.to_owned()))
        .collect();
    for grammar in scorer.grammars() {
        let has_bytes = saved.iter().any(|extension| {
            let entry = tables.language(extension);
            entry.and_then(|entry| entry.language.as_deref()) == Some(grammar.name)
        });
        assert!(has_bytes, "{} has none", grammar.name);
    }
}

#[test]
fn every_saved_table_is_read_or_refused() {
    for (name, bytes) in saved("tables") {
        if let Err(broken) = input::check_tables(&bytes) {
            panic!("{name}: {broken}");
        }
    }
}
