//! The same numbers as data.

use axonry_core::{BlockNumber, Hotkey, NetUid, Uid, UnixMillis};
use serde::Serialize;

use crate::{Miner, Point, Standings, ValidatorState};

/// What the interface answers, for programs.
pub(crate) const OPENAPI: &str = include_str!("../assets/openapi.json");

/// The validator's state, and of which round it is.
#[derive(Debug, Serialize)]
pub(crate) struct State<'a> {
    netuid: NetUid,
    mechanism: &'a str,
    round: u64,
    block: BlockNumber,
    as_of: Option<UnixMillis>,
    /// Changes whenever anything on the board does.
    version: &'a str,
    miners: usize,
    #[serde(flatten)]
    state: &'a ValidatorState,
}

impl<'a> State<'a> {
    pub(crate) fn of(standings: &'a Standings, version: &'a str) -> Self {
        Self {
            netuid: standings.netuid,
            mechanism: &standings.mechanism,
            round: standings.round,
            block: standings.block,
            as_of: standings.as_of,
            version,
            miners: standings.miners.len(),
            state: &standings.state,
        }
    }
}

/// A miner's rounds.
#[derive(Debug, Serialize)]
pub(crate) struct History<'a> {
    netuid: NetUid,
    uid: Uid,
    hotkey: Hotkey,
    rounds: &'a [Point],
}

impl<'a> History<'a> {
    pub(crate) fn of(netuid: NetUid, miner: &'a Miner) -> Self {
        Self {
            netuid,
            uid: miner.uid,
            hotkey: miner.hotkey,
            rounds: &miner.history,
        }
    }
}

/// What a new round is told with.
#[derive(Debug, Serialize)]
pub(crate) struct News<'a> {
    pub(crate) netuid: NetUid,
    pub(crate) round: u64,
    pub(crate) block: BlockNumber,
    pub(crate) version: &'a str,
}

/// Why there is no answer.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal<'a> {
    pub(crate) error: &'a str,
}

/// Everything but what each miner's own address tells.
pub(crate) fn table(standings: &Standings) -> Standings {
    let light = |miner: &Miner| Miner {
        rank: miner.rank,
        label: miner.label.clone(),
        score: miner.score,
        unknown: miner.unknown.clone(),
        average: miner.average,
        weight: miner.weight,
        share: miner.share,
        emission: miner.emission,
        landed: miner.landed,
        eligibility: miner.eligibility.clone(),
        verdict: miner.verdict.clone(),
        ..Miner::new(miner.uid, miner.hotkey)
    };
    Standings {
        mechanism: standings.mechanism.clone(),
        as_of: standings.as_of,
        state: standings.state.clone(),
        miners: standings.miners.iter().map(light).collect(),
        ..Standings::new(standings.netuid, standings.round, standings.block)
    }
}
