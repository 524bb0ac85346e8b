//! The embedded devnet's miners, who hand in their tokens as miners elsewhere do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_chain::Chain;
use axonry_core::Uid;
use axonry_devnet::Devnet;
use axonry_github::{PatStore, Secret, StoredPat};
use axonry_oss::exchange::{BroadcastRequest, PatBroadcast, TokenStore};
use axonry_wallet::Keypair;
use axonry_wire::{Dendrite, Target};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::connection::Connected;

/// How long a miner waits for the validator's answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Miners that post at the same time.
const AT_ONCE: usize = 8;

/// Every miner with an account posts its token to the axon it finds on chain, over a socket. In words,
/// what came of it.
///
/// Of a neuron whose key the devnet does not have, the token is put into the store as it is.
pub(super) async fn post(
    devnet: &Devnet,
    connected: &Connected,
    listening: SocketAddr,
    store: &TokenStore,
) -> Result<String> {
    let tokens = PatStore::parse("the devnet's tokens", &devnet.tokens().to_string())?;
    let validator = validator(connected, listening).await?;
    let (mut by_hand, mut miners) = (0, Vec::new());
    for entry in tokens.entries() {
        match (devnet.key(Uid(entry.uid)), &entry.pat) {
            (Some(key), Some(token)) => miners.push((key, token.clone())),
            _ => by_hand += usize::from(put(devnet, store, entry)?),
        }
    }
    let posted = miners.len();
    let answers: Vec<Option<String>> = stream::iter(miners)
        .map(|(key, token)| one(key, token, validator))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let refusals: Vec<String> = answers.into_iter().flatten().collect();
    let accepted = posted - refusals.len();
    let mut said = format!("{accepted} of {posted} miners have posted theirs");
    if by_hand > 0 {
        said.push_str(&format!(", {by_hand} were entered by hand"));
    }
    if let Some(first) = refusals.first() {
        said.push_str(&format!(" (refused: {first})"));
    }
    Ok(said)
}

/// The validator as miners find it; where it is not announced, as only they know it.
async fn validator(connected: &Connected, listening: SocketAddr) -> Result<Target> {
    let (chain, hotkey) = (&connected.chain, connected.key.hotkey());
    let head = chain.head().await?;
    let metagraph = chain.metagraph(connected.netuid, head).await?;
    let neuron = metagraph.of(&hotkey);
    Ok(Target {
        uid: neuron.map_or(Uid(0), |neuron| neuron.uid),
        hotkey,
        address: neuron
            .and_then(|neuron| neuron.axon)
            .map_or(listening, |axon| axon.address),
    })
}

/// Posts one miner's token; comes back with what speaks against it.
async fn one(key: Keypair, token: Secret, validator: Target) -> Option<String> {
    let dendrite = Dendrite::builder(Arc::new(key)).private_addresses().build();
    let request = BroadcastRequest::new(token);
    let answer = dendrite
        .call::<PatBroadcast>(&validator, &request, PATIENCE)
        .await;
    match answer {
        Ok(answer) if answer.value.accepted == Some(true) => None,
        Ok(answer) => Some(answer.value.rejection_reason.unwrap_or_default()),
        Err(error) => Some(error.to_string()),
    }
}

/// Puts a token into the store; says whether there was one.
fn put(devnet: &Devnet, store: &TokenStore, entry: &StoredPat) -> Result<bool> {
    let (Some(token), Some(account)) = (&entry.pat, &entry.github_id) else {
        return Ok(false);
    };
    let uid = Uid(entry.uid);
    let hotkey = devnet.hotkeys.get(&uid).context("a token of no neuron")?;
    store.save(uid, hotkey, token, account, Timestamp::now())?;
    Ok(true)
}
