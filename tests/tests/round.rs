//! Whole rounds over real sockets: a devnet, a client on its websocket, a mirror over HTTP.

use std::net::TcpListener;

use anyhow::Result;
use axonry_chain::{Chain, ChainError};
use axonry_core::{MechId, Uid};
use axonry_devnet::DevnetConfig;
use axonry_neuron::{RoundError, RoundReport};
use axonry_tests::{Bench, Variant, finney_metadata};

const VALIDATOR: Uid = Uid(0);

async fn lands(config: DevnetConfig) -> Result<RoundReport> {
    let mut bench = Bench::start(config, Variant::default()).await?;
    let report = bench.validator.round().await?;
    assert_eq!(
        report.landing.outcome, "VerifiedInState",
        "{:?}",
        report.landing
    );
    assert!(
        report.weights.len() > 1,
        "more than one miner has weight: {:?}",
        report.weights
    );

    // Read back by another way than the one it was verified by: in process, at the newest block.
    let chain = bench.devnet.chain();
    let head = chain.head().await?;
    let stored = chain
        .weights(bench.devnet.netuid, MechId(0), VALIDATOR, head.hash)
        .await?;
    assert_eq!(
        stored,
        report.weights.as_slice(),
        "state holds the plan, nothing else"
    );
    Ok(report)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_on_the_default_devnet_lands_the_weights_it_planned() -> Result<()> {
    let report = lands(DevnetConfig::default()).await?;
    let judged = report
        .miners
        .iter()
        .filter(|miner| miner.unknown.is_none())
        .count();
    assert_eq!(
        judged,
        report.miners.len(),
        "nobody is unknown: {:?}",
        report.warnings
    );
    assert!(report.counters["files"] > 500, "{:?}", report.counters);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_lands_on_a_real_runtimes_metadata_too() -> Result<()> {
    let Some(metadata) = finney_metadata("a round with finney's metadata")? else {
        return Ok(());
    };
    lands(DevnetConfig {
        metadata: Some(metadata),
        ..DevnetConfig::default_subnet(8)
    })
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_on_a_subnet_that_hides_weights_lands_when_they_are_revealed() -> Result<()> {
    let mut config = DevnetConfig::default_subnet(4);
    config.hyperparameters.commit_reveal_enabled = true;
    lands(config).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_weights_and_another_seed_others() -> Result<()> {
    let seeded = |seed| DevnetConfig {
        seed,
        ..DevnetConfig::default_subnet(12)
    };
    let (first, again) = (lands(seeded(7)).await?, lands(seeded(7)).await?);
    assert_eq!(first.weights, again.weights);
    let other = lands(seeded(8)).await?;
    assert_ne!(first.weights, other.weights);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_costs_at_most_five_requests() -> Result<()> {
    let bench = Bench::start(DevnetConfig::default_subnet(16), Variant::default()).await?;
    let before = bench.substrate.requests();
    let head = bench.substrate.head().await?;
    bench.substrate.metagraph(bench.devnet.netuid, head).await?;
    bench
        .substrate
        .hyperparameters(bench.devnet.netuid, head.hash)
        .await?;
    let requests = bench.substrate.requests() - before;
    assert!(
        requests <= 5,
        "{requests}: {:?}",
        bench.substrate.requests_by_method()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_gone_makes_a_degraded_round_and_no_weights() -> Result<()> {
    let gone = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let variant = Variant {
        mirror: Some(format!("http://{gone}")),
        ..Variant::default()
    };
    let mut bench = Bench::start(DevnetConfig::default_subnet(3), variant).await?;
    let report = bench.validator.round().await?;
    assert!(
        report.miners.iter().all(|miner| miner.score.is_none()),
        "nobody, not even to recycle"
    );
    assert!(report.weights.is_empty());
    assert_eq!(report.landing.outcome, "NotSubmitted");
    assert!(!report.warnings.is_empty(), "and it says so");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_mirror_leaves_what_miners_had_earned_as_it_was() -> Result<()> {
    let mut bench = Bench::start(DevnetConfig::default_subnet(6), Variant::default()).await?;
    let first = bench.validator.round().await?;
    bench.devnet.stop_mirror().await;
    let second = bench.validator.round().await?;
    for (before, after) in first.miners.iter().zip(&second.miners).skip(1) {
        assert!(
            after.average >= before.average,
            "uid {} lost by our failure",
            before.uid
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hotkey_without_a_permit_scores_and_does_not_submit() -> Result<()> {
    let variant = Variant {
        signer: Some("//Miner//0"),
        ..Variant::default()
    };
    let mut bench = Bench::start(DevnetConfig::default_subnet(3), variant).await?;
    let report = bench.validator.round().await?;
    assert_eq!(report.landing.outcome, "NotSubmitted");
    let reason = report.landing.reason.unwrap_or_default();
    assert!(reason.contains("permit"), "{reason}");
    assert!(!report.weights.is_empty(), "the plan is shown all the same");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hotkey_that_is_not_registered_is_told_so() -> Result<()> {
    let variant = Variant {
        signer: Some("//Stranger"),
        ..Variant::default()
    };
    let mut bench = Bench::start(DevnetConfig::default_subnet(3), variant).await?;
    let reason = bench
        .validator
        .round()
        .await?
        .landing
        .reason
        .unwrap_or_default();
    assert!(reason.contains("not registered"), "{reason}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subnet_that_does_not_exist_is_named() -> Result<()> {
    let variant = Variant {
        netuid: Some(75),
        ..Variant::default()
    };
    let mut bench = Bench::start(DevnetConfig::default_subnet(3), variant).await?;
    let error = bench
        .validator
        .round()
        .await
        .expect_err("there is no subnet 75");
    let RoundError::Snapshot {
        source: ChainError::NoSubnet(netuid),
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(netuid.0, 75);
    Ok(())
}
