//! CH16 and CH17: the runtime changes in the middle of a round.

use std::time::Duration;

use anyhow::{Result, ensure};
use axonry_chain::{Call, Chain, ChainError, Mortality};
use axonry_core::{MechId, Uid, Weights};
use axonry_devnet::{Devnet, DevnetConfig, Sealing, successor};
use axonry_tests::{Bench, Variant, metadata_folder};
use axonry_wallet::Keypair;

use super::{PATIENCE, hurried};

/// Blocks come fast, and epochs are longer than the whole test.
fn config() -> DevnetConfig {
    DevnetConfig {
        tempo: 2_000,
        sealing: Sealing::Interval(Duration::from_millis(50)),
        ..DevnetConfig::default_subnet(2)
    }
}

/// One round, with an upgrade as soon as the client has made so many requests in it.
async fn upgraded_after(requests: u64, config: DevnetConfig, to: Option<Vec<u8>>) -> Result<u64> {
    let mut bench = Bench::start(config, Variant::default()).await?;
    let chain = bench.devnet.chain().clone();
    let to = match to {
        Some(to) => to,
        None => successor(&chain.metadata(), &[])?,
    };
    let (client, before) = (bench.substrate.clone(), bench.substrate.requests());
    let upgrading = {
        let chain = chain.clone();
        tokio::spawn(async move {
            while client.requests() < before + requests {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            chain.upgrade(&to)
        })
    };
    let round = tokio::time::timeout(PATIENCE, bench.validator.round()).await?;
    let made = bench.substrate.requests() - before;
    upgrading.abort();
    let upgraded = match upgrading.await {
        Ok(upgraded) => Some(upgraded?),
        // The round was over before it had come to that.
        Err(_) => None,
    };
    let report = round?;
    ensure!(
        report.landing.outcome == "VerifiedInState",
        "upgraded in {upgraded:?} after {requests} of {made} requests: {:?}",
        report.landing
    );
    // Verified by another way, and in the epoch the round began in: there is only one.
    let head = chain.head().await?;
    let netuid = bench.devnet.netuid;
    let stored = chain.weights(netuid, MechId(0), Uid(0), head.hash).await?;
    ensure!(stored == report.weights.as_slice());
    let rules = chain.hyperparameters(netuid, head.hash).await?;
    ensure!(
        u64::from(rules.tempo()) > head.number.0,
        "still the first epoch"
    );
    Ok(made)
}

/// CH16: whichever two requests an upgrade falls between, weights land in the same epoch.
#[tokio::test(flavor = "multi_thread")]
async fn ch16_an_upgrade_between_any_two_requests_of_a_round_costs_no_epoch() -> Result<()> {
    let mut positions = 0;
    for requests in 1..=20 {
        let made = upgraded_after(requests, config(), None).await?;
        positions += u64::from(made >= requests);
    }
    ensure!(positions >= 15, "only {positions} fell into the round");
    Ok(())
}

/// CH16 between two real runtimes.
#[tokio::test(flavor = "multi_thread")]
async fn ch16_from_spec_365_to_spec_393() -> Result<()> {
    let Some(folder) = metadata_folder("an upgrade between real runtimes") else {
        return Ok(());
    };
    let old = std::fs::read(folder.join("finney-2025-12.scale"))?;
    let new = std::fs::read(folder.join("finney.scale"))?;
    for requests in [1, 4, 8, 12] {
        let config = DevnetConfig {
            metadata: Some(old.clone()),
            ..config()
        };
        upgraded_after(requests, config, Some(new.clone())).await?;
    }
    Ok(())
}

/// CH17: an upgrade that takes something away is named, and everything else goes on.
#[tokio::test(flavor = "multi_thread")]
async fn ch17_an_item_that_is_gone_is_named_and_reads_go_on() -> Result<()> {
    let devnet = Devnet::spawn(DevnetConfig {
        sealing: Sealing::Manual,
        ..DevnetConfig::default_subnet(2)
    })
    .await?;
    let (chain, netuid) = (devnet.chain(), devnet.netuid);
    let client = hurried(&devnet.ws_url)?.connect().await?;
    chain.seal()?;
    let without = ["SubtensorModule.set_weights", "SubtensorModule.LastUpdate"];
    chain.upgrade(&successor(&chain.metadata(), &without)?)?;
    chain.seal()?;
    let head = client.head().await?;
    let rules = client.hyperparameters(netuid, head.hash).await?;
    ensure!(rules.tempo() == 20, "reads go on");
    let named = |error: &ChainError, item: &str| matches!(error, ChainError::Incompatible { item: found, .. } if found.contains(item));
    let updates = client.last_updates(netuid, MechId(0), head.hash).await;
    ensure!(
        matches!(&updates, Err(error) if named(error, "LastUpdate")),
        "{updates:?}"
    );
    let call = Call::SetWeights {
        netuid,
        mechanism: MechId(0),
        weights: Weights::new(vec![(Uid(1), 65_535)])?,
        version_key: 0,
    };
    let alice = Keypair::from_uri("//Alice")?;
    let mortality = Mortality {
        birth: head,
        period: 64,
    };
    let signed = client.sign(&call, &alice, 0, mortality).await;
    ensure!(
        matches!(&signed, Err(error) if named(error, "set_weights")),
        "{signed:?}"
    );
    Ok(())
}
