//! The grammars of a build and how a scorer uses them.

mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use tree_sitter::{Language, LanguageError, Parser};

use self::table::GRAMMARS;
use crate::tables::Tables;

/// Which languages score as code.
///
/// Both sets use the same crates: two versions of one grammar export the same C symbol, so a
/// program holds one of them. They differ in what they leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrammarSet {
    /// What upstream scores, as it scores it.
    ///
    /// C# is compared as two empty trees: upstream's pinned parser core refuses its pinned C#
    /// grammar and swallows the error. Languages whose only crate is [another
    /// grammar](Upstream::Other) count as missing, because a score that no other validator can
    /// reproduce is worse than a file that is reported as not scored.
    #[default]
    Parity,
    /// Every grammar of the build, whether or not upstream has it or can load it.
    Full,
}

/// How a crate's grammar compares with the one upstream pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Upstream {
    /// The same node types, parser states and fields.
    Same,
    /// Another revision of the same grammar, equal on every source without syntax errors that was
    /// compared; recovery from errors may differ.
    Close,
    /// Another grammar for the language, with other node types and so other scores.
    Other,
    /// Upstream cannot load its own.
    Refused,
}

/// Where a grammar comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrammarSource {
    /// The name the language table uses.
    pub name: &'static str,
    /// The crate that has it.
    pub package: &'static str,
    /// That crate's version.
    pub version: &'static str,
    /// How it compares with upstream's.
    pub upstream: Upstream,
}

/// One grammar crate's grammar.
struct Grammar {
    source: GrammarSource,
    language: fn() -> Language,
}

/// Grammars that upstream lists but cannot load, built in or not.
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
    /// The scorer has no such grammar.
    Missing,
}

/// A grammar with the weights of its node types looked up once.
#[derive(Debug)]
pub(crate) struct WeighedGrammar {
    language: Language,
    /// By id; the last one stands for error nodes, whose id is outside the grammar's own.
    kinds: Vec<Kind>,
    is_hazard: fn(&str) -> bool,
}

/// Whether Kotlin's scanner might call `abort` on a text.
///
/// It does when it is inside of 1024 strings at once (`stack_push` in `scanner.c` of
/// tree-sitter-kotlin-sg). It leaves a string for an outer one's sake only at a `$`, or where a
/// NUL looks to it like the end of the file, so that fewer of those are no danger.
fn may_abort_in_kotlin(text: &str) -> bool {
    const NESTED_STRINGS: usize = 1_000;
    let leaves_a_string = |byte: &u8| matches!(byte, b'$' | 0);
    text.bytes().filter(leaves_a_string).count() >= NESTED_STRINGS
}

/// What there is to know about one node type of a grammar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The smallest id with the same name: signatures compare names, and a grammar may give
    /// one name to several ids (a named node and a keyword, say).
    pub(crate) name: u16,
    /// The name itself, which is also the text of most tokens without a name of their own.
    pub(crate) text: &'static str,
    pub(crate) structural: f64,
    pub(crate) leaf: f64,
    pub(crate) is_comment: bool,
}

impl Kind {
    fn new(name: u16, text: &'static str, tables: &Tables) -> Self {
        Self {
            name,
            text,
            structural: tables.structural_weight(text),
            leaf: tables.leaf_weight(text),
            is_comment: COMMENTS.contains(&text),
        }
    }
}

impl WeighedGrammar {
    fn new(name: &str, language: Language, tables: &Tables) -> Self {
        let mut names = HashMap::new();
        let ids = u16::try_from(language.node_kind_count()).expect("node type ids are 16 bit");
        let own = (0..ids).map(|id| {
            let text = language.node_kind_for_id(id).unwrap_or_default();
            Kind::new(*names.entry(text).or_insert(id), text, tables)
        });
        let kinds = own.chain([Kind::new(ids, "ERROR", tables)]).collect();
        let is_hazard = match name {
            "kotlin" => may_abort_in_kotlin,
            _ => |_: &str| false,
        };
        Self {
            language,
            kinds,
            is_hazard,
        }
    }

    /// The node type of this id.
    pub(crate) fn kind(&self, id: u16) -> &Kind {
        self.kinds
            .get(usize::from(id))
            .unwrap_or_else(|| self.kinds.last().expect("error nodes have a type"))
    }

    /// Whether parsing this text could end the process.
    pub(crate) fn is_hazard(&self, text: &str) -> bool {
        (self.is_hazard)(text)
    }

    /// One more than the greatest [`Kind::name`].
    pub(crate) fn names(&self) -> usize {
        self.kinds.len()
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
    loaded: BTreeMap<&'static str, Loaded>,
    set: GrammarSet,
}

/// A grammar the parser core accepts; its node types are weighed when it is first used, so that
/// a scorer of forty languages starts as fast as one of three.
#[derive(Debug)]
struct Loaded {
    source: GrammarSource,
    language: Language,
    weighed: OnceLock<WeighedGrammar>,
}

impl Grammars {
    /// Loads every grammar of the build that `set` uses.
    ///
    /// # Errors
    ///
    /// The name of a grammar this build's parser core refuses.
    pub(crate) fn load(set: GrammarSet) -> Result<Self, (&'static str, LanguageError)> {
        let left_out = [Upstream::Other, Upstream::Refused];
        let mut loaded = BTreeMap::new();
        for &Grammar { source, language } in GRAMMARS {
            if set == GrammarSet::Parity && left_out.contains(&source.upstream) {
                continue;
            }
            let language = language();
            Parser::new()
                .set_language(&language)
                .map_err(|error| (source.name, error))?;
            let grammar = Loaded {
                source,
                language,
                weighed: OnceLock::new(),
            };
            loaded.insert(source.name, grammar);
        }
        Ok(Self { loaded, set })
    }

    /// Where the grammars come from, by name.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &GrammarSource> {
        self.loaded.values().map(|grammar| &grammar.source)
    }

    /// How the scorer treats this name; `tables` must be the same at every call.
    pub(crate) fn treatment(&self, name: &str, tables: &Tables) -> Treatment<'_> {
        if self.set == GrammarSet::Parity && REFUSED_BY_UPSTREAM.contains(&name) {
            return Treatment::Nothing;
        }
        match self.loaded.get(name) {
            Some(grammar) => Treatment::Parse(
                grammar
                    .weighed
                    .get_or_init(|| WeighedGrammar::new(name, grammar.language.clone(), tables)),
            ),
            None => Treatment::Missing,
        }
    }

    /// Whether the scorer has nothing to say about this name.
    pub(crate) fn is_missing(&self, name: &str) -> bool {
        let is_refused = self.set == GrammarSet::Parity && REFUSED_BY_UPSTREAM.contains(&name);
        !is_refused && !self.loaded.contains_key(name)
    }
}

#[cfg(all(test, feature = "typescript"))]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_name_are_one_kind() {
        let language: Language = tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into();
        let grammar = WeighedGrammar::new("typescript", language.clone(), &Tables::upstream());
        let (named, keyword) = (
            language.id_for_node_kind("string", true),
            language.id_for_node_kind("string", false),
        );
        assert_ne!(
            named, keyword,
            "TypeScript has a literal and a keyword of that name"
        );
        assert_eq!(grammar.kind(named).name, grammar.kind(keyword).name);
        let error = grammar.kind(u16::MAX);
        assert_eq!(error.text, "ERROR");
        assert_eq!(
            usize::from(error.name) + 1,
            grammar.names(),
            "error nodes are a type of their own"
        );
    }
}
