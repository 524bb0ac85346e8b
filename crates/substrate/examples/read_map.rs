//! A map of any size, a thousand entries at a time.
//!
//! ```text
//! cargo run --release -p axonry-substrate --example read_map
//! cargo run --release -p axonry-substrate --example read_map -- --url finney --netuid 1
//! ```
//!
//! Without a URL it starts a chain of its own, whose subnet has 4,096 neurons.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::time::Instant;

use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{At, Substrate};
use futures_util::TryStreamExt;

const NEURONS: u16 = 4_096;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let (mut url, mut netuid) = (None, 1);
    while let Some(flag) = given.next() {
        let value = given.next().ok_or(format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--url" => url = Some(value),
            "--netuid" => netuid = value.parse()?,
            _ => return Err(format!("there is no `{flag}`: try --url, --netuid").into()),
        }
    }
    let own = match url {
        Some(_) => None,
        None => {
            let mut config = DevnetConfig::default_subnet(usize::from(NEURONS) - 1);
            config.hyperparameters.max_allowed_uids = NEURONS;
            Some(Devnet::spawn(config).await?)
        }
    };
    if let Some(own) = &own {
        netuid = own.netuid.0;
    }
    let url = url.or(own.as_ref().map(|own| own.ws_url.clone()));
    let chain = Substrate::connect(&url.ok_or("there is no chain")?).await?;

    let block = chain.at(At::Head).await?;
    let before = chain.requests();
    let started = Instant::now();
    // Those entries of the map whose keys begin with the subnet: who holds which slot.
    let keys: Vec<((u16, u16), [u8; 32])> = block
        .map("SubtensorModule", "Keys", (netuid,))?
        .try_collect()
        .await?;
    println!(
        "{} slots of subnet {netuid} at {} in {:?} and {} requests",
        keys.len(),
        block.hash(),
        started.elapsed(),
        chain.requests() - before,
    );
    if own.is_some() {
        assert_eq!(keys.len(), usize::from(NEURONS));
    }
    Ok(())
}
