//! What is a price, and what is wrong with it.

use axonry_wire::bt::PythonValue;

use super::coercion::{float, whole};
use super::header::kind;
use super::json::Token;
use super::number::{MAX_PRINTED, Plain, plain, printed, printed_float};
use super::output::Views;
use crate::{Flaw, Mode, PythonType};

/// A price that was looked at closely.
#[derive(Debug)]
pub(super) struct Price {
    pub(super) value: f64,
    pub(super) flaw: Views<Option<Flaw>>,
    /// Whether pydantic makes a number of it.
    pub(super) coerces: bool,
    /// Whether it is a number to every JSON reader.
    pub(super) plain: bool,
}

/// What is wrong with a price of the common form. Neither zero nor infinite, it can only be long.
pub(super) fn flaw_of_plain(price: Plain, text: &[u8]) -> Option<Flaw> {
    let flaw = || {
        let text = String::from_utf8_lossy(&text[..price.length]);
        let printed = match text.contains('.') {
            true => PythonValue::Float(price.value).to_string(),
            false => text.into_owned(),
        };
        Flaw::TooManyDigits(printed.into())
    };
    (price.printed > MAX_PRINTED).then(flaw)
}

impl Price {
    /// Looks at any value that stands where a price should.
    pub(super) fn new(token: &Token<'_>, mode: Mode) -> Self {
        match token {
            Token::Int(digits) => Self::number(flaw_of_whole(digits, mode), nearest(digits), true),
            Token::Float(digits) => {
                let value = nearest(digits);
                let flaw = flaw_of_float(value, printed_float(digits, value), mode);
                Self::number(flaw, value, value.is_finite())
            }
            Token::Constant(value) => Self::number(flaw_of_float(*value, 0, mode), *value, false),
            // `True` and `False` are short enough.
            Token::Bool(truth) => {
                let digit = if *truth { "1" } else { "0" };
                Self::number(flaw_of_whole(digit, mode), nearest(digit), false)
            }
            Token::Text(text) => Self::text(text.decoded().as_deref(), mode),
            Token::Null | Token::List | Token::Dict => Self::none(kind(token)),
        }
    }

    fn number(flaw: Option<Flaw>, value: f64, plain: bool) -> Self {
        Self {
            value,
            flaw: Views::both(flaw),
            coerces: true,
            plain,
        }
    }

    fn text(text: Option<&str>, mode: Mode) -> Self {
        let Some(text) = text else {
            return Self::none(PythonType::Str);
        };
        if let Some(price) = plain_decimal(text) {
            let flaw = flaw_of_float(price.value, price.printed, mode);
            return Self::of_text(price.value, flaw);
        }
        let (value, flaw) = match (whole(text), float(text)) {
            (Some(digits), _) => (nearest(&digits), flaw_of_whole(&digits, mode)),
            (None, Some(value)) => (value, flaw_of_float(value, printed(value), mode)),
            (None, None) => return Self::none(PythonType::Str),
        };
        Self::of_text(value, flaw)
    }

    const fn of_text(value: f64, coerced: Option<Flaw>) -> Self {
        let raw = Some(Flaw::PriceFormat(PythonType::Str));
        Self {
            value,
            flaw: Views { raw, coerced },
            coerces: true,
            plain: false,
        }
    }

    fn none(kind: PythonType) -> Self {
        Self {
            value: f64::NAN,
            flaw: Views::both(Some(Flaw::PriceFormat(kind))),
            coerces: false,
            plain: false,
        }
    }
}

/// A text of the common form that is no whole number, which costs less to see than to coerce.
fn plain_decimal(text: &str) -> Option<Plain> {
    let price = plain(text.as_bytes())?;
    (price.length == text.len() && price.value % 1.0 != 0.0).then_some(price)
}

/// The float nearest to a number that was read.
fn nearest(digits: &str) -> f64 {
    digits.parse().expect("a number of JSON is one of Rust")
}

fn flaw_of_whole(digits: &str, mode: Mode) -> Option<Flaw> {
    let printed = if digits == "-0" { "0" } else { digits };
    if printed.len() > MAX_PRINTED {
        return Some(Flaw::TooManyDigits(printed.into()));
    }
    (mode == Mode::Full && printed == "0").then_some(Flaw::ZeroPrice)
}

fn flaw_of_float(value: f64, printed: usize, mode: Mode) -> Option<Flaw> {
    let text = || PythonValue::Float(value).to_string().into();
    if printed > MAX_PRINTED {
        return Some(Flaw::TooManyDigits(text()));
    }
    match mode {
        Mode::Parity => None,
        Mode::Full if !value.is_finite() => Some(Flaw::NotFinite(text())),
        Mode::Full => (value == 0.0).then_some(Flaw::ZeroPrice),
    }
}
