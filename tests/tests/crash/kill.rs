use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::Chain;
use axonry_core::{MechId, Uid};
use axonry_store::{EntryState, Store};
use axonry_wallet::Keypair;

use axonry_tests::outside::Subnet;
use axonry_tests::programs::{Running, finish};

/// How far a state has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    /// The last round that was begun.
    begun: u64,
    /// The last round that is in the averages.
    folded: u64,
    /// How many lines the journal has.
    lines: usize,
}

/// Reads a state that nobody has open, which checks every row that decides about weights.
async fn read(state: &Path, subnet: &Subnet) -> Result<Progress> {
    let store = Store::open(state.join("validator.sqlite")).await?;
    let netuid = subnet.devnet.netuid;
    let rounds = store.recent_rounds(netuid, 1).await?;
    let begun = rounds.first().map_or(0, |round| round.round);
    let averages = store.averages(netuid).await?;
    let lines = store.recent_entries(u32::MAX).await?;
    let folded = match averages.is_empty() {
        true => 0,
        false => store.averaged_round(netuid).await?.context("a round")?,
    };
    let mut vectors = BTreeSet::new();
    for line in &lines {
        let of_round = vectors.insert(line.intent.round);
        ensure!(
            of_round || line.state == EntryState::Failed,
            "round {} has two vectors",
            line.intent.round
        );
    }
    store.close().await;
    Ok(Progress {
        begun,
        folded,
        lines: lines.len(),
    })
}

/// Kills a validator again and again, and looks at what it left each time.
async fn kill(times: u32, longest: Duration) -> Result<()> {
    let subnet = Subnet::start().await?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    // The first round makes the state; what a kill may not do is take it away again.
    let (output, _) = finish(subnet.validator(&state, &["--rounds", "1"])?).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    let mut before = read(&state, &subnet).await?;
    ensure!(before.folded == 1, "{before:?}");
    let mut chance = 7_u64;
    let (mut idle, mut cut) = (0, 0);
    for kill in 0..times {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let instant = longest.mul_f64(f64::from(u32::try_from(chance >> 32)?) / 2_f64.powi(32));
        let mut process = Running(subnet.validator(&state, &["--forever"])?.spawn()?);
        tokio::time::sleep(instant).await;
        ensure!(
            process.0.try_wait()?.is_none(),
            "kill {kill}: it ended before"
        );
        process.0.kill()?;
        process.0.wait()?;
        let after = read(&state, &subnet)
            .await
            .with_context(|| format!("kill {kill} after {instant:?}"))?;
        ensure!(
            after.begun >= before.begun
                && after.folded >= before.folded
                && after.lines >= before.lines,
            "kill {kill}: {before:?} became {after:?}"
        );
        // Of the rounds this process began, all but the one it died in are in the averages.
        if after.begun > before.begun {
            ensure!(
                after.begun - after.folded <= 1,
                "kill {kill}: {before:?} became {after:?}"
            );
            cut += u32::from(after.begun > after.folded);
        }
        idle += u32::from(after == before);
        before = after;
    }
    #[expect(clippy::print_stderr, reason = "the figures are the result")]
    {
        eprintln!("{times} kills: {idle} before a round, {cut} inside one, {before:?}");
    }

    // And the next one goes on from there, to weights in state.
    let (output, rounds) = finish(subnet.validator(&state, &["--rounds", "1"])?).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    ensure!(
        rounds[0]["landing"]["outcome"] == "VerifiedInState",
        "{said}"
    );
    ensure!(
        rounds[0]["round"] == before.begun + 1,
        "{}",
        rounds[0]["round"]
    );
    let after = read(&state, &subnet).await?;
    ensure!(after.folded == before.begun + 1, "{after:?}");
    let chain = subnet.devnet.chain();
    let head = chain.head().await?;
    let stored = chain.weights(subnet.devnet.netuid, MechId(0), Uid(0), head.hash);
    let weights: Vec<(Uid, u16)> = serde_json::from_value(rounds[0]["weights"].clone())?;
    ensure!(
        stored.await? == weights,
        "state holds the plan, nothing else"
    );
    let store = Store::open(state.join("validator.sqlite")).await?;
    let alice = Keypair::from_uri("//Alice")?.hotkey();
    ensure!(store.unfinished(alice).await?.is_empty(), "all is settled");
    store.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pr1_a_validator_killed_at_any_instant_loses_one_round_at_most() -> Result<()> {
    kill(6, Duration::from_secs(4)).await
}

/// `cargo test -p axonry-tests --test crash -- --ignored pr1 --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes ten minutes"]
async fn pr1_two_hundred_kills_lose_one_round_each_at_most() -> Result<()> {
    kill(200, Duration::from_secs(5)).await
}
