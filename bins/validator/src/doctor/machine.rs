use std::path::Path;

use axonry_chain::Chain;
use axonry_core::{Hotkey, MechId};
use axonry_neuron::chain_of;
use axonry_store::{Store, StoreError};
use axonry_wallet::{Keypair, Wallet};

use super::chain::Reached;
use super::examination::Examination;
use super::standing::Standing;
use crate::settings::{Key, SubnetSettings};
use crate::state::State;

/// Free space below which a validator should be looked after, and below which it will fail soon.
const LITTLE: u64 = 1 << 30;
const TOO_LITTLE: u64 = 64 << 20;

/// How many lines of the journal are read.
const RECENT: u32 = 64;

/// Whether the hotkey can be read (which takes a file that nobody else can), and the coldkey cannot.
pub(super) fn hotkey(found: &mut Examination, settings: &SubnetSettings) -> Option<Hotkey> {
    let (root, wallet, name) = match &settings.key {
        Key::Uri(uri) => {
            return match Keypair::from_uri(uri) {
                Ok(key) => {
                    found.pass("hotkey", format!("{}, a key of test chains", key.hotkey()));
                    found.pass("coldkey", "no wallet is used");
                    Some(key.hotkey())
                }
                Err(error) => {
                    found.fail("hotkey", chain_of(&error), "check --hotkey-uri");
                    found.skip(&["coldkey"], "no wallet is used");
                    None
                }
            };
        }
        Key::File {
            root,
            wallet,
            hotkey,
        } => (root, wallet, hotkey),
    };
    let wallet = match Wallet::open(root, wallet) {
        Ok(wallet) => wallet,
        Err(error) => {
            found.fail(
                "hotkey",
                chain_of(&error),
                "check --wallet and --wallet-path",
            );
            found.skip(&["coldkey"], "there is no wallet");
            return None;
        }
    };
    let key = match wallet.hotkey(name) {
        Ok(key) => {
            found.pass("hotkey", key.hotkey().to_string());
            Some(key.hotkey())
        }
        Err(error) => {
            found.fail(
                "hotkey",
                chain_of(&error),
                "check --hotkey, and that this user can read the file",
            );
            None
        }
    };
    match wallet.readable_coldkey_secret() {
        None => found.pass("coldkey", "cannot be read here, as it should be"),
        Some((path, _)) => found.warn(
            "coldkey",
            format!("this machine can read `{}`", path.display()),
            "a validator needs the hotkey only: move the coldkey to a machine without network",
        ),
    }
    key
}

/// Whether the state opens, belongs to this chain, has room, and agrees with itself.
pub(super) async fn state(
    found: &mut Examination,
    settings: &SubnetSettings,
    chain: Option<&Reached>,
    standing: Option<&Standing>,
) {
    let state = match State::of(settings) {
        Ok(state) => state,
        Err(error) => {
            found.fail("state", format!("{error:#}"), "check --state");
            return found.skip(&["space", "journal"], "there is no state");
        }
    };
    match Store::open(state.location().clone()).await {
        Ok(store) => {
            of_this_chain(found, &store, chain).await;
            space(found, state.folder());
            journal(found, &store, chain).await;
            store.close().await;
        }
        Err(StoreError::Missing { .. }) => {
            match state.could_be_made() {
                Ok(()) => missing(found, &state, chain, standing).await,
                Err(error) => {
                    let remedy = "correct --state, or let this user write to it";
                    found.fail("state", format!("{error:#}"), remedy);
                }
            }
            space(found, state.folder());
            found.skip(&["journal"], "there is no state yet");
        }
        Err(StoreError::InUse { .. }) => {
            found.pass("state", "in use by another process: a validator is running");
            space(found, state.folder());
            found.skip(&["journal"], "the state is in use by another process");
        }
        Err(error) => {
            found.fail(
                "state",
                chain_of(&error),
                "restore it from a copy (`validator state import`), or correct --state",
            );
            space(found, state.folder());
            found.skip(&["journal"], "the state does not open");
        }
    }
}

async fn of_this_chain(found: &mut Examination, store: &Store, chain: Option<&Reached>) {
    let opened = format!("`{}` opens", store.location());
    let Some(chain) = chain else {
        return found.pass("state", opened);
    };
    match store.bind(chain.substrate.genesis()).await {
        Ok(()) if store.history_paused() => found.warn(
            "state",
            "history is not being kept for want of space",
            "make room on its disk",
        ),
        Ok(()) => found.pass("state", opened),
        Err(error) => found.fail(
            "state",
            chain_of(&error),
            "keep a state for each network: correct --state or --network",
        ),
    }
}

/// A hotkey that has weights on chain has had a state.
async fn missing(
    found: &mut Examination,
    state: &State,
    chain: Option<&Reached>,
    standing: Option<&Standing>,
) {
    let first = format!(
        "there is none at `{}`: the first start makes it",
        state.location()
    );
    let (Some(chain), Some(standing)) = (chain, standing) else {
        return found.pass("state", first);
    };
    let (netuid, at) = (chain.netuid, chain.head.hash);
    let weights = chain.substrate.weights(netuid, MechId(0), standing.uid, at);
    match weights.await {
        Ok(weights) if weights.is_empty() => found.pass("state", first),
        Ok(weights) => found.fail(
            "state",
            format!(
                "there is none at `{}`, and the chain has {} weights of this hotkey from block {}",
                state.location(),
                weights.len(),
                standing.last_update
            ),
            "bring the earlier state (`validator state import`), or start with --new-state chain",
        ),
        Err(error) => found.warn("state", chain_of(&error), "ask another node"),
    }
}

/// The room on the disk of the folder, or of the nearest one above that is there.
fn space(found: &mut Examination, folder: &Path) {
    let there = folder.ancestors().find(|folder| folder.is_dir());
    let there = there.unwrap_or(Path::new("."));
    match rustix::fs::statvfs(there) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let said = format!(
                "{} MiB free on the disk of `{}`",
                free >> 20,
                there.display()
            );
            match free {
                0..TOO_LITTLE => found.fail("space", said, "make room"),
                TOO_LITTLE..LITTLE => found.warn("space", said, "make room"),
                _ => found.pass("space", said),
            }
        }
        Err(error) => found.warn("space", error.to_string(), "check the folder of the state"),
    }
}

async fn journal(found: &mut Examination, store: &Store, chain: Option<&Reached>) {
    let entries = match store.recent_entries(RECENT).await {
        Ok(entries) => entries,
        Err(error) => {
            let remedy = "restore the state from a copy (`validator state import`)";
            return found.fail("journal", chain_of(&error), remedy);
        }
    };
    if let Some(chain) = chain {
        let known = entries
            .iter()
            .map(|entry| entry.attempt.birth)
            .find(|birth| birth.number <= chain.head.number);
        if let Some(birth) = known
            && let Ok(hash) = chain.substrate.block_hash(birth.number).await
            && hash != birth.hash
        {
            return found.warn(
                "journal",
                format!(
                    "it was written on a chain whose block {} was another: this one has begun anew",
                    birth.number
                ),
                "nothing, if that is so: the next start closes what was open",
            );
        }
    }
    let open = entries
        .iter()
        .filter(|entry| entry.state == axonry_store::EntryState::Open)
        .count();
    found.pass(
        "journal",
        format!("{} vectors of late, {open} of them open", entries.len()),
    );
}
