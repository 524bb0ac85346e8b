//! The program is told to stop.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::program::{Program, small_subnet};

#[test]
fn a_stop_ends_the_program_within_ten_seconds_and_leaves_its_state_whole() -> Result<()> {
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
    for signal in ["-TERM", "-INT"] {
        let mut running = Program::new(shape).and(["--forever"]).start()?;
        running.line()?;
        let asked = Instant::now();
        running.signal(signal)?;
        let done = running.end()?;
        assert!(
            asked.elapsed() < Duration::from_secs(10),
            "{signal}: {:?}",
            asked.elapsed()
        );
        assert_eq!(done.code, 0, "{signal}: {}", done.stderr);
    }
    let again = Program::new(shape).and(["--rounds", "1"]).run()?;
    assert_eq!(again.code, 0, "{}", again.stderr);
    let report: Value = serde_json::from_str(&again.stdout)?;
    assert!(
        report["round"].as_u64() >= Some(3),
        "rounds are counted on: {}",
        report["round"]
    );
    Ok(())
}

#[tokio::test]
async fn a_stop_takes_effect_while_code_is_parsed_and_leaves_no_parser_behind() -> Result<()> {
    let running = Program::new(["--network", "devnet", "--json", "--forever"]).start()?;
    let parser = loop {
        if let Some(&parser) = running.children()?.first() {
            break parser;
        }
        sleep(Duration::from_millis(5)).await;
    };
    let asked = Instant::now();
    running.signal("-TERM")?;
    let done = running.end()?;
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    // Whoever takes in orphans may need a moment to let go of one.
    let left = || Path::new("/proc").join(parser.to_string()).exists();
    timeout(Duration::from_secs(10), async {
        while left() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .with_context(|| format!("parser {parser} is still there"))
}
