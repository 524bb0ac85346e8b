//! Tokens that miners hand in, and what an operator sees of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use anyhow::Result;

use crate::program::Program;

#[test]
fn on_the_devnet_every_miner_hands_in_its_token_and_is_judged_by_it() -> Result<()> {
    let done = Program::new(["--network", "devnet"]).run()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let said = "64 of 64 miners have posted theirs";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert!(
        done.stderr.contains("in chain state at block"),
        "{}",
        done.stderr
    );
    Ok(())
}

#[test]
fn tokens_are_taken_over_and_shown_by_their_ends() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let theirs = r#"[{"uid": 7, "hotkey": "5Seven", "pat": "ghp_hidden1234", "github_id": "77",
        "stored_at": "2026-08-01T09:15:30.123456+00:00"}]"#;
    fs::write(path("theirs.json"), theirs)?;
    let (theirs, ours) = (path("theirs.json"), path("ours/miner_pats.json"));
    let import = ["tokens", "import", &theirs, "--tokens", &ours, "--json"];
    for (added, kept) in [(1, 0), (0, 1)] {
        let done = Program::new(import).and(["--network", "devnet"]).run()?;
        assert_eq!(done.code, 0, "{}", done.stderr);
        let counts: serde_json::Value = serde_json::from_str(&done.stdout)?;
        assert_eq!(
            (&counts["added"], &counts["kept"]),
            (&added.into(), &kept.into())
        );
    }
    assert_eq!(fs::metadata(&ours)?.permissions().mode() & 0o777, 0o600);

    let list = ["tokens", "list", "--network", "devnet", "--tokens", &ours];
    for more in ["--json", "--version-key=1"] {
        let done = Program::new(list).and([more]).run()?;
        let said = done.stdout + &done.stderr;
        assert!(
            said.contains("***1234") && said.contains("5Seven"),
            "{said}"
        );
        assert!(!said.contains("hidden"), "{said}");
    }
    Ok(())
}

#[test]
fn what_cannot_be_an_axon_is_refused_before_anybody_is_asked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().display().to_string();
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let taken = taken.local_addr()?.to_string();
    let nobody = [
        "--network",
        "ws://127.0.0.1:9",
        "--netuid",
        "1",
        "--state",
        &state,
    ];
    for (arguments, named) in [
        (["--axon", "8099"], "8099"),
        (["--axon-external", "10.0.0.1:8099"], "--axon"),
        (["--axon", &taken], "cannot listen"),
    ] {
        let program = Program::new(nobody).and(["--hotkey-uri", "//Alice"]);
        let done = program.and(arguments).run()?;
        assert_eq!(done.code, 2, "{arguments:?}: {}", done.stderr);
        assert!(
            done.stderr.contains(named),
            "{arguments:?}: {}",
            done.stderr
        );
    }
    let forecast = ["--mechanism", "forecast", "--axon", "127.0.0.1:0"];
    let program = Program::new(nobody).and(["--hotkey-uri", "//Alice"]);
    let done = program.and(forecast).run()?;
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains("--mechanism oss"), "{}", done.stderr);
    fs::write(folder.path().join("miner_pats.json"), "[{")?;
    let done = Program::new(nobody)
        .and(["--hotkey-uri", "//Alice", "--axon", "127.0.0.1:0"])
        .run()?;
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains("miner_pats.json"), "{}", done.stderr);
    Ok(())
}
