//! Money, stake, slots and words: what calls do to them, exactly.

mod money;
mod neurons;
mod stake;

use axonry_chain::{Call, Chain, Dispatch, Existence, Ledger};
use axonry_core::{Block, Coldkey, Hotkey, Rao};
use axonry_devnet::DevnetConfig;
use axonry_wallet::Keypair;

use crate::foreign::blob;
use crate::rig::{Rig, config, rig};

const TAO: u64 = 1_000_000_000;

fn key(uri: &str) -> Keypair {
    Keypair::from_uri(uri).expect("a development key")
}

fn hotkey(uri: &str) -> Hotkey {
    key(uri).account().into()
}

fn coldkey(uri: &str) -> Coldkey {
    key(uri).account().into()
}

/// Makes a call in a block of its own: the block and how it went.
async fn make(rig: &Rig, uri: &str, call: &Call) -> (Block, Dispatch) {
    let chain = rig.devnet.chain();
    let nonce = chain.next_nonce(key(uri).account()).await.expect("known");
    let signed = rig.sign(call, uri, nonce).await;
    let _story = chain.submit(&signed).await.expect("taken");
    let block = chain.seal().expect("a block");
    let dispatch = chain.dispatch(signed.hash, block.hash).await;
    (block, dispatch.expect("readable"))
}

async fn free(rig: &Rig, uri: &str) -> u64 {
    let chain = rig.devnet.chain();
    let balance = chain.balance(key(uri).account(), chain.best().hash).await;
    balance.expect("readable").free.rao()
}

async fn fee(rig: &Rig, uri: &str, call: &Call) -> u64 {
    let chain = rig.devnet.chain();
    let fee = chain.fee(call, key(uri).account(), chain.best()).await;
    fee.expect("known").rao()
}

fn failed(dispatch: Dispatch) -> (String, String) {
    match dispatch {
        Dispatch::Failed(failure) => (failure.pallet, failure.name),
        other => panic!("a failure is expected, not {other:?}"),
    }
}

fn named(pallet: &str, name: &str) -> (String, String) {
    (pallet.to_owned(), name.to_owned())
}

fn transfer(to: &str, rao: u64, existence: Existence) -> Call {
    Call::Transfer {
        to: key(to).account(),
        amount: Rao::from_rao(rao),
        existence,
    }
}

/// The own runtime and those that other runtimes' metadata describe.
async fn rigs(files: &[&str]) -> Vec<Rig> {
    let mut rigs = vec![rig(config()).await];
    for file in files {
        if let Some(metadata) = blob(file) {
            let metadata = Some(metadata);
            rigs.push(
                rig(DevnetConfig {
                    metadata,
                    ..config()
                })
                .await,
            );
        }
    }
    rigs
}

const EVERY: [&str; 4] = [
    "finney.scale",
    "finney-2025-12.scale",
    "finney-343.scale",
    "subtensor-218.scale",
];
