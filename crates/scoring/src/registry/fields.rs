//! Reading values as leniently as Python's `float()`, `int()` and `bool()` do, and no more.

use std::fmt;

use serde_json::{Map, Value};

use super::RegistryError;

/// Which numbers a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Range {
    AtLeast(f64),
    Above(f64),
    Within(f64, f64),
    AboveUpTo(f64, f64),
}

impl Range {
    fn contains(self, x: f64) -> bool {
        match self {
            Self::AtLeast(low) => low <= x,
            Self::Above(low) => low < x,
            Self::Within(low, high) => low <= x && x <= high,
            Self::AboveUpTo(low, high) => low < x && x <= high,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(low) => write!(formatter, " from {low} up"),
            Self::Above(low) => write!(formatter, " above {low}"),
            Self::Within(low, high) => write!(formatter, " from {low} to {high}"),
            Self::AboveUpTo(low, high) => write!(formatter, " above {low} and up to {high}"),
        }
    }
}

/// The keys of one object of a repository's entry.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    repository: &'a str,
    /// Path of the object inside the entry, with a final dot; empty for the entry itself.
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(
        repository: &'a str,
        path: &str,
        value: &'a Value,
    ) -> Result<Self, RegistryError> {
        match value {
            Value::Object(map) => Ok(Self {
                repository,
                path: path.to_owned(),
                map,
            }),
            value => Err(RegistryError::Value {
                repository: repository.to_owned(),
                key: if path.is_empty() {
                    "entry"
                } else {
                    path.trim_end_matches('.')
                }
                .to_owned(),
                expected: "an object".to_owned(),
                value: value.to_string(),
            }),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a String> + use<'a> {
        self.map.keys()
    }

    /// Refuses every key that is not among `known`; the first in alphabetical order is named.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), RegistryError> {
        let mut keys: Vec<_> = self.map.keys().collect();
        keys.sort_unstable();
        match keys.into_iter().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(RegistryError::UnknownKey {
                repository: self.repository.to_owned(),
                key: format!("{}{key}", self.path),
            }),
        }
    }

    /// An object below this one; `None` when absent or null.
    pub(super) fn object(&self, key: &str) -> Result<Option<Self>, RegistryError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                Self::of(self.repository, &format!("{}{key}.", self.path), value).map(Some)
            }
        }
    }

    /// A number, or text that `float()` reads; a default holds only for an absent key.
    pub(super) fn present_float(
        &self,
        key: &str,
        default: Option<f64>,
        range: Range,
    ) -> Result<f64, RegistryError> {
        match (self.map.get(key), default) {
            (None, Some(default)) => Ok(default),
            (None, None) => Err(RegistryError::Missing {
                repository: self.repository.to_owned(),
                key: format!("{}{key}", self.path),
            }),
            (Some(value), _) => float(value)
                .filter(|&x| range.contains(x))
                .ok_or_else(|| self.wrong(key, format!("a number{range}"), value)),
        }
    }

    /// As [`Self::present_float`], with the default for null as well.
    pub(super) fn float(
        &self,
        key: &str,
        default: f64,
        range: Range,
    ) -> Result<f64, RegistryError> {
        match self.map.get(key) {
            Some(Value::Null) => Ok(default),
            _ => self.present_float(key, Some(default), range),
        }
    }

    /// A whole number, a number that `int()` truncates, or text that `int()` reads; not negative.
    pub(super) fn integer(
        &self,
        key: &str,
        default: u64,
        range: Range,
    ) -> Result<u64, RegistryError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => integer(value)
                .filter(|&n| range.contains(n as f64))
                .and_then(|n| u64::try_from(n).ok())
                .ok_or_else(|| self.wrong(key, format!("a whole number{range}"), value)),
        }
    }

    /// A JSON number; `None` when absent or null.
    pub(super) fn number(&self, key: &str, range: Range) -> Result<Option<f64>, RegistryError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64().filter(|&x| range.contains(x)) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(key, format!("null or a number{range}"), value)),
            },
        }
    }

    /// A list of texts; empty when absent or null.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, RegistryError> {
        let wrong = |value| self.wrong(key, "a list of texts or null".to_owned(), value);
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(item)))
                .collect(),
            Some(value) => Err(wrong(value)),
        }
    }

    /// What `bool()` says of the value; an absent one is false.
    pub(super) fn truth(&self, key: &str) -> bool {
        match self.map.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_true)) => *is_true,
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
        }
    }

    fn wrong(&self, key: &str, expected: String, value: &Value) -> RegistryError {
        RegistryError::Value {
            repository: self.repository.to_owned(),
            key: format!("{}{key}", self.path),
            expected,
            value: value.to_string(),
        }
    }
}

/// Python's `float()` of a JSON value that is not a boolean, finite results only.
fn float(value: &Value) -> Option<f64> {
    let x: f64 = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => digits(text)?.parse().ok()?,
        _ => return None,
    };
    x.is_finite().then_some(x)
}

/// Python's `int()` of a JSON value that is not a boolean, as far as 64 bits go.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let truncated = number.as_f64()?.trunc();
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            (truncated.abs() < 9e18).then_some(truncated as i64)
        }),
        Value::String(text) => digits(text)?.parse().ok(),
        _ => None,
    }
}

/// The text of a number without what Python allows around and inside it: white space at the ends,
/// single underscores between digits.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let misplaced = (0..bytes.len())
        .any(|at| bytes[at] == b'_' && !(at > 0 && is_digit(at - 1) && is_digit(at + 1)));
    (!misplaced).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (value, as_float, as_integer) in [
            (json!(4.9), Some(4.9), Some(4)),
            (json!(-4.9), Some(-4.9), Some(-4)),
            (json!(" 1_000 "), Some(1000.0), Some(1000)),
            (json!("1__0"), None, None),
            (json!("_1"), None, None),
            (json!("4.9"), Some(4.9), None),
            (json!("1e3"), Some(1000.0), None),
            (json!("inf"), None, None),
            (json!(true), None, None),
            (json!(1e300), Some(1e300), None),
            (json!([1]), None, None),
        ] {
            assert_eq!(
                (float(&value), integer(&value)),
                (as_float, as_integer),
                "{value}"
            );
        }
    }
}
