//! What a validator loses when it dies, and when its database does: nothing that it said.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_core::NetUid;
use axonry_store::EntryState;
use axonry_tests::outside::Subnet;
use axonry_tests::programs::{Running, finish};
use axonry_wallet::Keypair;

use crate::database::Database;

/// The last round begun, the last one in the averages, and the journal's length; each round has one
/// vector at most.
async fn read(database: &Database, netuid: NetUid) -> Result<(u64, u64, usize)> {
    let store = database.open().await?;
    let begun = store.recent_rounds(netuid, 1).await?;
    let begun = begun.first().map_or(0, |round| round.round);
    let folded = store.averaged_round(netuid).await?.unwrap_or(0);
    let lines = store.recent_entries(u32::MAX).await?;
    let mut vectors = BTreeSet::new();
    for line in &lines {
        let first = vectors.insert(line.intent.round);
        ensure!(first || line.state == EntryState::Failed, "two vectors");
    }
    store.close().await;
    Ok((begun, folded, lines.len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_is_killed_goes_on_where_its_database_says() -> Result<()> {
    let Some(database) = Database::make("kill").await? else {
        return Ok(());
    };
    let subnet = Subnet::start().await?;
    let netuid = subnet.devnet.netuid;
    let validator = |arguments: &[&str]| {
        let mut command = subnet.validator(database.state(), arguments)?;
        database.house(&mut command);
        anyhow::Ok(command)
    };
    let (output, _) = finish(validator(&["--rounds", "1"])?).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    ensure!(
        !said.contains("search_path"),
        "a URL's query may be a secret: {said}"
    );
    let mut before = read(&database, netuid).await?;
    ensure!((before.0, before.1) == (1, 1), "{before:?}");
    // From before the lock is taken to some rounds later.
    for millis in [40, 900, 250, 1_700, 600, 1_200] {
        let mut process = Running(validator(&["--forever"])?.spawn()?);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        process.0.kill()?;
        process.0.wait()?;
        let after = read(&database, netuid).await?;
        let grown = after.0 >= before.0 && after.1 >= before.1 && after.2 >= before.2;
        ensure!(
            grown && after.0 - after.1 <= 1,
            "{before:?} became {after:?}"
        );
        before = after;
    }
    let (output, rounds) = finish(validator(&["--rounds", "1"])?).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    ensure!(
        rounds[0]["landing"]["outcome"] == "VerifiedInState",
        "{said}"
    );
    ensure!(rounds[0]["round"] == before.0 + 1, "{}", rounds[0]["round"]);
    let store = database.open().await?;
    let alice = Keypair::from_uri("//Alice")?.hotkey();
    ensure!(store.unfinished(alice).await?.is_empty(), "all is settled");
    store.close().await;
    database.forget().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_costs_time_and_no_vector_twice() -> Result<()> {
    let Some(database) = Database::make("away").await? else {
        return Ok(());
    };
    let subnet = Subnet::start().await?;
    let mut command = subnet.validator(database.state(), &["--forever"])?;
    database.house(&mut command);
    // What it says in between is nobody's, and a pipe that nobody reads would hold it up.
    command.stderr(std::process::Stdio::null());
    let mut process = Running(command.spawn()?);
    let said = process.0.stdout.take().context("piped")?;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            let round: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if tell.send(round).is_err() {
                return;
            }
        }
    });
    for _ in 0..3 {
        let mut landed = 0;
        while landed < 2 {
            let round = tokio::time::timeout(Duration::from_secs(60), told.recv()).await;
            let round = round.context("no round within a minute")?;
            let round = round.context("the validator ended")?;
            landed += u32::from(round["landing"]["outcome"] == "VerifiedInState");
        }
        database.cut().await?;
    }
    process.0.kill()?;
    process.0.wait()?;
    let (begun, ..) = read(&database, subnet.devnet.netuid).await?;
    ensure!(begun >= 6, "{begun} rounds");
    database.forget().await
}
