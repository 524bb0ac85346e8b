//! Numbers: from text, to the length Python prints them in, and out of texts that hold one.

use axonry_wire::bt::PythonValue;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::json::MAX_DIGITS;

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

/// Reads the number that nearly every price is: at most 15 digits without an exponent, not tiny,
/// and followed by something that ends it. `None` means to look closer, not that it is wrong.
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
    let ended = matches!(
        text.get(at),
        Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t')
    );
    if !ended || whole == 0 || leading_zero || whole + decimals > UNIQUE_DIGITS {
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

#[inline]
fn digit(text: &[u8], at: usize) -> Option<u64> {
    let digit = text.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// In how many characters Python prints the float of this text, points not counted.
pub(super) fn printed_float(text: &str, value: f64) -> usize {
    printed_by_digits(text, value).unwrap_or_else(|| {
        let printed = PythonValue::Float(value).to_string();
        printed.bytes().filter(|&byte| byte != b'.').count()
    })
}

/// The same, told from the digits alone where they are those that Python prints. A body of floats
/// with exponents would otherwise cost ten times the time of one without.
fn printed_by_digits(text: &str, value: f64) -> Option<usize> {
    // Further out, floats have fewer digits.
    if !(1e-290..1e290).contains(&value.abs()) {
        return None;
    }
    let unsigned = text.trim_start_matches('-');
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(decimals.bytes());
    let zeros = digits().take_while(|&digit| digit == b'0').count();
    let last = digits()
        .enumerate()
        .filter(|(_, digit)| *digit != b'0')
        .last()?
        .0;
    let count = i32::try_from(last + 1 - zeros).ok()?;
    if count > i32::try_from(UNIQUE_DIGITS).ok()? {
        return None;
    }
    // Where the first digit stands: that of the ones is 0, that of the tenths -1.
    let place =
        exponent.checked_add(i32::try_from(whole.len()).ok()? - i32::try_from(zeros).ok()? - 1)?;
    let sign = i32::from(text.starts_with('-'));
    let printed = match place {
        0..16 => place + 1 + (count - place - 1).max(1),
        -4..0 => count - place,
        -99..100 => count + 4,
        _ => count + 5,
    };
    usize::try_from(sign + printed).ok()
}

/// The whole number that pydantic makes of a text, in Python's print: `str_as_int` of
/// `pydantic/pydantic-core` `src/input/shared.rs`.
///
/// Spaces around it, zeros before it, zeros behind a point and single underscores count for
/// nothing.
pub(super) fn whole(text: &str) -> Option<String> {
    let text = text.trim();
    let unsigned = match text.strip_prefix('+') {
        Some(rest) if rest.starts_with('-') => return None,
        Some(rest) => rest,
        None => text,
    };
    let (sign, unsigned) = match unsigned.strip_prefix('-') {
        Some(rest) if rest.starts_with(['-', '+']) => return None,
        Some(rest) => ("-", rest),
        None => ("", unsigned),
    };
    let mut digits = without_leading_zeros(unsigned)?;
    if let Some((whole, decimals)) = digits.split_once('.')
        && !decimals.is_empty()
        && decimals.bytes().all(|decimal| decimal == b'0')
    {
        digits = whole;
    }
    let joined = without_underscores(digits).unwrap_or_else(|| digits.to_owned());
    let number = format!("{sign}{joined}");
    let digits = number.strip_prefix('-').unwrap_or(&number);
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    let fits = (1..=MAX_DIGITS).contains(&number.len()) && !digits.is_empty();
    if !plain || !fits || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some(if digits == "0" {
        "0".to_owned()
    } else {
        number
    })
}

/// What is left behind leading zeros and the underscores among them; one zero stays if nothing else
/// would, or a point.
fn without_leading_zeros(text: &str) -> Option<&str> {
    match text.chars().next()? {
        '1'..='9' | '-' => return Some(text),
        '0' => (),
        _ => return None,
    }
    let kept = text.find(|one| !matches!(one, '0' | '_'));
    match kept.map(|at| (at, text[at..].chars().next())) {
        None => text.get(text.len() - 1..),
        Some((at, Some('1'..='9' | '-'))) => text.get(at..),
        Some((at, Some('.'))) => text.get(at - 1..),
        Some(_) => None,
    }
}

fn without_underscores(text: &str) -> Option<String> {
    let misplaced = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!misplaced).then(|| text.replace('_', ""))
}

/// The float that pydantic makes of a text: `str_as_float` of the same file.
pub(super) fn float(text: &str) -> Option<f64> {
    let joined = || without_underscores(text)?.parse().ok();
    text.trim().parse().ok().or_else(joined)
}

/// Whether Python's `int()` takes a text.
pub(super) fn python_int(text: &str) -> bool {
    let Some(text) = python_digits(text) else {
        return false;
    };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let digit = |byte: u8| byte.is_ascii_digit();
    (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(digit)
}

/// Whether Python's `float()` takes a text.
pub(super) fn python_float(text: &str) -> bool {
    python_digits(text).is_some_and(|text| text.parse::<f64>().is_ok())
}

/// A text as `int()` and `float()` look at it: without spaces around it and underscores between
/// digits, and with the digits of every script as ours. Which digit is which does not matter here.
fn python_digits(text: &str) -> Option<String> {
    let text = if text.is_ascii() {
        text.trim_matches([' ', '\t', '\n', '\r', '\u{B}', '\u{C}'])
            .to_owned()
    } else {
        // What is no ASCII also makes Python count the separators of files and records as spaces.
        let space = |one: char| one.is_whitespace() || matches!(one, '\u{1C}'..='\u{1F}');
        let ours = |one: char| match one.general_category() {
            GeneralCategory::DecimalNumber if !one.is_ascii() => '1',
            _ => one,
        };
        text.trim_matches(space).chars().map(ours).collect()
    };
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    let between = underscores.all(|(at, _)| at > 0 && digit(at - 1) && digit(at + 1));
    between.then(|| text.replace('_', ""))
}

/// Whether pydantic takes a float for a whole number.
pub(super) fn float_is_whole(value: f64) -> bool {
    // As floats, both bounds of `i64` are powers of two, and neither is taken.
    value % 1.0 == 0.0 && value.abs() < 9_223_372_036_854_775_808.0
}
