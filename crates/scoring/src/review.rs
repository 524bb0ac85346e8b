//! What requested changes cost.
//!
//! Reproduces `gittensor/validator/oss_contributions/scoring.py` of `entrius/gittensor`.

use crate::trace::{Quantity, add, cap, floor, given, multiply, subtract};

/// The most that reviews raise an open pull request's collateral.
pub const MAX_COLLATERAL_MULTIPLIER: f64 = 2.0;

/// Multiplier of earned scores: `max(0, 1 − rate · n)`, not rounded.
///
/// `changes_requested` counts maintainers' reviews that requested changes.
pub fn quality_multiplier(changes_requested: u32, penalty_rate: f64) -> f64 {
    quality(changes_requested, penalty_rate)
}

/// Multiplier of collateral: `min(2, 1 + rate · n)`, not rounded.
pub fn collateral_multiplier(changes_requested: u32, penalty_rate: f64) -> f64 {
    surcharge(changes_requested, penalty_rate)
}

pub(crate) fn quality<Q: Quantity>(changes_requested: u32, penalty_rate: f64) -> Q {
    let left = subtract(
        "left",
        given("all", 1.0),
        penalty(changes_requested, penalty_rate),
    );
    floor("exact review quality", 0.0, left)
}

pub(crate) fn surcharge<Q: Quantity>(changes_requested: u32, penalty_rate: f64) -> Q {
    let raised = add(
        "raised",
        [given("all", 1.0), penalty(changes_requested, penalty_rate)],
    );
    cap("review surcharge", MAX_COLLATERAL_MULTIPLIER, raised)
}

fn penalty<Q: Quantity>(changes_requested: u32, penalty_rate: f64) -> Q {
    let reviews = f64::from(changes_requested);
    let reviews = given::<Q>("reviews that requested changes", reviews).in_unit("reviews");
    multiply("penalty", [given("penalty rate", penalty_rate), reviews])
}
