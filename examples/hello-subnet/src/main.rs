//! One round of the subnet on a devnet in this process: two miners that serve, one that does not.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axonry::devnet::{Devnet, DevnetConfig};
use axonry::neuron::{Validator, ValidatorSettings};
use axonry::store::Store;
use axonry::substrate::Substrate;
use axonry::wallet::Keypair;
use hello_subnet::FirstToAnswer;
use tokio::net::TcpListener;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what happened")]
async fn main() -> Result<()> {
    let first = TcpListener::bind("127.0.0.1:0").await?;
    let second = TcpListener::bind("127.0.0.1:0").await?;
    let mut config = DevnetConfig::default_subnet(3);
    config.neurons[1].axon = Some(first.local_addr()?);
    config.neurons[2].axon = Some(second.local_addr()?);
    let devnet = Devnet::spawn(config).await?;

    let chain = Substrate::connect(&devnet.ws_url).await?;
    let state = tempfile::tempdir()?;
    let store = Store::open_or_create(&state.path().join("state.sqlite")).await?;
    let mut validator = Validator::new(
        Arc::new(chain),
        Arc::new(FirstToAnswer),
        store,
        Arc::new(Keypair::from_uri("//Alice")?),
        ValidatorSettings::new(devnet.netuid),
    );
    let report = validator.round().await?;

    for miner in report.miners.iter().skip(1) {
        let score = miner.score.context("every miner is known")?.value();
        let word = miner.explanation.as_deref().unwrap_or_default();
        println!("uid {} {word}: score {score:.2}", miner.uid);
    }
    let landing = &report.landing;
    println!(
        "weights {} at block {}",
        landing.outcome,
        landing.block.context("a block")?
    );
    ensure!(
        landing.landed() && report.weights.len() == 2,
        "both that serve have weight"
    );
    Ok(())
}
