//! What tells one set of scoring rules from another.

use std::fmt::Write as _;

use axonry_syntax::Scorer;
use sha2::{Digest, Sha256};

/// Raised by hand when code that scores changes what it says of the same files.
const CODE: u32 = 1;

/// A digest of everything that decides what the same files are worth: tables, grammars, code.
///
/// Scores kept under another digest are of other rules and count for nothing.
pub(crate) fn digest(scorer: &Scorer) -> Vec<u8> {
    let mut text = format!("{CODE} {}\n", env!("CARGO_PKG_VERSION"));
    let tables = scorer.tables().to_json();
    let mut grammars: Vec<_> = scorer
        .grammars()
        .map(|grammar| format!("{grammar:?}"))
        .collect();
    grammars.sort_unstable();
    let missing = scorer.missing_languages();
    let _ = write!(text, "{tables:?}\n{grammars:?}\n{missing:?}");
    Sha256::digest(text).to_vec()
}

#[cfg(test)]
mod tests {
    use axonry_syntax::{GrammarSet, Tables};

    use super::*;

    fn of(tokens: &str, languages: &str) -> Vec<u8> {
        let tables = Tables::from_json(tokens, languages).expect("tables");
        digest(&Scorer::new(tables, GrammarSet::Parity).expect("a scorer"))
    }

    #[test]
    fn the_same_rules_have_one_digest_and_any_other_weight_another() {
        let tokens = r#"{"structural_bonus": {"a": 1, "b": 2, "c": 3}, "leaf_tokens": {"d": 4}}"#;
        let languages = r#"{"rs": {"weight": 1, "language": "rust"}, "py": {"weight": 2}}"#;
        let first = of(tokens, languages);
        for _ in 0..8 {
            assert_eq!(first, of(tokens, languages), "whatever a map's order");
        }
        assert_ne!(first, of(&tokens.replace('4', "5"), languages));
        let exchanged =
            r#"{"structural_bonus": {"d": 4}, "leaf_tokens": {"a": 1, "b": 2, "c": 3}}"#;
        assert_ne!(first, of(exchanged, languages), "which map a weight is in");
        let swapped = r#"{"rs": {"weight": 2, "language": "rust"}, "py": {"weight": 1}}"#;
        assert_ne!(first, of(tokens, swapped));
    }
}
