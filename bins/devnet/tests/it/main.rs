//! The binary as a script meets it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

fn devnet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devnet"));
    command.env_remove("RUST_LOG");
    command
}

#[test]
fn it_says_where_it_is_and_stops_when_told() {
    let mut child = devnet()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("one line of JSON");
    assert!(
        ready["ws"]
            .as_str()
            .expect("a URL")
            .starts_with("ws://127.0.0.1:")
    );
    assert!(
        ready["mirror"]
            .as_str()
            .expect("a URL")
            .starts_with("http://127.0.0.1:")
    );
    assert_eq!(ready["netuid"], 74);
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    assert_eq!(ready["hotkeys"]["0"], alice);
    assert_eq!(ready["hotkeys"].as_object().expect("by uid").len(), 65);
    let told = Command::new("kill").arg(child.id().to_string()).status();
    assert!(told.expect("there is a kill").success());
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}");
}

#[test]
fn a_wrong_configuration_is_one_line_that_names_the_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("subnet.json");
    let text = "{\"netuid\": 7,\n\"tmpo\": 3, \"neurons\": []}";
    std::fs::write(&path, text).expect("a file");
    let output = devnet()
        .arg("--config")
        .arg(&path)
        .output()
        .expect("it ends");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing is ready");
    let said = String::from_utf8(output.stderr).expect("a text");
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["subnet.json", "line 2", "`tmpo`"] {
        assert!(said.contains(part), "`{said}` should name {part}");
    }
}

#[test]
fn a_fault_that_does_not_exist_is_named_before_anything_starts() {
    let faults = "delay=2s,explode";
    let output = devnet().args(["--chain-faults", faults]).output();
    let output = output.expect("it ends");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing is ready");
    let said = String::from_utf8(output.stderr).expect("a text");
    assert!(said.contains("`explode` is no fault"), "{said}");
}
