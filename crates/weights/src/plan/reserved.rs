use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::{Hyperparameters, Metagraph};
use axonry_core::{Coldkey, Hotkey, Uid, Weights};
use serde::{Deserialize, Serialize};

use super::{Dropped, Plan, PlanError, accepted};

const TOP: f64 = 65_535.0;

/// A part of all weight that goes to somebody whatever the scores are: a burn uid, a treasury.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservedShare {
    /// The slot that is meant.
    pub uid: Uid,
    /// The key that must hold it.
    pub hotkey: Hotkey,
    /// The key that must own that key.
    pub coldkey: Coldkey,
    /// The part of the whole, from 0 to 1.
    pub share: f64,
}

/// Reserved shares that go together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReservedShares(Vec<ReservedShare>);

/// Why shares do not go together.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReservedError {
    /// A part of a whole lies between 0 and 1.
    #[error("the share of uid {uid} is {share}: a share lies between 0 and 1")]
    Share {
        /// The slot.
        uid: Uid,
        /// What it was to get.
        share: f64,
    },
    /// A slot or key stands twice.
    #[error("uid {0} or its hotkey has two reserved shares: add them up")]
    Twice(Uid),
    /// More than everything.
    #[error("the reserved shares add up to {0}, which is more than the whole")]
    Sum(f64),
}

/// A share that nobody gets, because its slot is not held by who it is meant for.
///
/// A slot that changed hands would otherwise pay a stranger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Withheld {
    /// The share.
    pub share: ReservedShare,
    /// Who holds the slot instead, if anybody.
    pub holder: Option<(Hotkey, Coldkey)>,
}

impl ReservedShares {
    /// Checks what no single share can know.
    ///
    /// # Errors
    /// [`ReservedError`].
    pub fn new(shares: Vec<ReservedShare>) -> Result<Self, ReservedError> {
        let (mut uids, mut hotkeys) = (BTreeSet::new(), BTreeSet::new());
        for share in &shares {
            let uid = share.uid;
            if !(0.0..=1.0).contains(&share.share) {
                let share = share.share;
                return Err(ReservedError::Share { uid, share });
            }
            if !uids.insert(uid) || !hotkeys.insert(share.hotkey) {
                return Err(ReservedError::Twice(uid));
            }
        }
        // Decimal parts of a whole can add up to a hair more than it.
        match shares.iter().map(|share| share.share).sum() {
            sum if sum > 1.0 + 1e-9 => Err(ReservedError::Sum(sum)),
            _ => Ok(Self(shares)),
        }
    }

    /// The shares.
    pub fn as_slice(&self) -> &[ReservedShare] {
        &self.0
    }
}

impl Plan {
    /// Gives the reserved shares their part of the whole, and everybody else their part of the rest.
    ///
    /// Shares are applied after normalising, on integers: the largest weight is 65 535, the sum is
    /// what makes it that, and rounding the others is settled among them by largest remainder. So
    /// each reserved share is realised within 1/65 535 of the whole, however many miners there are.
    /// Who has a reserved share gets nothing for a score. A share whose slot is not held by exactly
    /// its hotkey and coldkey is [withheld](Self::withheld), and the others share all.
    ///
    /// # Errors
    /// [`PlanError`] when the subnet would not take the outcome, or the metagraph is of another block.
    pub fn with_reserved(
        self,
        reserved: &ReservedShares,
        metagraph: &Metagraph,
        rules: &Hyperparameters,
    ) -> Result<Self, PlanError> {
        if (metagraph.netuid(), metagraph.block()) != (self.netuid, self.at) {
            return Err(PlanError::TwoBlocks {
                plan: self.at.number,
                metagraph: metagraph.block().number,
            });
        }
        let (granted, withheld) = sorted_out(reserved, metagraph);
        if granted.is_empty() {
            return Ok(Self { withheld, ..self });
        }
        let reserved: BTreeMap<Uid, f64> = granted.iter().map(|one| (one.uid, one.share)).collect();
        let scored = self.weights.as_slice().iter().copied();
        let scored: Vec<_> = scored
            .filter(|(uid, _)| !reserved.contains_key(uid))
            .collect();
        let values = shared_out(&reserved, &scored);
        let mut dropped = self.dropped;
        for (uid, hotkey) in self.weights.uids().zip(&self.hotkeys) {
            let why = match reserved.contains_key(&uid) {
                true => Dropped::Reserved,
                false if values.contains_key(&uid) => continue,
                false => Dropped::RoundedToZero,
            };
            dropped.insert(*hotkey, why);
        }
        let weights = Weights::new(values.into_iter().collect())
            .expect("a map is ascending, and zeros were left out");
        let neurons = u16::try_from(metagraph.len()).unwrap_or(u16::MAX);
        accepted(
            &weights,
            rules.min_allowed_weights.min(neurons),
            rules.max_weights_limit,
        )?;
        let hotkeys: Vec<Hotkey> = weights
            .uids()
            .filter_map(|uid| Some(metagraph.neuron(uid)?.hotkey))
            .collect();
        let mut filled = self.filled;
        filled.retain(|hotkey| !dropped.contains_key(hotkey));
        Ok(Self {
            weights,
            hotkeys,
            dropped,
            filled,
            withheld,
            ..self
        })
    }

