//! Inputs that a fuzzer or a person found, run as plain tests.

use std::fs;
use std::path::Path;

#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
#[path = "../../fuzz/src/input.rs"]
mod input;

fn check(target: &str, check: fn(&[u8]) -> Result<(), String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let entries = fs::read_dir(folder).expect("the corpus is in the repository");
    let mut inputs = 0;
    for entry in entries {
        let path = entry.expect("the folder was opened").path();
        let bytes = fs::read(&path).expect("a file of the corpus");
        if let Err(broken) = check(&bytes) {
            panic!("{}: {broken}", path.display());
        }
        inputs += 1;
    }
    assert!(inputs > 0, "{target} has a corpus");
}

#[test]
fn every_saved_registry_is_sound_or_refused() {
    check("registry", input::check_registry);
}

#[test]
fn every_saved_trace_computes_to_what_it_says_or_is_caught() {
    check("trace", input::check_trace);
}
