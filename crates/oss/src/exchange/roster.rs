//! Whom an axon knows.

use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, ChainError, Metagraph};
use axonry_core::NetUid;
use axonry_wire::{Roster, Standing};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::warn;

/// Everybody's standing in a subnet, for an axon to tell callers by.
pub fn roster_of(metagraph: &Metagraph) -> Roster {
    let block = metagraph.block().number;
    let standing = |neuron: &axonry_chain::Neuron| Standing {
        uid: neuron.uid,
        stake: neuron.stake,
        permit: neuron.validator_permit,
        block,
    };
    let neurons = metagraph.neurons().iter();
    neurons
        .map(|neuron| (neuron.hotkey, standing(neuron)))
        .collect()
}

/// Everybody's standing at the newest finalized block.
///
/// # Errors
/// Those of the chain.
pub async fn read_roster(chain: &dyn Chain, netuid: NetUid) -> Result<Roster, ChainError> {
    let head = chain.head().await?;
    let metagraph = chain.metagraph(netuid, head).await?;
    Ok(roster_of(&metagraph))
}

/// Reads everybody's standing every so often and hands it on, for as long as it is polled. While the
/// chain does not answer, what was read last holds.
pub async fn follow_roster(
    chain: &dyn Chain,
    netuid: NetUid,
    every: Duration,
    rosters: &watch::Sender<Arc<Roster>>,
) {
    loop {
        sleep(every).await;
        match read_roster(chain, netuid).await {
            Ok(roster) => {
                rosters.send_replace(Arc::new(roster));
            }
            Err(error) => warn!(%error, "who is registered now is not known: who was still is"),
        }
    }
}
