//! `validator weights` and `validator run --dry-run`.

use std::fs;

use anyhow::Result;
use axonry_devnet::DevnetConfig;
use serde_json::{Value, json};

use crate::node::Node;
use crate::program::{Program, small_subnet};

const SCORES: &str = r#"{"1": 1.0, "2": 3.0}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_then_set_then_found_in_state_and_moves_nothing_again() -> Result<()> {
    let node = Node::new(|_| {}).await?;
    let file = node.file("scores.json", SCORES)?;
    let plan = || node.program(["weights", "plan", "--json", "--weights", &file]);
    let planned = plan().finish().await?;
    assert_eq!(planned.code, 0, "{planned:?}");
    let planned = planned.json()?;
    let prospect = &planned["prospect"];
    assert_eq!(prospect["would_land"], true);
    assert_eq!(
        (&prospect["path"], &prospect["fee_rao"]),
        (&json!("plain"), &json!(0))
    );
    assert_eq!(prospect["moved"], 1.0);
    assert_eq!(planned["weights"][1]["value"], 65_535);
    assert_eq!(planned["weights"][0]["share"], 0.25);
    assert_eq!(node.weights().await?, [], "a plan sets nothing");

    let set = node.program(["weights", "set", "--json", "--weights", &file]);
    let set = set.finish().await?;
    assert_eq!(set.code, 0, "{set:?}");
    assert_eq!(set.json()?["landing"]["outcome"], "VerifiedInState");
    assert_eq!(node.weights().await?, [(1, 21_845), (2, 65_535)]);

    let status = node
        .program(["weights", "status", "--json"])
        .finish()
        .await?;
    assert_eq!(status.code, 0, "{status:?}");
    let status = status.json()?;
    assert_eq!(status["matches_journal"], true);
    assert_eq!(
        (&status["in_force"], &status["open"]),
        (&json!(2), &json!([]))
    );
    assert_eq!(status["health"]["landed"], set.json()?["landing"]["block"]);
    let again = plan().finish().await?.json()?;
    assert_eq!(again["prospect"]["moved"], 0.0);
    Ok(())
}

