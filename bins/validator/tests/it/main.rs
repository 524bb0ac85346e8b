//! The program as a user meets it: command lines in, lines and exit codes out.

mod doctor;
mod exchange;
mod explain;
mod forecast;
mod manual;
mod node;
mod program;
mod state;
mod stopping;
mod tables;
mod weights;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result};
use axonry_devnet::{Devnet, DevnetConfig};
use serde_json::Value;

use crate::program::{Program, small_subnet};

#[test]
fn one_round_on_the_embedded_devnet_ends_with_weights_verified_in_state() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let run = || Program::new(["--network", "devnet", "--devnet-config", config, "--json"]).run();
    let first = run()?;
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(first.stderr, "", "a clean run ends without a warning");
    let report: Value = serde_json::from_str(&first.stdout).context("one JSON object")?;
    assert_eq!(report["health"]["alarm"], false);
    assert_eq!(report["health"]["landed"], report["landing"]["block"]);
    assert_eq!(report["landing"]["outcome"], "VerifiedInState");
    assert!(report["landing"]["block"].as_u64() > Some(0));
    assert!(report["requests"]["http"].as_u64() > Some(0));
    assert_eq!(
        report["stages_ms"].as_object().map(serde_json::Map::len),
        Some(4)
    );
    let weights = report["weights"].as_array().context("weights")?;
    assert!(weights.iter().any(|pair| pair[1] == 65_535), "{weights:?}");
    assert_eq!(report["miners"].as_array().map(Vec::len), Some(4));

    let second: Value = serde_json::from_str(&run()?.stdout)?;
    assert_eq!(
        report["weights"], second["weights"],
        "the same seed gives the same weights"
    );
    Ok(())
}

#[test]
fn a_person_gets_a_table_and_a_line_that_says_where_the_weights_landed() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let done = Program::new(["run", "--network", "devnet", "--devnet-config", config]).run()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let last = done.stdout.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("weights VerifiedInState at block "),
        "{last}"
    );
    assert!(done.stdout.contains("axonry-demo/"), "{}", done.stdout);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_elsewhere_is_validated_with_tokens_and_repositories_from_files() -> Result<()> {
    let devnet = Devnet::spawn(DevnetConfig::default_subnet(3)).await?;
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: String| -> Result<String> {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path.to_str().context("a plain path")?.to_owned())
    };
    let settings = write(
        "validator.toml",
        format!(
            "network = {:?}\nnetuid = 74\nmirror = {:?}\ngithub = {:?}\nhotkey_uri = \"//Alice\"\n\
             tokens = \"tokens.json\"\nrepositories = \"repositories.json\"\nstate = \"state\"\n",
            devnet.ws_url, devnet.mirror_url, devnet.mirror_url,
        ),
    )?;
    write("tokens.json", devnet.tokens().to_string())?;
    write("repositories.json", devnet.registry().to_string())?;

    let program = Program::new(["--config", &settings, "--rounds", "2", "--json"]);
    let done = tokio::task::spawn_blocking(move || program.run()).await??;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let rounds: Vec<Value> = done
        .stdout
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(rounds.len(), 2);
    let block = |round: &Value| round["block"].as_u64().unwrap_or_default();
    assert!(
        block(&rounds[1]) >= block(&rounds[0]) + 20,
        "a tempo lies between two rounds"
    );
    assert!(
        folder.path().join("state/validator.sqlite").is_file(),
        "relative to the file"
    );
    Ok(())
}

#[test]
fn a_second_validator_on_the_same_state_is_refused() -> Result<()> {
    let subnet = small_subnet()?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().to_str().context("a plain path")?;
    let config = subnet.path().to_str().context("a plain path")?;
    let shape = [
        "--network",
        "devnet",
        "--devnet-config",
        config,
        "--json",
        "--state",
        state,
    ];
    let mut first = Program::new(shape).and(["--forever"]).start()?;
    first.line()?;
    let second = Program::new(shape).and(["--rounds", "1"]).run()?;
    assert_eq!(second.code, 2);
    assert!(
        second.stderr.contains("in use by another process"),
        "{}",
        second.stderr
    );
    Ok(())
}

