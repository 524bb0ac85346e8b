/// Rounds to eight significant digits, as upstream's miner does for the rule on digits:
/// `round_to_8_significant_digits`, `mode-network/synth-subnet` `synth/utils/helpers.py`.
///
/// The decimal is that next to the exact binary value, ties to the even digit. A price of more than
/// eight digits before its point is rounded too, and still too long for the rule.
///
/// ```
/// use axonry_forecast::round8;
/// assert_eq!(round8(97_123.456_789), 97_123.457);
/// assert_eq!(round8(123_456_789.123), 123_456_790.0);
/// ```
pub fn round8(price: f64) -> f64 {
    // Python does not round what would take more decimals than floats have.
    if price == 0.0 || price.abs() < 1e-316 {
        return if price == 0.0 { 0.0 } else { price };
    }
    let rounded = format!("{price:.7e}");
    rounded.parse().expect("a formatted float is a float")
}
