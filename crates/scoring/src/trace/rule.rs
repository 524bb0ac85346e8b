//! What a number can be made by.

use serde::{Deserialize, Serialize};

use crate::decay::Curve;
use crate::number::{self, prod, round2, whole_slots};

/// How a number came about, from parts in their order.
///
/// Every sum and product runs from left to right; which kind of sum it is decides the last bit.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// It comes from outside: from a source, a configuration or an earlier step.
    Given,
    /// All parts added up with compensation: [`number::sum`].
    Sum,
    /// All parts added up one after the other, from 0.
    Add,
    /// The first part less the second.
    Subtract,
    /// All parts multiplied, from 1.
    Multiply,
    /// The first part divided by the second; 0 of nothing.
    Share,
    /// The part, or `at` if it is more.
    Cap {
        /// The most it can be.
        at: f64,
    },
    /// The part, or `at` if it is less.
    Floor {
        /// The least it can be.
        at: f64,
    },
    /// The part with two decimals: [`number::round2`].
    Round,
    /// What is left after so many hours.
    Decay {
        /// The curve.
        curve: Curve,
    },
    /// `1 − exp(−part / scale)`: 63 % at the scale, and never all.
    Saturate {
        /// The amount that makes 63 %.
        scale: f64,
    },
    /// How many whole slots of this size fit into the part.
    Slots {
        /// The size of one.
        size: f64,
    },
    /// The part if all conditions hold, else 0.
    Gate,
}

impl Rule {
    /// What the rule makes of its parts. A part that is missing is NaN, and so are the parts of
    /// [`Given`](Self::Given), which is made of none. Conditions of a gate are taken to hold.
    #[inline]
    pub fn apply(self, parts: impl IntoIterator<Item = f64>) -> f64 {
        let mut parts = parts.into_iter();
        let mut next = || parts.next().unwrap_or(f64::NAN);
        match self {
            Self::Given => f64::NAN,
            Self::Sum => number::sum(parts),
            Self::Add => parts.fold(0.0, |total, part| total + part),
            Self::Subtract => next() - next(),
            Self::Multiply => prod(parts),
            Self::Share => match (next(), next()) {
                (_, 0.0) => 0.0,
                (part, whole) => part / whole,
            },
            Self::Cap { at } => next().min(at),
            Self::Floor { at } => next().max(at),
            Self::Round => round2(next()),
            Self::Decay { curve } => curve.at(next()),
            Self::Saturate { scale } => 1.0 - (-next() / scale).exp(),
            Self::Slots { size } => whole_slots(next(), size) as f64,
            Self::Gate => next(),
        }
    }
}
