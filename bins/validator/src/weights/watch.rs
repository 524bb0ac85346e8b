use anyhow::Result;
use axonry_chain::Chain;
use axonry_core::Block;
use axonry_neuron::{HealthReport, Weigher, chain_of};
use futures_util::StreamExt;
use tokio::time::{Duration, sleep};
use tracing::warn;

use super::status::{only_what_state_says, told};
use crate::connection::{Connected, Local};
use crate::report::tell;
use crate::run::stop_on_signals;
use crate::settings::SubnetSettings;
use crate::state::Purpose;

/// How many times in a tempo the state is read.
const LOOKS_PER_TEMPO: u64 = 36;

/// The pause after the blocks stopped coming.
const PAUSE: Duration = Duration::from_secs(1);

/// Prints a line whenever weights land, grow too old, or can no longer land, until told to stop.
pub(super) async fn watch(settings: &SubnetSettings) -> Result<()> {
    let stop = stop_on_signals()?;
    let (local, ()) = Local::new(settings, Purpose::Looking, || Ok(())).await?;
    let connected = Connected::new(settings, Purpose::Looking, local).await?;
    let mut weigher = connected.weigher(settings);
    let tempo = weigher.snapshot().await?.rules.tempo();
    let every = (u64::from(tempo) / LOOKS_PER_TEMPO).max(1);
    let watching = follow(&connected.chain, &mut weigher, every, settings.json);
    stop.run_until_cancelled(watching).await;
    drop(weigher);
    connected.close().await;
    Ok(())
}

async fn follow(chain: &dyn Chain, weigher: &mut Weigher, every: u64, json: bool) {
    let mut said = None;
    let mut look = async |block: Block| {
        let Some(health) = weigher.health_at(block).await else {
            return;
        };
        let health = only_what_state_says(health);
        let now = (health.landed, health.alarm, health.reason);
        if said.replace(now) != Some(now) {
            say(&health, json);
        }
    };
    loop {
        if let Ok(head) = chain.head().await {
            look(head).await;
        }
        match chain.blocks().await {
            Ok(mut blocks) => {
                while let Some(Ok(block)) = blocks.next().await {
                    if block.number.0 % every == 0 {
                        look(block).await;
                    }
                }
                warn!("the chain's blocks stopped coming, following them anew");
            }
            Err(error) => warn!(error = %chain_of(&error), "cannot follow the chain's blocks"),
        }
        sleep(PAUSE).await;
    }
}

fn say(health: &HealthReport, json: bool) {
    if json {
        let line = serde_json::to_string(health).expect("a report is plain data");
        tell(&format!("{line}\n"));
    } else {
        tell(&format!("block {}: {}\n", health.block, told(health)));
    }
}
