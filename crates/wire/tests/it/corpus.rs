//! The fuzz targets on their corpus, and on what a few thousand small changes make of it.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use exchange::Exchange;

#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
#[path = "../../fuzz/src/exchange.rs"]
mod exchange;

#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
#[path = "../../fuzz/src/input.rs"]
mod input;

/// What readers trip over.
const WORDS: [&[u8]; 16] = [
    b"",
    b"\n",
    b"\n\n",
    b": ",
    b"0x",
    b"-1",
    b"9",
    b"nan",
    b"1e999",
    b"null",
    b"{",
    b"[",
    b"\"",
    b"\\u0000",
    b"\xff",
    b"timeout: 1e6\n",
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

fn holds(target: &str, cases: u32, check: impl Fn(&[u8]) -> Result<(), String>) {
    let inputs = saved(target);
    for input in &inputs {
        if let Err(broken) = check(input) {
            panic!("{target}: {broken}: {}", String::from_utf8_lossy(input));
        }
    }
    let mut runner = TestRunner::new(ProptestConfig::with_cases(cases));
    let changes = prop::collection::vec((any::<Index>(), 0..12_usize, 0..WORDS.len()), 1..6);
    let inputs = prop::sample::select(inputs);
    runner
        .run(&(inputs, changes), |(input, changes)| {
            check(&changed(input, &changes)).map_err(TestCaseError::fail)
        })
        .expect("the law holds of everything near the corpus");
}

#[test]
fn no_header_set_is_believed_that_nobody_signed() {
    holds("headers", 4_000, input::check_headers);
}

#[test]
fn no_btauth_request_is_believed_that_nobody_signed() {
    holds("signature", 4_000, input::check_signature);
}

#[test]
fn what_is_hashed_of_a_body_is_the_same_when_it_is_read_again() {
    holds("body", 4_000, input::check_body);
}

#[test]
fn an_axon_answers_any_body_honestly() {
    let exchange = RefCell::new(Exchange::begin());
    holds("exchange", 2_000, |body| exchange.borrow_mut().check(body));
}

/// How many seeds a target believes; what it never believes tells nothing of belief.
#[test]
fn the_corpus_gets_through_to_the_signature() {
    let believed = |target, check: fn(&[u8]) -> bool| {
        saved(target).iter().filter(|input| check(input)).count()
    };
    assert!(believed("headers", input::is_believed_head) >= 3);
    assert!(believed("signature", input::is_believed_request) >= 3);
}
