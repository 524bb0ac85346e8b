//! What nodes and languages weigh: two tables, embedded or loaded.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Token weights and languages, which decide what a node of a file is worth.
///
/// [`Tables::upstream`] is what `entrius/gittensor` 5.0.0 ships as
/// `gittensor/validator/weights/token_weights.json` and `programming_languages.json`.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    structural: HashMap<String, f64>,
    leaves: HashMap<String, f64>,
    languages: HashMap<String, LanguageEntry>,
    skipped: Vec<String>,
}

/// What the language table says about one file extension.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageEntry {
    /// Factor on the score of every file with this extension.
    pub weight: f64,
    /// Name of the grammar that parses it, or `None` when it is not scored as code.
    pub language: Option<String>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// The text is not a JSON object.
    #[error("could not read the {table} table: expected a JSON object")]
    Json {
        /// Which table.
        table: &'static str,
        /// Where and why reading stopped.
        #[source]
        source: serde_json::Error,
    },
    /// A part of a table has a shape or value it must not have.
    #[error("the {table} table: `{key}` must be {expected}, is `{value}`")]
    Value {
        /// Which table.
        table: &'static str,
        /// The key whose value is wrong.
        key: String,
        /// What was expected there.
        expected: &'static str,
        /// What stands there.
        value: String,
    },
}

const TOKENS: &str = "token weight";
const LANGUAGES: &str = "language";

impl Tables {
    /// The tables that `entrius/gittensor` 5.0.0 ships.
    pub fn upstream() -> Self {
        Self::from_json(
            include_str!("tables/token_weights.json"),
            include_str!("tables/programming_languages.json"),
        )
        .expect("the embedded tables are valid")
    }

    /// Reads the two tables from the text of upstream's two files.
    ///
    /// `token_weights` is `{"structural_bonus": {type: weight}, "leaf_tokens": {type: weight}}`,
    /// `languages` is `{extension: {"weight": number, "language": grammar}}`, where a bare number
    /// stands for a weight and a missing weight for 1. As upstream does, a language entry that
    /// cannot be read is left out; [`Tables::skipped`] names them, so that a caller can warn.
    ///
    /// # Errors
    ///
    /// [`TablesError::Json`] when a text is not a JSON object, [`TablesError::Value`] when a
    /// token weight is not a number or is negative.
    pub fn from_json(token_weights: &str, languages: &str) -> Result<Self, TablesError> {
        let tokens = object(TOKENS, token_weights)?;
        let mut tables = Self {
            structural: weights(&tokens, "structural_bonus")?,
            leaves: weights(&tokens, "leaf_tokens")?,
            ..Self::default()
        };
        for (extension, entry) in object(LANGUAGES, languages)? {
            match language_entry(&entry) {
                Some(entry) => drop(tables.languages.insert(extension, entry)),
                None => tables.skipped.push(extension),
            }
        }
        Ok(tables)
    }

    /// What a structural node of this type is worth; 0 when the table does not name it.
    ///
    /// Types are looked up as text: a named node and a keyword of the same spelling weigh the same.
    pub fn structural_weight(&self, node_type: &str) -> f64 {
        self.structural.get(node_type).copied().unwrap_or(0.0)
    }

    /// What a leaf of this type is worth; 0 when the table does not name it.
    pub fn leaf_weight(&self, node_type: &str) -> f64 {
        self.leaves.get(node_type).copied().unwrap_or(0.0)
    }

    /// What the language table says about an extension (lower case, no dot).
    pub fn language(&self, extension: &str) -> Option<&LanguageEntry> {
        self.languages.get(extension)
    }

    /// Every extension of the language table with its entry, in no particular order.
    pub fn languages(&self) -> impl Iterator<Item = (&str, &LanguageEntry)> {
        self.languages
            .iter()
            .map(|(extension, entry)| (extension.as_str(), entry))
    }

    /// Extensions whose entry could not be read and was left out.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }
}

fn object(table: &'static str, text: &str) -> Result<Map<String, Value>, TablesError> {
    serde_json::from_str(text).map_err(|source| TablesError::Json { table, source })
}

/// One of the two maps of the token table; an absent one is empty.
fn weights(tokens: &Map<String, Value>, key: &str) -> Result<HashMap<String, f64>, TablesError> {
    let wrong = |key: String, expected, value: &Value| TablesError::Value {
        table: TOKENS,
        key,
        expected,
        value: value.to_string(),
    };
    match tokens.get(key) {
        None => Ok(HashMap::new()),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(node_type, value)| match value.as_f64() {
                Some(weight) if weight >= 0.0 => Ok((node_type.clone(), weight)),
                _ => Err(wrong(
                    format!("{key}.{node_type}"),
                    "a number from 0 up",
                    value,
                )),
            })
            .collect(),
        Some(value) => Err(wrong(key.to_owned(), "an object", value)),
    }
}

fn language_entry(entry: &Value) -> Option<LanguageEntry> {
    match entry {
        Value::Object(entry) => Some(LanguageEntry {
            weight: entry.get("weight").map_or(Some(1.0), number)?,
            language: match entry.get("language") {
                None | Some(Value::Null) => None,
                Some(Value::String(language)) => Some(language.clone()),
                Some(_) => return None,
            },
        }),
        bare => Some(LanguageEntry {
            weight: number(bare)?,
            language: None,
        }),
    }
}

/// A number or the text of one, as Python's `float()` takes both.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_have_the_published_size() {
        let tables = Tables::upstream();
        assert_eq!(
            (
                tables.structural.len(),
                tables.leaves.len(),
                tables.languages.len()
            ),
            (57, 41, 125)
        );
        assert!(tables.skipped().is_empty());
    }

    #[test]
    fn an_unreadable_language_is_left_out_and_named() {
        let languages = r#"{"a": {"weight": "x"}, "b": 2, "c": {"language": "tongue"}}"#;
        let tables = Tables::from_json("{}", languages).expect("only an entry is wrong");
        assert_eq!(tables.skipped(), ["a"]);
        let entry = |extension| tables.language(extension).cloned();
        assert_eq!(
            entry("b"),
            Some(LanguageEntry {
                weight: 2.0,
                language: None
            })
        );
        let spoken = LanguageEntry {
            weight: 1.0,
            language: Some("tongue".to_owned()),
        };
        assert_eq!(entry("c"), Some(spoken));
    }

    #[test]
    fn a_wrong_token_weight_is_named() {
        let error = Tables::from_json(r#"{"leaf_tokens": {"identifier": "heavy"}}"#, "{}")
            .expect_err("a weight is a number");
        assert_eq!(
            error.to_string(),
            "the token weight table: `leaf_tokens.identifier` must be a number from 0 up, \
             is `\"heavy\"`"
        );
    }
}
