//! What nodes and languages weigh: two tables, embedded or loaded.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

/// Token weights and languages, which decide what a node of a file is worth.
///
/// [`Tables::upstream`] is what `entrius/gittensor` 5.0.0 ships as
/// `gittensor/validator/weights/token_weights.json` and `programming_languages.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    structural: HashMap<String, f64>,
    leaves: HashMap<String, f64>,
    languages: HashMap<String, LanguageEntry>,
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
    /// A table has a key it does not know, most likely a slip of the pen.
    #[error("the {table} table: `{key}` is no known key: {known} are")]
    UnknownKey {
        /// Which table.
        table: &'static str,
        /// The key, with the objects it lies in.
        key: String,
        /// The keys there are.
        known: &'static str,
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
    /// stands for a weight and a missing weight for 1. Where upstream leaves out an entry it cannot
    /// read and ignores a key it does not know, here both are errors: a slip of the pen would lower
    /// everybody's scores in silence.
    ///
    /// # Errors
    ///
    /// [`TablesError::Json`] when a text is not a JSON object, [`TablesError::Value`] when a
    /// weight is not a number from 0 up or a language no text, [`TablesError::UnknownKey`] when a
    /// key is none.
    pub fn from_json(token_weights: &str, languages: &str) -> Result<Self, TablesError> {
        let tables = Self::default().with_token_weights(token_weights)?;
        tables.with_languages(languages)
    }

    /// These tables with other token weights: none of the former stays.
    ///
    /// # Errors
    ///
    /// As [`Tables::from_json`], about this text alone.
    pub fn with_token_weights(self, token_weights: &str) -> Result<Self, TablesError> {
        let tokens = object(TOKENS, token_weights)?;
        let known = "`structural_bonus` and `leaf_tokens`";
        only(
            TOKENS,
            "",
            &tokens,
            &["structural_bonus", "leaf_tokens"],
            known,
        )?;
        Ok(Self {
            structural: weights(&tokens, "structural_bonus")?,
            leaves: weights(&tokens, "leaf_tokens")?,
            ..self
        })
    }

    /// These tables with other languages: none of the former stays.
    ///
    /// # Errors
    ///
    /// As [`Tables::from_json`], about this text alone.
    pub fn with_languages(self, languages: &str) -> Result<Self, TablesError> {
        let languages = object(LANGUAGES, languages)?.into_iter();
        Ok(Self {
            languages: languages
                .map(|(extension, entry)| {
                    let entry = language_entry(&extension, &entry)?;
                    Ok((extension, entry))
                })
                .collect::<Result<_, _>>()?,
            ..self
        })
    }

    /// The text of the two files, token weights first: [`Tables::from_json`] makes these tables of
    /// it, to the bit. Equal tables have one text, whatever the files they were read from.
    pub fn to_json(&self) -> [String; 2] {
        let weights = |map| BTreeMap::from_iter::<&HashMap<String, f64>>(map);
        let tokens = json!({
            "structural_bonus": weights(&self.structural),
            "leaf_tokens": weights(&self.leaves),
        });
        let languages: BTreeMap<_, _> = self
            .languages()
            .map(|(extension, LanguageEntry { weight, language })| {
                (extension, json!({"weight": weight, "language": language}))
            })
            .collect();
        [tokens.to_string(), json!(languages).to_string()]
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
}

fn object(table: &'static str, text: &str) -> Result<Map<String, Value>, TablesError> {
    serde_json::from_str(text).map_err(|source| TablesError::Json { table, source })
}

/// Refuses every key that is not among `known`; the first in alphabetical order is named.
fn only(
    table: &'static str,
    path: &str,
    map: &Map<String, Value>,
    keys: &[&str],
    known: &'static str,
) -> Result<(), TablesError> {
    let unknown = map.keys().filter(|key| !keys.contains(&key.as_str()));
    match unknown.min() {
        None => Ok(()),
        Some(key) => Err(TablesError::UnknownKey {
            table,
            key: format!("{path}{key}"),
            known,
        }),
    }
}

fn wrong(table: &'static str, key: String, expected: &'static str, value: &Value) -> TablesError {
    TablesError::Value {
        table,
        key,
        expected,
        value: value.to_string(),
    }
}

const WEIGHT: &str = "a number from 0 up";

/// One of the two maps of the token table; an absent one is empty.
fn weights(tokens: &Map<String, Value>, key: &str) -> Result<HashMap<String, f64>, TablesError> {
    match tokens.get(key) {
        None => Ok(HashMap::new()),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(node_type, value)| match value.as_f64() {
                Some(weight) if weight >= 0.0 => Ok((node_type.clone(), weight)),
                _ => Err(wrong(TOKENS, format!("{key}.{node_type}"), WEIGHT, value)),
            })
            .collect(),
        Some(value) => Err(wrong(TOKENS, key.to_owned(), "an object", value)),
    }
}