    /// Reserved shares that nobody gets.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// Which part of the whole a slot gets, from 0 to 1.
    pub fn share_of(&self, uid: Uid) -> f64 {
        let whole: u64 = self.weights.values().map(u64::from).sum();
        let pairs = self.weights.as_slice().iter();
        let own = pairs.filter(|pair| pair.0 == uid).map(|pair| pair.1).sum();
        float(own, whole)
    }
}

fn float(part: u16, whole: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 2^16 weights of 16 bits: exact"
    )]
    let whole = whole.max(1) as f64;
    f64::from(part) / whole
}

fn sorted_out(
    reserved: &ReservedShares,
    metagraph: &Metagraph,
) -> (Vec<ReservedShare>, Vec<Withheld>) {
    let mut granted = Vec::new();
    let mut withheld = Vec::new();
    for &share in &reserved.0 {
        let neuron = metagraph.neuron(share.uid);
        let holder = neuron.map(|neuron| (neuron.hotkey, neuron.coldkey));
        if holder == Some((share.hotkey, share.coldkey)) {
            granted.extend((share.share > 0.0).then_some(share));
        } else {
            withheld.push(Withheld { share, holder });
        }
    }
    (granted, withheld)
}

/// Integers of which the largest is 65 535; those that come to nothing are left out.
fn shared_out(reserved: &BTreeMap<Uid, f64>, scored: &[(Uid, u16)]) -> BTreeMap<Uid, u16> {
    let taken: f64 = reserved.values().sum();
    let left = (1.0 - taken).max(0.0);
    let whole: f64 = scored.iter().map(|(_, value)| f64::from(*value)).sum();
    let part = |value: u16| left * f64::from(value) / whole;
    let top_scored = scored.iter().map(|(_, value)| part(*value));
    let top = reserved
        .values()
        .copied()
        .chain(top_scored)
        .fold(0.0, f64::max);
    // What all weights add up to when the largest is 65 535.
    let all = TOP / top;
    let fixed: BTreeMap<Uid, f64> = reserved
        .iter()
        .map(|(uid, share)| (*uid, (share * all).round_ties_even()))
        .collect();
    let rest = all.round_ties_even() - fixed.values().sum::<f64>();
    let ideal: Vec<f64> = scored.iter().map(|(_, value)| part(*value) * all).collect();
    let miners = if left > 0.0 {
        apportioned(&ideal, rest)
    } else {
        Vec::new()
    };
    let miners = scored.iter().map(|(uid, _)| *uid).zip(miners);
    fixed
        .into_iter()
        .chain(miners)
        .filter(|(_, value)| *value > 0.0)
        .map(|(uid, value)| (uid, integer(value)))
        .collect()
}

/// Whole numbers close to `ideal` that add up to `sum`: the largest remainders are rounded up.
///
/// The largest value is left as it is, so that the scale is.
fn apportioned(ideal: &[f64], sum: f64) -> Vec<f64> {
    // What lies a hair below a whole number is that number.
    let floor = |value: f64| (value + 1e-6).floor().min(TOP);
    let mut values: Vec<f64> = ideal.iter().copied().map(floor).collect();
    let mut missing = sum - values.iter().sum::<f64>();
    let mut order: Vec<usize> = (0..ideal.len()).collect();
    let remainder = |place: &usize| ideal[*place] - floor(ideal[*place]);
    order.sort_by(|one, other| remainder(other).total_cmp(&remainder(one)));
    for &place in &order {
        if missing >= 1.0 && values[place] < TOP {
            values[place] += 1.0;
            missing -= 1.0;
        }
    }
    for &place in order.iter().rev() {
        if missing <= -1.0 && (1.0..TOP).contains(&values[place]) {
            values[place] -= 1.0;
            missing += 1.0;
        }
    }
    values
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole numbers from 0 to 65535"
)]
const fn integer(value: f64) -> u16 {
    value as u16
}