#[test]
fn a_second_process_with_the_same_wallet_is_refused_whatever_its_state() -> Result<()> {
    let subnet = small_subnet()?;
    let home = tempfile::tempdir()?;
    let hotkeys = home.path().join(".bittensor/wallets/mine/hotkeys");
    fs::create_dir_all(&hotkeys)?;
    // The secret seed of `//Alice`, as every development chain knows it.
    let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    let file = hotkeys.join("first");
    fs::write(&file, format!("{{\"secretSeed\": \"{seed}\"}}"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let home = home.path().to_str().context("a plain path")?;
    let config = subnet.path().to_str().context("a plain path")?;
    let shape = ["--network", "devnet", "--devnet-config", config, "--json"];
    let program = || Program::new(shape).and(["--wallet", "mine", "--hotkey", "first"]);
    let mut first = program()
        .variable("HOME", home)
        .and(["--forever"])
        .start()?;
    first.line()?;
    let second = program().variable("HOME", home).run()?;
    assert_eq!(second.code, 2, "{}", second.stderr);
    assert!(
        second.stderr.contains("already signs with hotkey 5Grwva"),
        "{}",
        second.stderr
    );
    Ok(())
}

#[test]
fn a_reader_that_goes_away_does_not_end_the_rounds() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let shape = [
        "--network",
        "devnet",
        "--devnet-config",
        config,
        "--json",
        "--rounds",
        "2",
    ];
    let done = Program::new(shape).without_a_reader()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    Ok(())
}

#[test]
fn a_flag_wins_over_variables_that_say_the_opposite() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let shape = ["--network", "devnet", "--devnet-config", config, "--json"];
    for (program, rounds) in [
        (
            Program::new(shape).variable("BT_WALLET_NAME", "somebody"),
            1,
        ),
        (
            Program::new(shape)
                .variable("AXONRY_FOREVER", "true")
                .and(["--rounds", "2"]),
            2,
        ),
        (
            Program::new(shape)
                .variable("BT_WALLET_HOTKEY", "somebody")
                .and(["--hotkey-uri", "//Alice"]),
            1,
        ),
    ] {
        let shown = program.to_string();
        let done = program.run()?;
        assert_eq!(done.code, 0, "{shown}: {}", done.stderr);
        assert_eq!(done.stdout.lines().count(), rounds, "{shown}");
    }
    Ok(())
}

#[test]
fn each_bad_input_ends_the_program_at_once_with_one_line_that_names_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str, text: &str| -> Result<String> {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path.to_str().context("a plain path")?.to_owned())
    };
    let typo = path("typo.toml", "network = \"devnet\"\nnetuit = 7\n")?;
    let subnet = path(
        "subnet.json",
        "{\n\"netuid\": 74,\n\"tempoo\": 3, \"neurons\": []}",
    )?;
    let tokens = path("tokens.json", "[{\"uid\": 1}]")?;
    let registry = path("registry.json", "{\"a/b\": {\"emission_share\": 3}}")?;
    let state = path("state", "a file where a folder should be")?;
    let local = [
        "--network",
        "local",
        "--netuid",
        "1",
        "--hotkey-uri",
        "//Alice",
    ];
    let nobody = [
        "--network",
        "ws://127.0.0.1:9",
        "--netuid",
        "1",
        "--hotkey-uri",
        "//Alice",
    ];
    for (program, named) in [
        (Program::new(["--netuid", "seventy"]), "seventy"),
        (
            Program::new([]).variable("AXONRY_NETUID", "seventy"),
            "AXONRY_NETUID",
        ),
        (Program::new(["--netuit", "7"]), "--netuit"),
        (
            Program::new([]).variable("AXONRY_FOREVER", "maybe"),
            "AXONRY_FOREVER",
        ),
        (
            Program::new(["--network", "devnet", "--forever", "--rounds", "2"]),
            "--forever",
        ),
        (Program::new(["--network", "finey"]), "finey"),
        (Program::new(["--network", "http://node"]), "http"),
        (Program::new(["--network", "local"]), "--netuid"),
        (Program::new(["--config", &typo]), "netuit"),
        (
            Program::new(["--config", "/does/not/exist.toml"]),
            "/does/not/exist.toml",
        ),
        (
            Program::new(["--network", "devnet", "--devnet-config", &subnet]),
            "tempoo",
        ),
        (
            Program::new(["--network", "devnet", "--metadata", &typo]),
            "metadata",
        ),
        (
            Program::new(["--network", "devnet", "--hotkey-uri", "Alice"]),
            "--hotkey-uri",
        ),
        (
            Program::new(["--network", "devnet", "--rounds", "0"]),
            "--rounds",
        ),
        (
            Program::new(["--network", "devnet", "--state", &state]),
            "state",
        ),
        (Program::new(local).and(["--tokens", &tokens]), "hotkey"),
        (
            Program::new(local).and(["--repositories", &registry]),
            "emission_share",
        ),
        (Program::new(local).and(["--mirror", "mirror"]), "--mirror"),
        (
            Program::new(nobody).and(["--tokens", &path("none.json", "[]")?]),
            "127.0.0.1:9",
        ),
        (
            Program::new(["--network", "local", "--netuid", "1", "--wallet", "nobody"])
                .and(["--wallet-path", "/does/not/exist"]),
            "nobody",
        ),
    ] {
        let shown = program.to_string();
        let done = program.run()?;
        assert_eq!(done.code, 2, "{shown}: {}", done.stderr);
        assert_eq!(
            done.stderr.trim().lines().count(),
            1,
            "{shown}: {}",
            done.stderr
        );
        assert!(done.stderr.contains(named), "{shown}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{shown}: standard output is for results");
    }
    Ok(())
}
