use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::{Hyperparameters, Metagraph};
use axonry_core::{Block, Hotkey, MechId, NetUid, Score, Uid, Weights};
use serde::{Deserialize, Serialize};

mod error;
mod limit;
mod reserved;

pub use error::PlanError;
use limit::keep_limit;
pub use reserved::{ReservedError, ReservedShare, ReservedShares, Withheld};

use crate::conform::{ConformError, ConformRules, conform};
use crate::element::Element;
use crate::{PipelineError, Shape, Vector, pipeline};

/// By whose rules scores become weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conform {
    /// As subnet 74's own validator: [`pipeline`] over every neuron's score, in `f32`. Where fewer
    /// scored than the subnet wants weights for, everybody gets a sliver, and the plan says who.
    #[default]
    Gittensor,
    /// As SDK 11: [`conform`] over the positive scores, in `f64`. Too few is a refusal.
    Sdk11,
}

/// Turns scores into a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planner {
    /// By whose rules.
    pub conform: Conform,
    /// For which mechanism of the subnet.
    pub mechanism: MechId,
    /// The validator's own hotkey: a single weight on itself is exempt from minimum and maximum.
    pub own: Hotkey,
}

/// A vector that is ready to be set, and what became of every score on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    netuid: NetUid,
    mechanism: MechId,
    at: Block,
    weights: Weights,
    hotkeys: Vec<Hotkey>,
    dropped: BTreeMap<Hotkey, Dropped>,
    filled: BTreeSet<Hotkey>,
    withheld: Vec<Withheld>,
}

/// Why a hotkey that has a score has no weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dropped {
    /// It is not registered in the subnet (any more).
    NotRegistered,
    /// Its score is zero.
    ZeroScore,
    /// Its share of the best is below half a 65 535th.
    RoundedToZero,
    /// It has a reserved share instead.
    Reserved,
}

impl Planner {
    /// Plans the weights of `scores` for the subnet as it was when `metagraph` and `rules` were read.
    ///
    /// Scores go by hotkey up to here; a hotkey that is no longer registered is left out and reported.
    /// Differs from upstream on purpose in one thing: where nobody has a score above zero, upstream
    /// sets equal weights for everybody, and this refuses. A validator that knows nothing should
    /// keep its last vector rather than reward every slot alike.
    /// (Upstream also does so when a subnet is smaller than its own minimum; the chain then asks for
    /// as many weights as there are neurons, and so does this.)
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn plan(
        &self,
        scores: &BTreeMap<Hotkey, Score>,
        metagraph: &Metagraph,
        rules: &Hyperparameters,
    ) -> Result<Plan, PlanError> {
        if metagraph.netuid() != rules.netuid {
            return Err(PlanError::TwoSubnets {
                metagraph: metagraph.netuid(),
                rules: rules.netuid,
            });
        }
        let by_uid: BTreeMap<Uid, f64> = scores
            .iter()
            .filter_map(|(hotkey, score)| Some((metagraph.uid_of(hotkey)?, score.value())))
            .filter(|&(_, score)| score > 0.0)
            .collect();
        if by_uid.is_empty() {
            return Err(PlanError::NobodyScored {
                scores: scores.len(),
                registered: metagraph.len(),
            });
        }
        let neurons = u16::try_from(metagraph.len()).unwrap_or(u16::MAX);
        let minimum = rules.min_allowed_weights.min(neurons);
        let mut pairs = match self.conform {
            Conform::Gittensor => gittensor(&by_uid, neurons, minimum, rules)?,
            Conform::Sdk11 => self.sdk_11(&by_uid, minimum, metagraph, rules)?,
        };
        let on_itself =
            matches!(&pairs[..], [(uid, _)] if metagraph.uid_of(&self.own) == Some(*uid));
        if !on_itself {
            keep_limit(&mut pairs, &by_uid, rules.max_weights_limit);
        }
        let weights = Weights::new(pairs)
            .expect("uids came in ascending order, and emitting leaves zeros out");
        if !on_itself {
            accepted(&weights, minimum, rules.max_weights_limit)?;
        }
        Ok(self.report(scores, metagraph, weights))
    }

    fn sdk_11(
        &self,
        by_uid: &BTreeMap<Uid, f64>,
        minimum: u16,
        metagraph: &Metagraph,
        rules: &Hyperparameters,
    ) -> Result<Vec<(Uid, u16)>, PlanError> {
        let (uids, weights): (Vec<Uid>, Vec<f64>) = by_uid.iter().unzip();
        let rules = ConformRules {
            min_allowed_weights: minimum,
            max_weights_limit: rules.max_weights_limit,
            own_uid: metagraph.uid_of(&self.own),
        };
        conform(&uids, &weights, rules).map_err(|error| match error {
            ConformError::TooFew { found, needed } => PlanError::TooFew { found, needed },
            // Positive finite scores fail otherwise only when their sum overflows.
            _ => PlanError::OutOfRange,
        })
    }

