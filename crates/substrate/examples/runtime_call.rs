//! The runtime's own answer, read into a type with the fields one wants.
//!
//! ```text
//! cargo run -p axonry-substrate --example runtime_call
//! cargo run -p axonry-substrate --example runtime_call -- finney 1
//! ```
//!
//! Without a URL it starts a chain of its own.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;

use axonry_chain::Ledger;
use axonry_core::NetUid;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{At, Substrate};
use scale_decode::DecodeAsType;

/// Three of a neuron's many fields: they are found by name, and the others are skipped.
#[derive(DecodeAsType)]
struct Neuron {
    uid: u16,
    validator_permit: bool,
    stake: Vec<([u8; 32], u64)>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let (url, netuid) = (given.next(), given.next());
    let own = match url {
        Some(_) => None,
        None => Some(Devnet::spawn(DevnetConfig::default_subnet(8)).await?),
    };
    let netuid: NetUid = match (&own, netuid) {
        (Some(own), _) => own.netuid,
        (None, Some(netuid)) => netuid.parse()?,
        (None, None) => NetUid(1),
    };
    let url = url.or(own.as_ref().map(|own| own.ws_url.clone()));
    let chain = Substrate::connect(&url.ok_or("there is no chain")?).await?;

    let block = chain.at(At::Head).await?;
    let neurons: Vec<Neuron> = block
        .runtime_call("NeuronInfoRuntimeApi", "get_neurons_lite", (netuid.0,))
        .await?;
    for neuron in neurons.iter().take(8) {
        let stake: u64 = neuron.stake.iter().map(|(_, amount)| amount).sum();
        let permit = if neuron.validator_permit {
            "permit"
        } else {
            ""
        };
        println!("uid {:>4} {stake:>20} {permit}", neuron.uid);
    }
    // What many ask for has a name and types of its own.
    let subnet = chain.subnet(netuid, block.hash()).await?;
    println!("subnet {netuid}: one alpha costs {}", subnet.price);
    Ok(())
}
