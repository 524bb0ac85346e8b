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

#[test]
fn every_saved_change_is_scored_within_its_budget() {
    let settings = Settings {
        grammars: GrammarSet::Full,
        budget: ParseBudget {
            per_parse: Duration::from_millis(200),
            ..ParseBudget::default()
        },
        ..Settings::default()
    };
    let scorer = Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit");
    for (name, bytes) in saved("change") {
        if let Err(broken) = input::check_change(&scorer, &bytes) {
            panic!("{name}: {broken}");
        }
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
