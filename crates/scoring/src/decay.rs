//! How a merge loses worth with time.

use crate::registry::TimeDecay;
use crate::timestamp::Timestamp;

/// Multiplier of a pull request merged at `merged_at`, not rounded.
///
/// 1 within the grace period (and for a merge in the future), then the sigmoid
/// `1 / (1 + exp(steepness · (days − midpoint)))`, never below the minimum. Reproduces
/// `calculate_time_decay` of `entrius/gittensor` `gittensor/validator/utils/datetime_utils.py`,
/// with one difference: where the exponential overflows upstream raises, and here the minimum
/// holds. No valid configuration gets there within its lookback.
pub fn time_decay(merged_at: Timestamp, now: Timestamp, rules: &TimeDecay) -> f64 {
    let hours = now.hours_since(merged_at);
    if hours < rules.grace_period_hours as f64 {
        return 1.0;
    }
    let days = hours / 24.0;
    let exponent = rules.sigmoid_steepness * (days - rules.sigmoid_midpoint_days);
    (1.0 / (1.0 + exponent.exp())).max(rules.min_multiplier)
}