    fn report(
        &self,
        scores: &BTreeMap<Hotkey, Score>,
        metagraph: &Metagraph,
        weights: Weights,
    ) -> Plan {
        let hotkeys: Vec<Hotkey> = weights
            .uids()
            .filter_map(|uid| Some(metagraph.neuron(uid)?.hotkey))
            .collect();
        let weighted: BTreeSet<&Hotkey> = hotkeys.iter().collect();
        let dropped = scores
            .iter()
            .filter(|(hotkey, _)| !weighted.contains(hotkey))
            .map(|(&hotkey, &score)| {
                let why = match metagraph.uid_of(&hotkey) {
                    None => Dropped::NotRegistered,
                    Some(_) if score == Score::ZERO => Dropped::ZeroScore,
                    Some(_) => Dropped::RoundedToZero,
                };
                (hotkey, why)
            })
            .collect();
        let scored = |hotkey: &Hotkey| scores.get(hotkey).is_some_and(|&s| s > Score::ZERO);
        let filled = hotkeys.iter().copied().filter(|h| !scored(h)).collect();
        Plan {
            netuid: metagraph.netuid(),
            mechanism: self.mechanism,
            at: metagraph.block(),
            weights,
            hotkeys,
            dropped,
            filled,
            withheld: Vec::new(),
        }
    }
}

fn gittensor(
    by_uid: &BTreeMap<Uid, f64>,
    neurons: u16,
    minimum: u16,
    rules: &Hyperparameters,
) -> Result<Vec<(Uid, u16)>, PlanError> {
    // Upstream keeps its scores in single precision.
    let scores: Vec<f32> = (0..neurons)
        .map(|uid| by_uid.get(&Uid(uid)).map_or(0.0, |&s| f32::from_f64(s)))
        .collect();
    let shape = Shape {
        num_neurons: neurons,
        min_allowed_weights: minimum,
        max_weight_limit: f64::from(rules.max_weights_limit) / f64::from(u16::MAX),
        exclude_quantile: 0,
    };
    let vector = pipeline(&Vector::F32(scores), shape).map_err(|error| match error {
        PipelineError::Process(_) | PipelineError::Emit(_) => PlanError::OutOfRange,
    })?;
    // Single precision turns what is tiny into nothing and what is huge into infinity. Either way
    // nobody has a share left and the pipeline has fallen back to equal weights.
    let shares = vector.raw.to_f64();
    let sound = shares.iter().all(|share| share.is_finite()) && shares.iter().any(|&s| s > 0.0);
    sound.then_some(vector.emitted).ok_or(PlanError::OutOfRange)
}

/// The chain's own last two checks (`opentensor/subtensor`, `pallets/subtensor/src/subnets/weights.rs`,
/// `check_length` and `max_weight_limited`), so that a vector it will refuse is never sent.
fn accepted(weights: &Weights, minimum: u16, limit: u16) -> Result<(), PlanError> {
    if weights.len() < usize::from(minimum) {
        return Err(PlanError::TooFew {
            found: weights.len(),
            needed: minimum,
        });
    }
    if limit == u16::MAX {
        return Ok(());
    }
    // Its fixed point numbers have 32 fractional bits and round down.
    let share = |part: u64, whole: u64| (part << 32) / whole.max(1);
    let top = weights.values().max().unwrap_or_default();
    let sum = weights.values().map(u64::from).sum();
    if share(top.into(), sum) > share(limit.into(), u16::MAX.into()) {
        return Err(PlanError::TooConcentrated {
            found: weights.len(),
            limit,
        });
    }
    Ok(())
}

impl Plan {
    /// The subnet.
    pub const fn netuid(&self) -> NetUid {
        self.netuid
    }

    /// The mechanism.
    pub const fn mechanism(&self) -> MechId {
        self.mechanism
    }

    /// The block whose metagraph it was made for.
    pub const fn at(&self) -> Block {
        self.at
    }

    /// The vector.
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Every hotkey that has a weight, with its uid at [`at`](Self::at), ascending by uid.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (Uid, Hotkey, u16)> + '_ {
        let pairs = self.weights.as_slice().iter().zip(&self.hotkeys);
        pairs.map(|(&(uid, value), &hotkey)| (uid, hotkey, value))
    }

    /// Every hotkey that has a score and no weight, and why.
    pub const fn dropped(&self) -> &BTreeMap<Hotkey, Dropped> {
        &self.dropped
    }

    /// Every hotkey that has a weight without a score, because the subnet wants more weights than
    /// there are scores.
    pub const fn filled(&self) -> &BTreeSet<Hotkey> {
        &self.filled
    }

    /// The hotkeys whose uid belongs to somebody else in `metagraph`, or to nobody.
    ///
    /// If there are any, the plan would reward strangers and must be made again.
    pub fn moved(&self, metagraph: &Metagraph) -> Vec<Hotkey> {
        self.entries()
            .filter(|(uid, hotkey, _)| metagraph.uid_of(hotkey) != Some(*uid))
            .map(|(_, hotkey, _)| hotkey)
            .collect()
    }
}
