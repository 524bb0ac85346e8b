//! Blocks as they come: the best ones at once, finalized ones a little later and for good.
//!
//! ```text
//! cargo run -p axonry-substrate --example follow_blocks
//! cargo run -p axonry-substrate --example follow_blocks -- --url finney --n 10
//! ```
//!
//! Without a URL it starts a dev chain of its own. Pull the cable if you like: what comes meanwhile
//! is told afterwards.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;

use axonry_chain::Chain;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{BestBlock, Substrate};
use futures_util::StreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut url, mut count) = (None, 5);
    let mut given = std::env::args().skip(1);
    while let Some(flag) = given.next() {
        let value = given.next().ok_or(format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--url" => url = Some(value),
            "--n" => count = value.parse()?,
            _ => return Err(format!("there is no `{flag}`: try --url, --n").into()),
        }
    }
    // It ends with the program; two blocks pass before one is final.
    let config = DevnetConfig {
        finality_lag: 2,
        ..DevnetConfig::default()
    };
    let devnet = match url {
        Some(_) => None,
        None => Some(Devnet::spawn(config).await?),
    };
    let url = url.or_else(|| Some(devnet.as_ref()?.ws_url.clone()));
    let chain = Substrate::connect(&url.ok_or("there is no node")?).await?;
    let mut best = chain.best_blocks().await?;
    let mut finalized = chain.blocks().await?;
    let mut last = None;
    while count > 0 {
        tokio::select! {
            Some(event) = best.next() => match event? {
                BestBlock::Extended(block) => println!("best {} {}", block.number, block.hash),
                BestBlock::Reorged { from, to, common } => println!(
                    "best {} instead of {}, from block {} on",
                    to.number, from.number, common.number
                ),
                event => println!("best {event:?}"),
            },
            Some(block) = finalized.next() => {
                let block = block?;
                println!("finalized {} {}", block.number, block.hash);
                // Each once and in order, whatever the connection does.
                assert!(last.is_none_or(|last| block.number.since(last) == 1));
                last = Some(block.number);
                count -= 1;
            }
        }
    }
    chain.close().await;
    Ok(())
}
