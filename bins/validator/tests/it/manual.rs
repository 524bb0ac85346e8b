//! What is packaged beside the program, made by itself.

use std::path::Path;
use std::process::Command;

use crate::program::Program;

fn validator(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_validator"))
        .args(words)
        .output();
    let output = output.expect("the program starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {complaint}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = validator(&["completions", shell]);
        for word in ["validator", "completions", "netuid"] {
            assert!(script.contains(word), "{shell} knows no `{word}`");
        }
    }
}

#[test]
fn every_command_gets_a_page_that_names_its_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    validator(&["man", folder.path().to_str().expect("text")]);
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name));
    let program = page("validator.1").expect("the program's page");
    assert!(
        program.starts_with(".ie") || program.contains(".TH validator 1"),
        "{program}"
    );
    let command = page("validator-weights-set.1").expect("a command's page");
    assert!(command.contains("AXONRY_NETWORK"), "{command}");
}

#[test]
fn what_is_not_for_people_is_in_no_manual() {
    let folder = tempfile::tempdir().expect("a folder");
    validator(&["man", folder.path().to_str().expect("text")]);
    assert!(!folder.path().join("validator-score-changes.1").exists());
}

fn packaged(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    std::fs::read_to_string(folder.join(file)).expect("a file of the repository")
}

#[test]
fn what_is_packaged_says_nothing_the_program_does_not_know() {
    let help = validator(&["run", "--help"]);
    for file in [
        "systemd/axonry-validator.service",
        "docker/compose.yaml",
        "docker/Dockerfile",
    ] {
        let text = packaged(file);
        let words = text.split(|one: char| !(one.is_ascii_uppercase() || one == '_'));
        let ours = words.filter(|word| word.starts_with("AXONRY_") || word.starts_with("BT_W"));
        for name in ours {
            assert!(
                help.contains(name),
                "{file} sets `{name}`, which nobody reads"
            );
        }
    }
}

#[test]
fn the_packaged_settings_are_read_to_the_end() {
    let settings =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd/validator.toml");
    let state = tempfile::tempdir().expect("a folder");
    let done = Program::new(["run", "--config", settings.to_str().expect("text")])
        .and(["--state", state.path().to_str().expect("text")])
        .and(["--wallet-path", state.path().to_str().expect("text")])
        .run()
        .expect("the program starts");
    // The first thing that is missing here is the wallet.
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.stderr.contains("validator"), "{done:?}");
    assert!(!done.stderr.contains("settings file"), "{done:?}");
}
