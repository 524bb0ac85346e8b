//! Numbers of JSON: what they are, and how long Python prints them.

use axonry_wire::bt::PythonValue;

/// Characters that a price may take as Python prints it, the points not counted.
pub(super) const MAX_PRINTED: usize = 8;
/// Up to so many digits, a decimal is the shortest that reads back as the same float.
const UNIQUE_DIGITS: usize = 15;

/// A number that was read from its beginning in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plain {
    pub(super) value: f64,
    /// Bytes it takes in the text.
    pub(super) length: usize,
    /// Characters Python prints it in, points not counted.
    pub(super) printed: usize,
}

/// Powers of ten that are exact.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Reads the number that nearly every price begins with: at most 15 digits, not tiny. What follows,
/// such as an exponent, is the caller's to see. `None` means to look closer, not that it is wrong.
///
/// Digits and power of ten are exact as floats, so that their quotient is rounded once and
/// correctly; and a decimal of 15 digits is the one that Python prints again, so that the rule on
/// digits can be told from the text.
#[inline]
pub(super) fn plain(text: &[u8]) -> Option<Plain> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut at = start;
    let mut digits: u64 = 0;
    while let Some(digit) = digit(text, at) {
        digits = digits.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let whole = at - start;
    let mut decimals = 0;
    if text.get(at) == Some(&b'.') {
        at += 1;
        let first = at;
        while let Some(digit) = digit(text, at) {
            digits = digits.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        decimals = at - first;
        if decimals == 0 {
            return None;
        }
    }
    // The count of digits also says that nothing above has wrapped.
    let leading_zero = whole > 1 && text[start] == b'0';
    if whole == 0 || leading_zero || whole + decimals > UNIQUE_DIGITS {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 15 digits are exact")]
    let magnitude = digits as f64 / POWERS[decimals];
    // Below, Python prints an exponent; and zero has a sign as a float but not as a whole number.
    if magnitude < 1e-4 {
        return None;
    }
    while decimals > 1 && digits.is_multiple_of(10) {
        digits /= 10;
        decimals -= 1;
    }
    Some(Plain {
        value: if negative { -magnitude } else { magnitude },
        length: at,
        printed: start + whole + decimals,
    })
}

/// Whether a number of JSON is over after so many bytes.
#[inline]
pub(super) fn ends(text: &[u8], length: usize) -> bool {
    matches!(
        text.get(length),
        Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t')
    )
}

#[inline]
fn digit(text: &[u8], at: usize) -> Option<u64> {
    let digit = text.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// In how many characters Python prints the float of this text, points not counted.
pub(super) fn printed_float(text: &str, value: f64) -> usize {
    if value == 0.0 || !value.is_finite() {
        return printed(value);
    }
    // Further out, floats have fewer digits than their decimals.
    let near = (1e-290..1e290).contains(&value.abs());
    let unique =
        |digits: &Digits| usize::try_from(digits.count).is_ok_and(|count| count <= UNIQUE_DIGITS);
    let of_text = near.then(|| Digits::of(text)).flatten().filter(unique);
    let digits = of_text.or_else(|| Digits::of(&format!("{value:e}")));
    digits.map_or_else(|| printed(value), |digits| digits.printed())
}

/// The same of any float.
pub(super) fn printed(value: f64) -> usize {
    let text = PythonValue::Float(value).to_string();
    text.bytes().filter(|&byte| byte != b'.').count()
}

/// The digits of a decimal without the zeros around them, and where they stand.
#[derive(Debug)]
struct Digits {
    negative: bool,
    count: i64,
    /// Where the first is: 0 are the ones, -1 the tenths.
    place: i64,
}

impl Digits {
    /// `None` of zero, and of an exponent beyond all measure.
    fn of(text: &str) -> Option<Self> {
        let unsigned = text.trim_start_matches('-');
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = || whole.bytes().chain(decimals.bytes());
        let first = digits().position(|digit| digit != b'0')?;
        let last = whole.len() + decimals.len() - 1;
        let zeros = decimals.bytes().rev().chain(whole.bytes().rev());
        let last = last - zeros.take_while(|&digit| digit == b'0').count();
        let signed = |count: usize| i64::try_from(count).ok();
        let place = signed(whole.len())? - 1 - signed(first)?;
        Some(Self {
            negative: text.starts_with('-'),
            count: signed(last - first + 1)?,
            place: exponent.parse::<i64>().ok()?.checked_add(place)?,
        })
    }

    /// How long Python prints a float of these digits.
    fn printed(&self) -> usize {
        let Self { count, place, .. } = *self;
        let unsigned = match place {
            0..16 => place + 1 + (count - place - 1).max(1),
            -4..0 => count - place,
            // `e`, a sign, and two digits at least.
            -99..100 => count + 4,
            _ => count + 5,
        };
        usize::from(self.negative) + usize::try_from(unsigned).expect("a length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_pythons_print() {
        for (text, length, why) in [
            ("97123.45", 7, "a price"),
            ("97123.4500", 7, "zeros behind it"),
            ("100.0", 4, "one zero stays"),
            ("100.000", 4, "but only one"),
            ("12345678.0", 9, "a float of eight digits before the point"),
            ("0.0001", 5, "the last without an exponent"),
            ("0.00012345", 9, "zeros before it count"),
            ("0.00001", 5, "1e-05"),
            ("-1.2345e-5", 10, "-1.2345e-05"),
            ("1e15", 17, "1000000000000000.0"),
            ("1E16", 5, "1e+16"),
            ("12345e3", 9, "12345000.0"),
            (
                "1.5e300",
                7,
                "1.5e+300, of which floats have fewer digits than decimals",
            ),
            ("5e-324", 6, "the least of all"),
            ("1.00000000000000001", 2, "digits that no float has"),
            ("0.30000000000000004", 18, "digits that it has"),
            ("0.0", 2, "zero"),
            ("-0.0", 3, "zero below"),
            (
                "0e99999999999999999999",
                2,
                "an exponent beyond all measure",
            ),
            ("1e400", 3, "inf"),
        ] {
            let value: f64 = text.parse().unwrap();
            assert_eq!(printed_float(text, value), length, "{text}: {why}");
            assert_eq!(printed(value), length, "{text}: {why}");
            let told = plain(text.as_bytes()).filter(|plain| plain.length == text.len());
            if let Some(told) = told {
                assert_eq!((told.printed, told.value), (length, value), "{text}: {why}");
            }
        }
    }
}
