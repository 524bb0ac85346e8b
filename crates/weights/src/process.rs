use axonry_core::Uid;

use crate::element::sorted;
use crate::max_weight::count;
use crate::{Element, Vector, normalize_max_weight};

/// What everybody gets where fewer neurons scored than the chain wants weights for.
const FILL: f64 = 1e-5;

/// The rules of a subnet that shape a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// How many neurons the subnet has.
    pub num_neurons: u16,
    /// The least number of weights (`MinAllowedWeights`).
    pub min_allowed_weights: u16,
    /// The largest share one weight may have, 0 to 1 (`MaxWeightsLimit / 65535`).
    pub max_weight_limit: f64,
    /// Which lowest part of the weights is left out, in 65 535ths; 0 for none.
    pub exclude_quantile: u16,
}

/// Inputs that do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// As many uids as weights are needed.
    #[error("{uids} uids were given with {weights} weights")]
    Lengths {
        /// How many uids.
        uids: usize,
        /// How many weights.
        weights: usize,
    },
    /// The fill writes one weight per neuron of the subnet.
    #[error("{weights} weights were given for a subnet of {num_neurons} neurons")]
    TooMany {
        /// How many weights.
        weights: usize,
        /// How many neurons.
        num_neurons: u16,
    },
}

/// Shapes weights to a subnet's rules as SDK 10 does: floats that still need [`emit`](crate::emit).
///
/// Weights are rounded to `f32` first; only positive ones count. Then,
/// 1. if none is positive, or the subnet is smaller than its own minimum, **everybody gets the same**:
///    upstream's way of saying that it knows nothing, which a [`Planner`](crate::Planner) refuses instead;
/// 2. if fewer are positive than the minimum, everybody gets 10⁻⁵ on top of theirs, in `f64`. The
///    weight is added at its *place in the list*: for a list that leaves out uids it lands on the
///    wrong neuron, as upstream's does;
/// 3. otherwise the lowest `exclude_quantile` is left out, no further than the minimum allows.
///
/// The last two end in [`normalize_max_weight`].
///
/// Bit-identical to `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `process_weights`, under NumPy 2.
///
/// # Errors
/// [`ProcessError`] when lengths do not fit.
pub fn process(
    uids: &[Uid],
    weights: &Vector,
    shape: Shape,
) -> Result<(Vec<Uid>, Vector), ProcessError> {
    if uids.len() != weights.len() {
        return Err(ProcessError::Lengths {
            uids: uids.len(),
            weights: weights.len(),
        });
    }
    let weights = weights.to_f32();
    let neurons = usize::from(shape.num_neurons);
    let minimum = usize::from(shape.min_allowed_weights);
    let everybody = || (0..shape.num_neurons).map(Uid).collect();
    let positive: Vec<usize> = (0..weights.len())
        .filter(|&place| weights[place] > 0.0)
        .collect();

    if positive.is_empty() || neurons < minimum {
        let equal = vec![1.0 / count(neurons); neurons];
        return Ok((everybody(), Vector::F64(equal)));
    }
    if positive.len() < minimum {
        let mut filled = vec![FILL; neurons];
        for place in positive {
            *filled.get_mut(place).ok_or(ProcessError::TooMany {
                weights: weights.len(),
                num_neurons: shape.num_neurons,
            })? += f64::from(weights[place]);
        }
        let filled = normalize_max_weight(&filled, shape.max_weight_limit);
        return Ok((everybody(), Vector::F64(filled)));
    }
    let values: Vec<f32> = positive.iter().map(|&place| weights[place]).collect();
    let excludable = count(values.len() - minimum) / count(values.len());
    let part = (f64::from(shape.exclude_quantile) / f64::from(u16::MAX)).min(excludable);
    let threshold = quantile(&values, part);
    let kept = |place: &usize| weights[*place] >= threshold;
    let kept: Vec<usize> = positive.into_iter().filter(kept).collect();
    let values: Vec<f32> = kept.iter().map(|&place| weights[place]).collect();
    Ok((
        kept.into_iter().map(|place| uids[place]).collect(),
        Vector::F32(normalize_max_weight(&values, shape.max_weight_limit)),
    ))
}

/// NumPy's `quantile` with linear interpolation, all in `f32`. NaN where infinities meet.
fn quantile(values: &[f32], part: f64) -> f32 {
    let sorted = sorted(values);
    let last = sorted.len() - 1;
    let position = f32::from_f64(count(last)) * f32::from_f64(part);
    let below = position.floor();
    let (low, high) = if position >= f32::from_f64(count(last)) {
        (last, last)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number between 0 and the last index"
        )]
        let low = below as usize;
        (low, low + 1)
    };
    let (a, b) = (sorted[low], sorted[high]);
    let (gap, between) = (b - a, position - below);
    if between < 0.5 {
        a + gap * between
    } else {
        b - gap * (1.0 - between)
    }
}
