//! What is a price, and what is wrong with it.

use axonry_wire::bt::PythonValue;

use super::header::kind;
use super::json::Token;
use super::number::{MAX_PRINTED, Plain, float, printed_float, whole};
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
        let none = Self::none(PythonType::Str);
        let Some(text) = text else { return none };
        let (value, flaw) = match (whole(text), float(text)) {
            (Some(digits), _) => (nearest(&digits), flaw_of_whole(&digits, mode)),
            (None, Some(value)) => {
                let printed = PythonValue::Float(value).to_string();
                let printed = printed.bytes().filter(|&byte| byte != b'.').count();
                (value, flaw_of_float(value, printed, mode))
            }
            (None, None) => return none,
        };
        let flaw = Views {
            raw: none.flaw.raw,
            coerced: flaw,
        };
        Self {
            value,
            flaw,
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
