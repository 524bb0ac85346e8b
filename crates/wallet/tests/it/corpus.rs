//! The fuzz targets on their corpus, and on what a few thousand small changes make of it.

use std::fs;
use std::path::Path;

use axonry_wallet::fuzzing;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
#[path = "../../fuzz/src/input.rs"]
mod input;

type Check = fn(&[u8]) -> Result<(), String>;

/// What a format's readers trip over.
const WORDS: [&[u8]; 12] = [
    b"0x", b"null", b"{", b"[", b"\"", b"\\u0000", b"\xff", b"\n", b"$NACL", b"-1", b"1e999", b"",
];

fn saved(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = fs::read_dir(folder.join("fuzz/corpus").join(target));
    let entries = folder.expect("the corpus is in the repository");
    let mut inputs: Vec<_> = entries
        .map(|entry| fs::read(entry.expect("listed").path()).expect("a file of the corpus"))
        .collect();
    inputs.sort();
    inputs
}

/// A place, what is cut out there, and the word that is put in.
type Change = (Index, usize, usize);

fn changed(mut input: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (place, length, word) in changes {
        let place = place.index(input.len() + 1);
        let end = input.len().min(place + length);
        input.splice(place..end, WORDS[*word].iter().copied());
    }
    input
}

fn holds(target: &str, check: Check) {
    let inputs = saved(target);
    for input in &inputs {
        if let Err(broken) = check(input) {
            panic!("{target}: {broken}: {}", String::from_utf8_lossy(input));
        }
    }
    let mut runner = TestRunner::new(ProptestConfig::with_cases(4_000));
    let changes = prop::collection::vec((any::<Index>(), 0..12_usize, 0..WORDS.len()), 1..6);
    let inputs = prop::sample::select(inputs);
    runner
        .run(&(inputs, changes), |(input, changes)| {
            check(&changed(input, &changes)).map_err(TestCaseError::fail)
        })
        .expect("the law holds of everything near the corpus");
}

#[test]
fn plain_keyfiles_are_read_or_refused_without_being_quoted() {
    holds("keyfile", input::check_keyfile);
}

#[test]
fn sealed_keyfiles_are_opened_or_refused() {
    holds("sealed", input::check_sealed);
}

#[test]
fn exports_of_polkadot_js_are_opened_or_refused_without_being_quoted() {
    holds("polkadot", input::check_polkadot);
}

#[test]
fn the_corpus_gets_through_to_the_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    for scheme in ["nacl", "ansible", "fernet"] {
        let content = fs::read(folder.join("sealed").join(scheme)).expect("a seed");
        let keyfile = fuzzing::decrypt(&content, input::KEY).expect(scheme);
        assert_eq!(keyfile.account().to_string(), alice, "{scheme}");
    }
    for kind in ["scrypt", "padded"] {
        let content = fs::read_to_string(folder.join("polkadot").join(kind)).expect("a seed");
        let keyfile = fuzzing::polkadot_json(&content, input::KEY).expect(kind);
        assert_eq!(keyfile.account().to_string(), alice, "{kind}");
    }
}
