//! The real program, from outside.

mod exchange;
mod git;
mod manual;
mod serving;
mod slots;
mod sources;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use axonry_oss::MinerTrace;
use axonry_scoring::trace::Quantity;
use serde_json::Value;

fn miner(words: &[&str]) -> Output {
    command(words).output().expect("the program starts")
}

/// The program in an environment without settings: what stands in that of whoever runs the tests is
/// none of their business.
fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miner"));
    for (name, _) in std::env::vars_os() {
        let settings = ["AXONRY_", "BT_", "GITTENSOR_", "RUST_LOG"];
        let name_text = name.to_string_lossy();
        if settings.iter().any(|prefix| name_text.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.args(words).stdin(Stdio::null());
    command
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
    let (_, why) = failure(&object(&output));
    (why, output.status.code())
}

/// Kind and reason of a failure, as programs read them.
fn failure(object: &Value) -> (String, String) {
    assert_eq!(object["success"], false, "{object}");
    let text = |name: &str| {
        let text = object["error"][name].as_str();
        text.unwrap_or_else(|| panic!("no {name} in {object}"))
            .to_owned()
    };
    let (kind, message) = (text("type"), text("message"));
    assert!(!message.contains('\n'), "{message}");
    (kind, message)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary path is text")
}
