//! What requested changes cost.
//!
//! Reproduces `gittensor/validator/oss_contributions/scoring.py` of `entrius/gittensor`.

/// The most that reviews raise an open pull request's collateral.
pub const MAX_COLLATERAL_MULTIPLIER: f64 = 2.0;

/// Multiplier of earned scores: `max(0, 1 − rate · n)`, not rounded.
///
/// `changes_requested` counts maintainers' reviews that requested changes.
pub fn quality_multiplier(changes_requested: u32, penalty_rate: f64) -> f64 {
    (1.0 - penalty_rate * f64::from(changes_requested)).max(0.0)
}

/// Multiplier of collateral: `min(2, 1 + rate · n)`, not rounded.
pub fn collateral_multiplier(changes_requested: u32, penalty_rate: f64) -> f64 {
    (1.0 + penalty_rate * f64::from(changes_requested)).min(MAX_COLLATERAL_MULTIPLIER)
}