#[test]
fn weights_land_on_a_subnet_that_hides_them_by_hash_and_under_a_timelock() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).to_str().expect("plain").to_owned();
    let (shape, file) = (path("subnet.json"), path("scores.json"));
    // Sealing takes a while, and the beacon speaks every 3 s.
    let subnet = json!({
        "netuid": 74, "tempo": 16, "block_time_ms": 250, "git": "/does/not/exist",
        "hyperparameters": {"commit_reveal_enabled": true},
        "neurons": [
            {"uid": 0, "hotkey": "//Alice", "stake_tao": 100_000, "validator_permit": true},
            {"uid": 1, "hotkey": "//Miner//0"}, {"uid": 2, "hotkey": "//Miner//1"},
        ],
    });
    fs::write(&shape, subnet.to_string())?;
    fs::write(&file, SCORES)?;
    for (form, path) in [("hash", "hash"), ("newest", "timelocked")] {
        let program = |command| {
            let subnet = ["--network", "devnet", "--devnet-config", &shape];
            let vector = ["--json", "--weights", &file, "--commits", form];
            Program::new(["weights", command]).and(subnet).and(vector)
        };
        let plan = program("plan").run()?;
        assert_eq!(plan.code, 0, "{path}: {plan:?}");
        assert_eq!(plan.json()?["prospect"]["path"], path);
        let set = program("set").run()?;
        assert_eq!(set.code, 0, "{path}: {set:?}");
        let landing = &set.json()?["landing"];
        assert_eq!(landing["outcome"], "VerifiedInState", "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_not_land_is_said_with_its_remedy_and_exit_code_1() -> Result<()> {
    type Change = fn(&mut DevnetConfig);
    let rows: [(Change, &str, &str, &str); 5] = [
        (|_| {}, "//Miner//0", SCORES, "no validator permit"),
        (|_| {}, "//Stranger", SCORES, "not registered"),
        (
            |config| config.hyperparameters.weights_version_key = 9,
            "//Alice",
            SCORES,
            "version 9",
        ),
        (
            |config| config.hyperparameters.stake_threshold = u64::MAX,
            "//Alice",
            SCORES,
            "the pool refuses it",
        ),
        (|_| {}, "//Alice", r#"{"1": 0}"#, "nobody scored"),
    ];
    for (change, key, scores, said) in rows {
        let node = Node::new(change).await?;
        let file = node.file("scores.json", scores)?;
        for command in ["plan", "set"] {
            let command = ["weights", command, "--weights", &file, "--hotkey-uri", key];
            let done = node.program(command).finish().await?;
            assert_eq!(done.code, 1, "{said}: {done:?}");
            let set = command[1] == "set";
            assert!(done.stdout.contains(said) || set, "{said}: {}", done.stdout);
            assert!(!done.stdout.is_empty(), "{said}");
        }
        let plan = [
            "weights",
            "plan",
            "--json",
            "--weights",
            &file,
            "--hotkey-uri",
            key,
        ];
        let planned = node.program(plan).finish().await?;
        let verdicts: Vec<&str> = planned.stdout.matches("\"would_land\":").collect();
        assert_eq!(verdicts.len(), 1, "{said}: {}", planned.stdout);
        assert_eq!(planned.json()?["prospect"]["would_land"], false, "{said}");
        assert_eq!(node.weights().await?, [], "{said}");
    }
    Ok(())
}

#[test]
fn a_dry_run_judges_and_says_what_would_land_and_sets_nothing() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().expect("a plain path");
    let shape = [
        "--network",
        "devnet",
        "--devnet-config",
        config,
        "--dry-run",
    ];
    let done = Program::new(shape).and(["--json"]).run()?;
    assert_eq!(done.code, 0, "{done:?}");
    let report = done.json()?;
    assert_eq!(report["landing"]["outcome"], "NotSubmitted");
    assert_eq!(report["prospect"]["would_land"], true);
    assert!(
        report["weights"]
            .as_array()
            .is_some_and(|weights| !weights.is_empty())
    );
    assert_eq!(report["health"]["landed"], 0, "nothing was set");
    let told = Program::new(shape).run()?;
    assert!(told.stdout.ends_with("would land\n"), "{}", told.stdout);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_says_a_line_when_weights_land_and_when_they_can_no_longer() -> Result<()> {
    let node = Node::new(|_| {}).await?;
    let file = node.file("scores.json", SCORES)?;
    let watching = node.program(["weights", "watch", "--json"]);
    let mut watching = watching
        .variable("AXONRY_STATE", &node.path("other"))
        .start()?;
    let next = |watching: &mut crate::program::Running| -> Result<Value> {
        let line = tokio::task::block_in_place(|| watching.line())?;
        Ok(serde_json::from_str(&line)?)
    };
    assert_eq!(next(&mut watching)?["landed"], 0);
    let set = node.program(["weights", "set", "--weights", &file]);
    assert_eq!(set.finish().await?.code, 0);
    let mut landed = next(&mut watching)?;
    // A subnet this fast may outrun three of its tempos before the first weights.
    while landed["landed"] == 0 {
        landed = next(&mut watching)?;
    }
    assert_eq!(
        (&landed["alarm"], &landed["reason"]),
        (&json!(false), &Value::Null)
    );
    node.devnet
        .chain()
        .edit(|rules| rules.weights_version_key = 5)?;
    let blocked = next(&mut watching)?;
    assert_eq!(blocked["reason"], "version_key");
    watching.signal("-TERM")?;
    let done = tokio::task::block_in_place(|| watching.end())?;
    assert_eq!(done.code, 0, "{done:?}");
    Ok(())
}
