//! What a board shows: a subnet after a round, as one value that never changes.

mod check;
mod explanation;
mod miner;
mod state;

use axonry_core::{BlockNumber, NetUid, UnixMillis};
use serde::{Deserialize, Serialize};

pub(crate) use check::Checked;
pub use check::{MINERS_SHOWN, ROUNDS_SHOWN, StandingsError};
pub use explanation::{EXPLAINED, Explanation};
pub use miner::{Eligibility, Landed, Miner, Point};
pub use state::{Landing, Source, ValidatorState};

/// A subnet after a round, as one validator judged it.
///
/// As JSON it is what `/api/v1/standings` answers, so that one board can read another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// The subnet.
    pub netuid: NetUid,
    /// How its miners are judged, in a word or three.
    #[serde(default)]
    pub mechanism: String,
    /// The round's number, counted up by the validator.
    pub round: u64,
    /// The block at which the subnet was read.
    pub block: BlockNumber,
    /// When the round ended.
    #[serde(default)]
    pub as_of: Option<UnixMillis>,
    /// How the validator itself fares.
    #[serde(default)]
    pub state: ValidatorState,
    /// Every neuron of the subnet; a board puts them in the order of their rank.
    pub miners: Vec<Miner>,
}

impl Standings {
    /// A subnet nobody is known of yet.
    pub fn new(netuid: NetUid, round: u64, block: BlockNumber) -> Self {
        Self {
            netuid,
            mechanism: String::new(),
            round,
            block,
            as_of: None,
            state: ValidatorState::default(),
            miners: Vec::new(),
        }
    }
}