fn language_entry(extension: &str, entry: &Value) -> Result<LanguageEntry, TablesError> {
    let weight = |key: String, value: &Value| {
        number(value).ok_or_else(|| wrong(LANGUAGES, key, WEIGHT, value))
    };
    let Value::Object(fields) = entry else {
        return Ok(LanguageEntry {
            weight: weight(extension.to_owned(), entry)?,
            language: None,
        });
    };
    let known = "`weight` and `language`";
    let path = format!("{extension}.");
    only(LANGUAGES, &path, fields, &["weight", "language"], known)?;
    Ok(LanguageEntry {
        weight: match fields.get("weight") {
            None => 1.0,
            Some(value) => weight(format!("{path}weight"), value)?,
        },
        language: match fields.get("language") {
            None | Some(Value::Null) => None,
            Some(Value::String(language)) => Some(language.clone()),
            Some(other) => {
                let expected = "the name of a grammar";
                return Err(wrong(LANGUAGES, format!("{path}language"), expected, other));
            }
        },
    })
}

/// A number from 0 up, or the text of one, as Python's `float()` takes both.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
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
    }

    #[test]
    fn a_language_needs_no_more_than_a_number() {
        let languages = r#"{"b": 2, "c": {"language": "tongue"}, "d": {"weight": " 0.5 "}}"#;
        let tables = Tables::from_json("{}", languages).expect("they are in order");
        for (extension, weight, language) in [
            ("b", 2.0, None),
            ("c", 1.0, Some("tongue")),
            ("d", 0.5, None),
        ] {
            let entry = LanguageEntry {
                weight,
                language: language.map(str::to_owned),
            };
            assert_eq!(tables.language(extension), Some(&entry), "{extension}");
        }
    }

    #[test]
    fn tables_come_back_from_their_text_to_the_bit() {
        let odd = r#"{"structural_bonus": {"if": 0.1, "for": 1e-300}, "leaf_tokens": {"if": 7}}"#;
        for tables in [
            Tables::upstream(),
            Tables::from_json(odd, r#"{"a": 0.30000000000000004}"#).expect("they are in order"),
        ] {
            let [tokens, languages] = tables.to_json();
            let back = Tables::from_json(&tokens, &languages).expect("its own text");
            assert_eq!(back, tables);
            assert_eq!(back.to_json(), [tokens, languages]);
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_named_with_its_table_key_and_value() {
        for (tokens, languages, error) in [
            (
                r#"{"leaf_tokens": {"identifier": "heavy"}}"#,
                "{}",
                "the token weight table: `leaf_tokens.identifier` must be a number from 0 up, is \
                 `\"heavy\"`",
            ),
            (
                r#"{"structural_bonus": {"if": -1}}"#,
                "{}",
                "the token weight table: `structural_bonus.if` must be a number from 0 up, is `-1`",
            ),
            (
                r#"{"structural_bonus": []}"#,
                "{}",
                "the token weight table: `structural_bonus` must be an object, is `[]`",
            ),
            (
                r#"{"leaf_token": {}}"#,
                "{}",
                "the token weight table: `leaf_token` is no known key: `structural_bonus` and \
                 `leaf_tokens` are",
            ),
            (
                "{}",
                r#"{"rs": {"weight": "inf"}}"#,
                "the language table: `rs.weight` must be a number from 0 up, is `\"inf\"`",
            ),
            (
                "{}",
                r#"{"rs": {"wieght": 2}}"#,
                "the language table: `rs.wieght` is no known key: `weight` and `language` are",
            ),
            (
                "{}",
                r#"{"rs": {"language": 7}}"#,
                "the language table: `rs.language` must be the name of a grammar, is `7`",
            ),
            (
                "{}",
                r#"{"rs": null}"#,
                "the language table: `rs` must be a number from 0 up, is `null`",
            ),
            (
                "{}",
                "[]",
                "could not read the language table: expected a JSON object",
            ),
        ] {
            let wrong = Tables::from_json(tokens, languages).expect_err(error);
            assert_eq!(wrong.to_string(), error);
        }
    }
}
