//! The first two elements of the list: start and increment.

use super::coercion::{float_is_whole, whole};
use super::json::Token;
use crate::PythonType;

/// One of the first two elements, in one of two views.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) kind: PythonType,
    pub(super) value: Option<i64>,
    /// As Python prints it.
    pub(super) printed: Box<str>,
}

impl Header {
    /// What came.
    pub(super) fn raw(token: &Token<'_>) -> Self {
        match token {
            Token::Int(digits) => Self::whole(digits),
            Token::Bool(truth) => Self {
                kind: PythonType::Bool,
                value: Some(i64::from(*truth)),
                printed: if *truth { "True" } else { "False" }.into(),
            },
            other => Self {
                kind: kind(other),
                value: None,
                printed: Box::default(),
            },
        }
    }

    /// What pydantic makes of it, if it makes a whole number of it.
    pub(super) fn coerced(token: &Token<'_>) -> Option<Self> {
        let number = match token {
            Token::Int(digits) => return Some(Self::whole(digits)),
            Token::Bool(truth) => i64::from(*truth).to_string(),
            Token::Float(digits) => {
                let value = digits.parse().ok().filter(|&value| float_is_whole(value))?;
                format!("{value:.0}")
            }
            Token::Text(text) => whole(&text.decoded()?)?,
            Token::Null | Token::Constant(_) | Token::List | Token::Dict => return None,
        };
        Some(Self::whole(&number))
    }

    fn whole(digits: &str) -> Self {
        let printed = if digits == "-0" { "0" } else { digits };
        Self {
            kind: PythonType::Int,
            value: printed.parse().ok(),
            printed: printed.into(),
        }
    }

    /// Whether it is an `int` to Python, to which a `bool` is one too.
    pub(super) const fn is_int(&self) -> bool {
        matches!(self.kind, PythonType::Int | PythonType::Bool)
    }
}

/// What `type()` says of a value.
pub(super) const fn kind(token: &Token<'_>) -> PythonType {
    match token {
        Token::Null => PythonType::NoneType,
        Token::Bool(_) => PythonType::Bool,
        Token::Int(_) => PythonType::Int,
        Token::Float(_) | Token::Constant(_) => PythonType::Float,
        Token::Text(_) => PythonType::Str,
        Token::List => PythonType::List,
        Token::Dict => PythonType::Dict,
    }
}
