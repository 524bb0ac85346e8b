use axonry_core::{BlockNumber, Hotkey, Uid};
use serde::{Deserialize, Serialize};

use super::Explanation;

/// One neuron of the subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Miner {
    /// Its place, from 1; a board fills it in, by weight, then average, then uid. A neuron that has
    /// neither weight nor average has no place.
    #[serde(default)]
    pub rank: Option<u32>,
    /// Its slot.
    pub uid: Uid,
    /// Its key.
    pub hotkey: Hotkey,
    /// What it is called elsewhere, such as an account.
    #[serde(default)]
    pub label: Option<String>,
    /// What it scored in this round; `null` where that is not known, which is not zero.
    #[serde(default)]
    pub score: Option<f64>,
    /// Why the score is not known.
    #[serde(default)]
    pub unknown: Option<String>,
    /// Its moving average after the round.
    #[serde(default)]
    pub average: f64,
    /// Its weight in the round's vector, 0 when it has none.
    #[serde(default)]
    pub weight: u16,
    /// Its weight as a part of all weights of the vector, from 0 to 1; a board fills it in.
    #[serde(default)]
    pub share: f64,
    /// Its part of what the chain gave to miners in the last epoch, from 0 to 1; `null` where that is
    /// not known.
    #[serde(default)]
    pub emission: Option<f64>,
    /// Its weight in chain state, and since which block.
    #[serde(default)]
    pub landed: Option<Landed>,
    /// Whether it may earn at all.
    #[serde(default)]
    pub eligibility: Eligibility,
    /// Why it has the score it has, in a line.
    #[serde(default)]
    pub verdict: Option<String>,
    /// Earlier rounds, oldest first. The table of all miners leaves it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Point>,
    /// The numbers behind the score. The table of all miners leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

impl Miner {
    /// A neuron of which nothing but its place is known.
    pub const fn new(uid: Uid, hotkey: Hotkey) -> Self {
        Self {
            rank: None,
            uid,
            hotkey,
            label: None,
            score: None,
            unknown: None,
            average: 0.0,
            weight: 0,
            share: 0.0,
            emission: None,
            landed: None,
            eligibility: Eligibility::unknown(),
            verdict: None,
            history: Vec::new(),
            explanation: None,
        }
    }
}

/// A weight that chain state shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The weight, of 65,535.
    pub weight: u16,
    /// The block that included the vector.
    pub block: BlockNumber,
}

/// Whether a miner may earn at all, by the rules of the mechanism.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligibility {
    /// `null` where the mechanism does not say, or could not find out.
    #[serde(default)]
    pub eligible: Option<bool>,
    /// What it is for, or what is missing.
    #[serde(default)]
    pub reasons: Vec<String>,
}

impl Eligibility {
    /// Nothing is said about it.
    pub const fn unknown() -> Self {
        Self {
            eligible: None,
            reasons: Vec::new(),
        }
    }
}

/// A miner in an earlier round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The round.
    pub round: u64,
    /// The block at which the subnet was read.
    pub block: BlockNumber,
    /// What it scored; `null` where that was not known.
    pub score: Option<f64>,
    /// Its moving average after the round.
    pub average: f64,
    /// Its weight in the round's vector.
    pub weight: u16,
}
