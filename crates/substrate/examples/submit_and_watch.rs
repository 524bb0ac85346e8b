//! A call on its way: what it will cost, whether it would be taken, where it landed.
//!
//! ```text
//! cargo run -p axonry-substrate --example submit_and_watch
//! cargo run -p axonry-substrate --example submit_and_watch -- ws://127.0.0.1:9944
//! ```
//!
//! Without a URL it starts a chain of its own. Alice, whom every development chain knows, gives Bob
//! one TAO.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::sync::Arc;

use axonry_chain::{Call, Chain, Existence, Ledger};
use axonry_core::Rao;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{Account, Outcome, Substrate};
use axonry_wallet::Keypair;
use futures_util::StreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let own = match url {
        Some(_) => None,
        None => Some(Devnet::spawn(DevnetConfig::default_subnet(1)).await?),
    };
    let url = url.or(own.as_ref().map(|own| own.ws_url.clone()));
    let chain = Substrate::connect(&url.ok_or("there is no chain")?).await?;
    let (alice, bob) = (Keypair::from_uri("//Alice")?, Keypair::from_uri("//Bob")?);

    let call = Call::Transfer {
        to: bob.account(),
        amount: Rao::from_tao(1).ok_or("it fits")?,
        existence: Existence::KeepAlive,
    };
    let head = chain.head().await?;
    let had = chain.balance(bob.account(), head.hash).await?.free;
    println!("fee: {}", chain.fee(&call, alice.account(), head).await?);

    // One for each account: clones take turns with its nonces.
    let account = Account::new(Arc::new(chain.clone()), Arc::new(alice));
    let mut sent = account.submit(&call).await?;
    println!(
        "{} with nonce {}",
        sent.extrinsic.hash, sent.extrinsic.nonce
    );
    while let Some(statuses) = &mut sent.statuses {
        match statuses.next().await.transpose()? {
            Some(status) => println!("{status:?}"),
            None => break,
        }
    }
    // The statuses are the node's word; this is what the chain shows.
    let Outcome::Included { block, dispatch } = account.outcome(&sent.extrinsic).await? else {
        return Err("it is in no block".into());
    };
    let has = chain.balance(bob.account(), block.hash).await?.free;
    println!(
        "{dispatch:?} in block {}: Bob had {had} and has {has}",
        block.number
    );
    Ok(())
}
