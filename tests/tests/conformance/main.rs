//! One suite over every chain there is: the dev chain in this process, the client on its websocket,
//! under its own and under real runtimes' metadata, and a real runtime where there is one.
//!
//! What holds for one must hold for the other, and where two can be asked the same question they
//! must give the same answer. What an old runtime cannot do is listed by name, and must fail as
//! incompatible rather than otherwise.

use std::time::Duration;

use anyhow::{Context, Result};
use axonry_core::{NetUid, Uid};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_substrate::Substrate;
use axonry_tests::metadata_folder;
use axonry_wallet::Keypair;

mod agreement;
mod calls;
mod expectations;
mod money;
mod neurons;
mod reads;
mod real;
mod weights;

use expectations::Expectations;

/// Short enough not to be waited for, and long enough for what is signed to live for seconds.
const BLOCK_TIME: Duration = Duration::from_millis(100);

/// The suite on a dev chain and on the client that is connected to it.
async fn suite(metadata: Option<Vec<u8>>) -> Result<()> {
    let config = DevnetConfig {
        metadata,
        sealing: Sealing::Interval(BLOCK_TIME),
        ..DevnetConfig::default_subnet(4)
    };
    let devnet = Devnet::spawn(config).await?;
    let substrate = Substrate::connect(&devnet.ws_url).await?;
    let own = devnet.chain();
    let expected = |number| on_devnet(devnet.netuid, number);
    everything(own, &expected(1)?)
        .await
        .context("the dev chain in this process")?;
    everything(&substrate, &expected(2)?)
        .await
        .context("the client on its websocket")?;
    agreement::agree(own, &substrate, &expected(1)?).await?;
    agreement::by_name(&substrate, devnet.netuid)
        .await
        .context("the same by name")
}

/// Alice validates; each run has a miner of its own and a stranger whom nobody has heard of.
fn on_devnet(netuid: NetUid, number: u16) -> Result<Expectations> {
    Ok(Expectations {
        netuid,
        validator: Keypair::from_uri("//Alice")?,
        uid: Uid(0),
        miner: Keypair::from_uri(&format!("//Miner//{number}"))?,
        stranger: Keypair::from_uri(&format!("//Stranger//{number}"))?,
        lacks: &[],
    })
}

async fn everything(chain: &dyn axonry_chain::Ledger, expected: &Expectations) -> Result<()> {
    // The first block has neither a time nor a parent to speak of.
    reads::follows(chain).await.context("the follower")?;
    reads::reads(chain, expected).await.context("reads")?;
    weights::lands(chain, expected).await.context("weights")?;
    weights::refuses(chain, expected)
        .await
        .context("refusals")?;
    money::moves(chain, expected).await.context("money")?;
    money::stakes(chain, expected).await.context("stakes")?;
    calls::batches(chain, expected).await.context("batches")?;
    neurons::registers(chain, expected)
        .await
        .context("registration")?;
    neurons::serves(chain, expected).await.context("serving")?;
    neurons::says(chain, expected).await.context("commitments")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_chains_keep_the_promises_of_the_trait() -> Result<()> {
    suite(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_chains_keep_them_on_real_runtimes_metadata() -> Result<()> {
    let Some(folder) = metadata_folder("conformance with real runtimes' metadata") else {
        return Ok(());
    };
    // Specs 393 and 365.
    for file in ["finney.scale", "finney-2025-12.scale"] {
        let metadata = std::fs::read(folder.join(file)).context(file)?;
        suite(Some(metadata)).await.context(file)?;
    }
    Ok(())
}
