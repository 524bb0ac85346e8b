//! What is packaged beside the program, made by itself.

use std::path::Path;
use std::process::Command;

fn miner(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_miner"))
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
        let script = miner(&["completions", shell]);
        for word in ["miner", "completions", "netuid"] {
            assert!(script.contains(word), "{shell} knows no `{word}`");
        }
    }
}

#[test]
fn every_command_gets_a_page_that_names_its_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    miner(&["man", folder.path().to_str().expect("text")]);
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name));
    let program = page("miner.1").expect("the program's page");
    assert!(
        program.starts_with(".ie") || program.contains(".TH miner 1"),
        "{program}"
    );
    let command = page("miner-post.1").expect("a command's page");
    assert!(command.contains("AXONRY_NETWORK"), "{command}");
}

#[test]
fn what_is_packaged_says_nothing_the_program_does_not_know() {
    let help = miner(&["serve", "--help"]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd");
    for file in ["axonry-miner.service", "miner.env"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("a file of the repository");
        let words = text.split(|one: char| !(one.is_ascii_uppercase() || one == '_'));
        let ours =
            words.filter(|word| word.starts_with("AXONRY_") || word.starts_with("BT_WALLET_"));
        // A name that the text breaks off stands for all that begin so.
        for name in ours {
            assert!(
                help.contains(name),
                "{file} sets `{name}`, which nobody reads"
            );
        }
    }
}
