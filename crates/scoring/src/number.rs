//! Arithmetic with the rounding and the order of CPython 3.12, so that validators agree to the bit.

use axonry_core::Score;

/// The door through which results leave: what is not a [`Score`] cannot.
///
/// Rules take finite numbers, so that only two things are stopped here: a negative result, which a
/// negative label multiplier can bring about, becomes 0, and one that overflowed becomes the
/// greatest score. NaN, which only inputs that are no numbers lead to, is no merit either.
///
/// ```
/// use axonry_scoring::number::score;
/// assert_eq!(score(12.5).value(), 12.5);
/// assert_eq!(score(-1.0).value(), 0.0);
/// assert_eq!(score(f64::INFINITY).value(), f64::MAX);
/// ```
pub fn score(x: f64) -> Score {
    Score::new(x.clamp(0.0, f64::MAX)).unwrap_or(Score::ZERO)
}

/// Rounds to two decimals from the exact binary value, ties to even: Python's `round(x, 2)`.
///
/// ```
/// use axonry_scoring::number::round2;
/// assert_eq!(round2(2.675), 2.67, "the binary value lies below the tie");
/// assert_eq!(round2(0.125), 0.12, "an exact tie goes to the even digit");
/// ```
pub fn round2(x: f64) -> f64 {
    // Formatting rounds the exact value correctly, which `(x * 100.0).round() / 100.0` does not.
    format!("{x:.2}")
        .parse()
        .expect("a formatted float is a float")
}

/// Adds up with Neumaier's compensation: Python's `sum` of floats. 0 for nothing.
///
/// ```
/// use axonry_scoring::number::sum;
/// assert_eq!(sum([0.1; 10]), 1.0);
/// assert_eq!(sum([1e16, 1.0, -1e16]), 1.0);
/// ```
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for x in values {
        let next = total + x;
        lost += if total.abs() >= x.abs() {
            (total - next) + x
        } else {
            (x - next) + total
        };
        total = next;
    }
    if lost != 0.0 && lost.is_finite() {
        total + lost
    } else {
        total
    }
}

/// Multiplies from left to right, starting from 1: Python's `math.prod`.
pub fn prod(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(1.0, |product, x| product * x)
}

/// Divides and rounds down: Python's `a // b` of floats.
///
/// It is not `(a / b).floor()`, which rounds twice. A zero divisor gives NaN, where Python raises.
///
/// ```
/// use axonry_scoring::number::floor_div;
/// assert_eq!(floor_div(1.0, 0.1), 9.0, "ten times the float 0.1 is more than 1");
/// ```
pub fn floor_div(a: f64, b: f64) -> f64 {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if rest.is_nan() {
        return f64::NAN;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// How many whole slots of `size` fit into `amount`: Python's `int(amount // size)`.
///
/// Saturates where Python's integers would go on; NaN is no slot.
pub fn whole_slots(amount: f64, size: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturating is what is wanted"
    )]
    let slots = floor_div(amount, size) as i64;
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_division_follows_python() {
        for (a, b, expected, why) in [
            (600.0, 300.0, 2.0, "exact"),
            (599.9999999999999, 300.0, 1.0, "just below"),
            (
                0.3,
                0.1,
                2.0,
                "the float 0.3 is less than three times the float 0.1",
            ),
            (-1.0, 3.0, -1.0, "down, not toward zero"),
            (1.0, -3.0, -1.0, "down, whichever side is negative"),
            (0.0, 3.0, 0.0, "nothing"),
        ] {
            assert_eq!(floor_div(a, b), expected, "{why}");
        }
        assert!(floor_div(1.0, 0.0).is_nan());
        assert_eq!(whole_slots(1e300, 1.0), i64::MAX);
    }

    #[test]
    fn rounding_keeps_the_sign_and_the_extremes() {
        assert!(round2(-0.001).is_sign_negative());
        assert_eq!(round2(1e300), 1e300);
        assert!(round2(f64::NAN).is_nan());
    }
}
