//! Why a miner got its score, from what the rounds left behind.

use anyhow::{Context, Result, bail};
use axonry_core::{Hotkey, NetUid};
use axonry_oss::MinerTrace;
use axonry_store::Store;
use serde::Serialize;

use crate::arguments::ExplainArguments;
use crate::embedded;
use crate::report::tell;
use crate::settings::SubnetSettings;
use crate::state::State;

/// A miner in a round, as one JSON object.
#[derive(Debug, Serialize)]
struct Explained {
    netuid: NetUid,
    round: u64,
    #[serde(flatten)]
    miner: MinerTrace,
}

/// Prints why a miner got its score, in the newest round or the one given.
pub(crate) async fn explain(given: ExplainArguments) -> Result<()> {
    let ExplainArguments { subnet, uid, round } = given;
    let settings = SubnetSettings::resolve(subnet)?;
    let netuid = match settings.netuid {
        Some(netuid) => netuid,
        None => embedded::shape(&settings)?.netuid,
    };
    let state = State::of(&settings)?;
    if state.is_temporary() {
        bail!("which state? give --state, the one that the round was run with");
    }
    let store = Store::open(state.location().clone()).await?;
    let found = find(&store, netuid, uid, round).await;
    store.close().await;
    let explained = found?;
    if settings.json {
        let line = serde_json::to_string(&explained).context("the trace is no JSON")?;
        tell(&format!("{line}\n"));
    } else {
        let (round, miner) = (explained.round, &explained.miner);
        tell(&format!("round {round} of subnet {netuid}\n{miner}"));
    }
    Ok(())
}

async fn find(store: &Store, netuid: NetUid, uid: u16, round: Option<u64>) -> Result<Explained> {
    let rounds = store.traced_rounds(netuid).await?;
    let (Some(newest), Some(oldest)) = (rounds.first(), rounds.last()) else {
        bail!("no round of subnet {netuid} in this state has left an explanation");
    };
    let round = round.unwrap_or(*newest);
    if !rounds.contains(&round) {
        bail!("round {round} has left no explanation: {oldest} to {newest} have");
    }
    for (hotkey, text) in store.traces(netuid, round).await? {
        let miner = read(hotkey, &text)?;
        if miner.uid == uid {
            return Ok(Explained {
                netuid,
                round,
                miner,
            });
        }
    }
    bail!("subnet {netuid} had no uid {uid} in round {round}")
}

fn read(hotkey: Hotkey, text: &str) -> Result<MinerTrace> {
    let miner: MinerTrace = serde_json::from_str(text)
        .with_context(|| format!("the explanation of {hotkey} cannot be read"))?;
    let trees = [&miner.share, &miner.pull_requests, &miner.issues];
    let wrong = trees
        .into_iter()
        .flatten()
        .find_map(|tree| tree.contradiction());
    if let Some(wrong) = wrong {
        bail!(
            "the explanation of {hotkey} contradicts itself at `{}`: it was altered",
            wrong.name()
        );
    }
    Ok(miner)
}
