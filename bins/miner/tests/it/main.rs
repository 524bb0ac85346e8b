//! The real program, from outside.

mod git;
mod sources;

use std::path::Path;
use std::process::{Command, Output};

use axonry_oss::MinerTrace;
use axonry_scoring::trace::Quantity;
use serde_json::Value;

fn miner(words: &[&str]) -> Output {
    // What stands in the environment of whoever runs the tests is none of their business.
    Command::new(env!("CARGO_BIN_EXE_miner"))
        .args(words)
        .env_remove("AXONRY_MIRROR")
        .env_remove("AXONRY_GITHUB")
        .env_remove("AXONRY_REPOSITORIES")
        .env_remove("AXONRY_TOKEN_WEIGHTS")
        .env_remove("AXONRY_LANGUAGES")
        .env_remove("AXONRY_JSON")
        .output()
        .expect("the program starts")
}

/// The one JSON object on standard output.
fn object(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("one object: {text}"));
    assert!(value.is_object(), "{value}");
    value
}

/// The answer of a run that goes well, whose every number stands for itself.
fn scored(words: &[&str]) -> MinerTrace {
    let output = miner(&[&["score", "--json"], words].concat());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let trace: MinerTrace =
        serde_json::from_value(object(&output)["trace"].take()).expect("a miner's trace");
    for tree in [&trace.share, &trace.pull_requests, &trace.issues]
        .into_iter()
        .flatten()
    {
        assert_eq!(tree.evaluate().to_bits(), tree.value().to_bits());
        assert_eq!(tree.contradiction(), None);
    }
    trace
}

/// What a run that goes wrong says, and how it ends.
fn refused(words: &[&str]) -> (String, Option<i32>) {
    let output = miner(&[&["score", "--json"], words].concat());
    let object = object(&output);
    let why = object["error"].as_str();
    let why = why
        .unwrap_or_else(|| panic!("no reason in {object}"))
        .to_owned();
    assert!(!why.contains('\n'), "{why}");
    (why, output.status.code())
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary path is text")
}
