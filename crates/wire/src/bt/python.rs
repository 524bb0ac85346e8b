//! Values as Python prints them: what the SDK hashes of a field is `str(value)`.

mod json;

use std::fmt::{self, Write as _};

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// A value of a Python program, as far as a synapse's fields can hold one.
///
/// [`Display`](fmt::Display) is Python's `str()`. Read from JSON it keeps the order of fields, as a
/// dict does, and tells `1` from `1.0`. JSON has no tuples: a field that is one in the Python class
/// is built as [`PythonValue::Tuple`], since it prints with other brackets.
#[derive(Clone, Debug, PartialEq)]
pub enum PythonValue {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A float.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<Self>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// A dict with text keys, in its order.
    Dict(Vec<(String, Self)>),
}

impl fmt::Display for PythonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A text on its own stands without quotes; inside anything it has them.
            Self::Str(text) => f.write_str(text),
            other => other.repr(f),
        }
    }
}

impl PythonValue {
    fn repr(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&float(*value)),
            Self::Str(text) => quoted(f, text),
            Self::List(values) => {
                f.write_char('[')?;
                listed(f, values)?;
                f.write_char(']')
            }
            Self::Tuple(values) => {
                f.write_char('(')?;
                listed(f, values)?;
                f.write_str(if values.len() == 1 { ",)" } else { ")" })
            }
            Self::Dict(fields) => {
                f.write_char('{')?;
                for (place, (key, value)) in fields.iter().enumerate() {
                    f.write_str(if place == 0 { "" } else { ", " })?;
                    quoted(f, key)?;
                    f.write_str(": ")?;
                    value.repr(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

fn listed(f: &mut fmt::Formatter<'_>, values: &[PythonValue]) -> fmt::Result {
    values.iter().enumerate().try_for_each(|(place, value)| {
        f.write_str(if place == 0 { "" } else { ", " })?;
        value.repr(f)
    })
}

/// A float as `repr` has it: the fewest digits that are read back as the same number, with an
/// exponent below 1e-4 and from 1e16 on.
pub(super) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = with_fewest_digits(value);
    let (digits, exponent) = scientific
        .split_once('e')
        .expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the format has a whole exponent");
    if (-4..16).contains(&exponent) {
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        let behind = i32::try_from(count).expect("17 at most") - 1 - exponent;
        let decimals = usize::try_from(behind).unwrap_or(0).max(1);
        return format!("{value:.decimals$}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// The fewest digits that are read back as the same number, as `d.ddde±x`.
///
/// Rust counts them alike, but of two that are equally near takes the upper, where Python takes the
/// even one: formatting to that count does too.
fn with_fewest_digits(value: f64) -> String {
    let fewest = format!("{value:e}");
    let digits = fewest.split('e').next().unwrap_or_default();
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let rounded = format!("{value:.*e}", count - 1);
    if rounded.parse() == Ok(value) {
        rounded
    } else {
        fewest
    }
}

/// A text as `repr` has it: in the quotes it has fewer reasons to escape, with what cannot be
/// printed escaped.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    f.write_char(quote)?;
    for one in text.chars() {
        match one {
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            one if one == quote => write!(f, "\\{one}")?,
            one if is_printable(one) => f.write_char(one)?,
            one => match u32::from(one) {
                code @ ..0x100 => write!(f, "\\x{code:02x}")?,
                code @ ..0x1_0000 => write!(f, "\\u{code:04x}")?,
                code => write!(f, "\\U{code:08x}")?,
            },
        }
    }
    f.write_char(quote)
}

/// `str.isprintable` of one character: no "other" and no "separator" but the space.
fn is_printable(one: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate,
        Unassigned,
    };

    one == ' '
        || !matches!(
            one.general_category(),
            Control
                | Format
                | LineSeparator
                | ParagraphSeparator
                | PrivateUse
                | SpaceSeparator
                | Surrogate
                | Unassigned
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::excessive_precision,
        reason = "the value half way between two decimals is what is printed here"
    )]
    fn floats_change_their_form_where_python_does() {
        for (value, text) in [
            (0.0001, "0.0001"),
            (0.000_099_99, "9.999e-05"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1_222_879_131_031_535.25, "1222879131031535.2"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (-0.0, "-0.0"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn a_tuple_of_one_keeps_its_comma() {
        let one = || PythonValue::Int(1);
        let tuple = |values| PythonValue::Tuple(values).to_string();
        assert_eq!(tuple(vec![]), "()");
        assert_eq!(tuple(vec![one()]), "(1,)");
        assert_eq!(tuple(vec![one(), one()]), "(1, 1)");
    }
}
