//! Rounds that were recorded come to the same again, to the bit and without any server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use axonry_tests::outside::Subnet;
use axonry_tests::programs::{command, finish};

/// The validator judging recorded rounds again, on that many threads.
async fn replay(within: &Path, threads: &str, in_flight: &str) -> Result<(Output, Vec<Value>)> {
    let mut command = command("validator")?;
    command
        .env("TOKIO_WORKER_THREADS", threads)
        .args(["replay", "--json", "--in-flight", in_flight])
        .arg(within);
    finish(command).await
}

fn files(within: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for run in fs::read_dir(within)? {
        for file in fs::read_dir(run?.path())? {
            let path = file?.path();
            if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_recorded_rounds_come_to_the_same_on_any_number_of_threads() -> Result<()> {
    let subnet = Subnet::start().await?;
    let (state, kept) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let mut command = subnet.validator(state.path(), &["--rounds", "20", "--record"])?;
    command.arg(kept.path());
    let (output, rounds) = finish(command).await?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    ensure!(rounds.len() == 20);
    let tokens = subnet.devnet.tokens().to_string();
    let tokens: Vec<Value> = serde_json::from_str(&tokens)?;
    let secrets: Vec<&str> = tokens
        .iter()
        .filter_map(|row| row["pat"].as_str())
        .collect();
    ensure!(!secrets.is_empty());
    let everything = files(kept.path(), "")?;
    ensure!(
        everything.len() == 61,
        "about, and three files a round: {everything:?}"
    );
    for path in &everything {
        let bytes = match path.extension().is_some_and(|kind| kind == "zst") {
            true => zstd::decode_all(fs::File::open(path)?)?,
            false => fs::read(path)?,
        };
        let text = String::from_utf8(bytes)?;
        let leak = secrets.iter().find(|secret| text.contains(**secret));
        ensure!(leak.is_none(), "a token is in {path:?}");
    }
    // Nobody answers any more: everything comes from the tape.
    drop(subnet);

    for (threads, in_flight) in [("1", "1"), ("2", "16"), ("4", "64")] {
        let (output, replayed) = replay(kept.path(), threads, in_flight).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{threads} threads: {replayed:?} {said}"
        );
        ensure!(replayed.len() == 20);
        ensure!(
            replayed.iter().all(|round| round["same"] == true),
            "{replayed:?}"
        );
    }

    // Whoever changes a bit of what was set is found out.
    let third = files(kept.path(), ".round.json")?.remove(2);
    let mut round: Value = serde_json::from_str(&fs::read_to_string(&third)?)?;
    let averages = round["outcome"]["averages"].as_object_mut();
    let averages = averages.context("averages")?;
    let (hotkey, average) = averages
        .iter_mut()
        .find(|(_, average)| average.as_f64() > Some(0.0))
        .context("somebody has earned something")?;
    let hotkey = hotkey.clone();
    *average = (average.as_f64().context("a number")? * 1.000_001).into();
    fs::write(&third, round.to_string())?;
    let (output, replayed) = replay(kept.path(), "2", "16").await?;
    ensure!(output.status.code() == Some(1), "{:?}", output.status);
    let other: Vec<&Value> = replayed
        .iter()
        .filter(|round| round["same"] == false)
        .collect();
    ensure!(other.len() == 1, "{other:?}");
    let difference = &other[0]["difference"];
    ensure!(
        difference["what"] == "average" && difference["hotkey"] == hotkey,
        "{difference}"
    );
    Ok(())
}
