//! What a round leaves behind for whoever wants to know why.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program::{Program, small_subnet};

#[test]
fn a_miners_score_is_explained_from_what_the_round_left_in_the_state() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().to_str().context("a plain path")?;
    let on = |command| {
        let program = Program::new([command, "--network", "devnet", "--devnet-config", config]);
        program.and(["--state", state])
    };
    let done = on("run").and(["--json"]).run()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout)?;

    let mut earning = 0;
    for miner in report["miners"].as_array().context("miners")? {
        let uid = miner["uid"].to_string();
        let done = on("explain").and(["--uid", &uid, "--json"]).run()?;
        assert_eq!(done.code, 0, "{}", done.stderr);
        let explained: Value = serde_json::from_str(&done.stdout)?;
        assert_eq!(explained["round"], report["round"]);
        assert_eq!(explained["hotkey"], miner["hotkey"]);
        assert_eq!(explained["verdict"], miner["explanation"]);
        let Some(share) = explained["share"]["value"].as_f64() else {
            continue;
        };
        assert_eq!(Some(share), miner["score"].as_f64(), "to the last bit");
        let pieces = explained["pieces"].as_array().context("pieces")?;
        let parts: f64 = pieces
            .iter()
            .filter_map(|piece| piece["share"].as_f64())
            .sum();
        assert!(
            (parts - share).abs() < 1e-9,
            "{parts} of {share}: {pieces:?}"
        );
        earning += usize::from(share > 0.0);

        let text = on("explain").and(["--uid", &uid]).run()?.stdout;
        assert!(text.contains("share of the emission"), "{text}");
        assert!(text.contains("└ "), "an indented tree: {text}");
    }
    assert!(earning > 1, "or nothing was explained");

    let done = on("explain").and(["--uid", "4000"]).run()?;
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("no uid 4000"), "{}", done.stderr);
    let done = on("explain").and(["--uid", "1", "--round", "77"]).run()?;
    assert!(done.stderr.contains("round 77"), "{}", done.stderr);
    Ok(())
}

#[test]
fn github_and_the_mirror_give_the_same_weights() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let weights = |source| -> Result<Value> {
        let program = Program::new(["--network", "devnet", "--devnet-config", config, "--json"]);
        let done = program.and(["--source", source]).run()?;
        assert_eq!(done.code, 0, "{source}: {}", done.stderr);
        let report: Value = serde_json::from_str(&done.stdout)?;
        Ok(report["weights"].clone())
    };
    assert_eq!(weights("mirror")?, weights("github")?);
    Ok(())
}
