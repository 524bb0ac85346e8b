//! The grammars of this build: one row each.

use std::collections::{BTreeMap, HashMap};

use tree_sitter::{Language, LanguageError, Parser};

use crate::tables::Tables;

/// Which languages score as code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrammarSet {
    /// What upstream scores, including its zero for C#: its pinned parser core refuses the pinned
    /// C# grammar and swallows the error, so that a C# file is compared as two empty trees.
    #[default]
    Parity,
    /// Every grammar of the build, whether or not upstream can load it.
    Full,
}

/// One grammar crate's grammar.
struct Grammar {
    /// The name the language table uses.
    name: &'static str,
    language: fn() -> Language,
}

/// A further language is a feature in the manifest, a row here, and a row in the crate's docs.
const GRAMMARS: &[Grammar] = &[
    #[cfg(feature = "python")]
    Grammar {
        name: "python",
        language: || tree_sitter_python::LANGUAGE.into(),
    },
    #[cfg(feature = "rust")]
    Grammar {
        name: "rust",
        language: || tree_sitter_rust::LANGUAGE.into(),
    },
    #[cfg(feature = "typescript")]
    Grammar {
        name: "typescript",
        language: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    },
    #[cfg(feature = "typescript")]
    Grammar {
        name: "tsx",
        language: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    },
];

/// Grammars that upstream lists but cannot load.
const REFUSED_BY_UPSTREAM: &[&str] = &["csharp"];

/// Node types that are skipped with everything below them.
const COMMENTS: [&str; 5] = [
    "comment",
    "line_comment",
    "block_comment",
    "documentation_comment",
    "doc_comment",
];

/// How a scorer treats a grammar name of the language table.
#[derive(Debug)]
pub(crate) enum Treatment<'a> {
    /// Parse with this grammar.
    Parse(&'a WeighedGrammar),
    /// Compare two empty trees, as upstream does with a grammar it cannot load.
    Nothing,
    /// The build has no such grammar.
    Missing,
}

/// A grammar with the weights of its node types looked up once.
#[derive(Debug)]
pub(crate) struct WeighedGrammar {
    language: Language,
    kinds: Vec<Kind>,
    error: Kind,
}

/// What there is to know about one node type of a grammar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The smallest id with the same name: signatures compare names, and a grammar may give
    /// one name to several ids (a named node and a keyword, say).
    pub(crate) name: u16,
    pub(crate) structural: f64,
    pub(crate) leaf: f64,
    pub(crate) is_comment: bool,
}

impl Kind {
    fn new(name: u16, text: &str, tables: &Tables) -> Self {
        Self {
            name,
            structural: tables.structural_weight(text),
            leaf: tables.leaf_weight(text),
            is_comment: COMMENTS.contains(&text),
        }
    }
}

impl WeighedGrammar {
    fn new(language: Language, tables: &Tables) -> Self {
        let mut names = HashMap::new();
        let ids = u16::try_from(language.node_kind_count()).expect("node type ids are 16 bit");
        let kinds = (0..ids)
            .map(|id| {
                let text = language.node_kind_for_id(id).unwrap_or_default();
                Kind::new(*names.entry(text).or_insert(id), text, tables)
            })
            .collect();
        let error = Kind::new(u16::MAX, "ERROR", tables);
        Self {
            language,
            kinds,
            error,
        }
    }

    /// The node type of this id; error nodes have an id outside the grammar's own.
    pub(crate) fn kind(&self, id: u16) -> Kind {
        self.kinds
            .get(usize::from(id))
            .copied()
            .unwrap_or(self.error)
    }

    /// A fresh parser of this grammar, which no earlier document can have left in any state.
    pub(crate) fn parser(&self) -> Parser {
        let mut parser = Parser::new();
        parser
            .set_language(&self.language)
            .expect("the grammar was tried when it was loaded");
        parser
    }
}

/// The grammars a scorer uses, by name.
#[derive(Debug)]
pub(crate) struct Grammars {
    weighed: BTreeMap<&'static str, WeighedGrammar>,
    set: GrammarSet,
}

impl Grammars {
    /// Loads every grammar of the build that `set` uses.
    ///
    /// # Errors
    ///
    /// The name of a grammar this build's parser core refuses.
    pub(crate) fn load(
        tables: &Tables,
        set: GrammarSet,
    ) -> Result<Self, (&'static str, LanguageError)> {
        let mut weighed = BTreeMap::new();
        for grammar in GRAMMARS {
            let language = (grammar.language)();
            Parser::new()
                .set_language(&language)
                .map_err(|error| (grammar.name, error))?;
            weighed.insert(grammar.name, WeighedGrammar::new(language, tables));
        }
        Ok(Self { weighed, set })
    }

    pub(crate) fn treatment(&self, name: &str) -> Treatment<'_> {
        if self.set == GrammarSet::Parity && REFUSED_BY_UPSTREAM.contains(&name) {
            return Treatment::Nothing;
        }
        self.weighed
            .get(name)
            .map_or(Treatment::Missing, Treatment::Parse)
    }
}

#[cfg(all(test, feature = "python", feature = "rust", feature = "typescript"))]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_name_are_one_kind() {
        let language: Language = tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into();
        let grammar = WeighedGrammar::new(language.clone(), &Tables::upstream());
        let (named, keyword) = (
            language.id_for_node_kind("string", true),
            language.id_for_node_kind("string", false),
        );
        assert_ne!(
            named, keyword,
            "TypeScript has a literal and a keyword of that name"
        );
        assert_eq!(grammar.kind(named).name, grammar.kind(keyword).name);
        assert_eq!(
            grammar.kind(u16::MAX).name,
            u16::MAX,
            "error nodes keep their own id"
        );
    }
}
