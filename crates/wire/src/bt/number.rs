//! Numbers in headers, as Python reads them.

/// What `int()` makes of a text: spaces around it and single underscores between digits count for
/// nothing.
pub(super) fn int(text: &str) -> Option<i128> {
    let digits = without_underscores(text.trim())?;
    let bare = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// What `float()` makes of a text, `nan` and `inf` included.
pub(super) fn float(text: &str) -> Option<f64> {
    without_underscores(text.trim())?.parse().ok()
}

fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |place: Option<usize>| {
        place
            .and_then(|place| bytes.get(place))
            .is_some_and(u8::is_ascii_digit)
    };
    let misplaced = bytes.iter().enumerate().any(|(place, byte)| {
        *byte == b'_' && !(digit(place.checked_sub(1)) && digit(Some(place + 1)))
    });
    (!misplaced).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_as_int_does() {
        for (text, value) in [
            ("200", Some(200)),
            (" 200 ", Some(200)),
            ("2_00", Some(200)),
            ("-1", Some(-1)),
            ("+1", Some(1)),
            ("9223372036854775808", Some(1 << 63)),
            ("", None),
            ("_1", None),
            ("1__0", None),
            ("1_", None),
            ("1.0", None),
            ("0x10", None),
            ("abc", None),
            ("- 1", None),
        ] {
            assert_eq!(int(text), value, "`{text}`");
        }
    }

    #[test]
    fn floats_are_read_as_float_does() {
        for (text, value) in [
            ("12.0", Some(12.0)),
            (" 1_0.5e1 ", Some(105.0)),
            ("inf", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("", None),
            ("abc", None),
            ("1_.0", None),
        ] {
            assert_eq!(float(text), value, "`{text}`");
        }
        assert!(float("nan").is_some_and(f64::is_nan));
    }
}
