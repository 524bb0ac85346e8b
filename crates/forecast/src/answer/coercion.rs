//! Texts that hold a number, as pydantic and Python read them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::json::MAX_DIGITS;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbers_to_pydantic() {
        for (text, number) in [
            ("7", Some("7")),
            (" \u{2003}7\n", Some("7")),
            ("-007", Some("-7")),
            ("+1_000", Some("1000")),
            ("1.000", Some("1")),
            ("-0.0", Some("0")),
            ("0_1", Some("1")),
            ("0-1", Some("-1")),
            ("1.5", None),
            ("1.", None),
            ("", None),
            ("_1", None),
            ("1__0", None),
            ("+-1", None),
            ("--1", None),
            ("0x10", None),
            ("\u{661}", None),
            ("\u{1c}1", None),
        ] {
            assert_eq!(whole(text).as_deref(), number, "{text:?}");
        }
        assert!(whole(&"1".repeat(MAX_DIGITS)).is_some());
        assert!(whole(&"1".repeat(MAX_DIGITS + 1)).is_none());
        assert_eq!(float("1_0.5"), Some(10.5));
        assert_eq!(float(" -inf "), Some(f64::NEG_INFINITY));
        assert_eq!(float("1_"), None);
    }

    #[test]
    fn texts_are_numbers_to_python() {
        for (text, int, float) in [
            ("5", true, true),
            (" 5_0\t", true, true),
            ("5.0", false, true),
            ("nan", false, true),
            ("\u{661}", true, true),
            ("\u{2003}\u{661}\u{1c}", true, true),
            ("\u{1c}1", false, false),
            ("1_.5", false, false),
            ("0x10", false, false),
            ("", false, false),
            ("-", false, false),
        ] {
            let found = (python_int(text), python_float(text));
            assert_eq!(found, (int, float), "{text:?}");
        }
    }
}
