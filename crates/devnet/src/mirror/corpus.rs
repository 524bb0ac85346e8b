//! Pieces of real code, and files put together from them.

/// A language the corpus has pieces in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    TypeScript,
    Go,
    JavaScript,
    Java,
    C,
}

/// A piece: a function or type with what belongs to it.
#[derive(Debug)]
pub(crate) struct Piece {
    language: Language,
    /// What it declares, which is renamed when the piece is used for something else.
    names: &'static [&'static str],
    text: &'static str,
}

macro_rules! pieces {
    ($($language:ident $file:literal: $($name:literal),+;)+) => {
        &[$(Piece {
            language: Language::$language,
            names: &[$($name),+],
            text: include_str!(concat!("corpus/", $file)),
        }),+]
    };
}

static PIECES: &[Piece] = pieces! {
    Rust "token_bucket.rs": "TokenBucket";
    Rust "parse_route.rs": "parse_route";
    Rust "merge_ranges.rs": "merge_ranges";
    Rust "least_recent.rs": "LeastRecent";
    Rust "decode_varint.rs": "decode_varint";
    Python "topological_order.py": "topological_order";
    Python "sliding_median.py": "sliding_median";
    Python "retrying.py": "RetryingCaller";
    Python "parse_size.py": "parse_size";
    Python "group_by_day.py": "group_by_day";
    TypeScript "debounce.ts": "debounce";
    TypeScript "diff_objects.ts": "diffObjects", "Change";
    TypeScript "priority_queue.ts": "PriorityQueue";
    TypeScript "parse_query.ts": "parseQuery";
    Go "worker_pool.go": "WorkerPool", "NewWorkerPool";
    Go "hash_ring.go": "HashRing";
    Go "read_frames.go": "ReadFrames";
    Go "moving_rate.go": "MovingRate";
    JavaScript "limit_concurrency.js": "limitConcurrency";
    JavaScript "format_duration.js": "formatDuration";
    JavaScript "event_bus.js": "EventBus";
    JavaScript "csv_rows.js": "csvRows";
    Java "Intervals.java": "coveredLength";
    Java "WordCount.java": "wordCount";
    Java "Shortest.java": "shortestWays";
    C "ring_buffer.c": "ring_buffer", "ring_buffer_write";
    C "utf8_length.c": "utf8_length";
    C "sorted_insert.c": "sorted_insert";
};

impl Language {
    pub(crate) fn pieces(self) -> Vec<&'static Piece> {
        let of_this = |piece: &&Piece| piece.language == self;
        PIECES.iter().filter(of_this).collect()
    }

    /// Where such code lives, for a file about `word`.
    pub(crate) fn path(self, word: &str) -> String {
        match self {
            Self::Rust => format!("src/{word}.rs"),
            Self::Python => format!("demo/{word}.py"),
            Self::TypeScript => format!("src/{word}.ts"),
            Self::Go => format!("internal/{word}/{word}.go"),
            Self::JavaScript => format!("lib/{word}.js"),
            Self::Java => format!("src/main/java/demo/{}.java", capitalized(word)),
            Self::C => format!("src/{word}.c"),
        }
    }

    /// Where its tests live.
    pub(crate) fn test_path(self, word: &str) -> String {
        match self {
            Self::Rust => format!("tests/{word}.rs"),
            Self::Python => format!("tests/test_{word}.py"),
            Self::TypeScript => format!("src/{word}.test.ts"),
            Self::Go => format!("internal/{word}/{word}_test.go"),
            Self::JavaScript => format!("lib/{word}.test.js"),
            Self::Java => format!("src/test/java/demo/{}Test.java", capitalized(word)),
            Self::C => format!("tests/{word}_test.c"),
        }
    }

    /// A whole file about `word`, made of these sections.
    pub(crate) fn file(self, word: &str, sections: &[String]) -> String {
        let (start, end) = match self {
            Self::Rust => (
                "use std::collections::{BTreeMap, HashMap};\nuse std::hash::Hash;\n\n".to_owned(),
                "",
            ),
            Self::Python => (
                "import bisect\nimport collections\nimport decimal\nimport re\nimport time\n\n\n"
                    .to_owned(),
                "",
            ),
            Self::TypeScript | Self::JavaScript => (String::new(), ""),
            Self::Go => (format!("package {word}\n\n"), ""),
            Self::Java => (
                format!(
                    "package demo;\n\nimport java.io.*;\nimport java.util.*;\n\nfinal class {} {{\n",
                    capitalized(word)
                ),
                "}\n",
            ),
            Self::C => (
                "#include <stddef.h>\n#include <string.h>\n\n".to_owned(),
                "",
            ),
        };
        let gap = if self == Self::Python { "\n\n" } else { "\n" };
        format!("{start}{}{end}", sections.join(gap))
    }
}

impl Piece {
    /// The piece under names that end in `suffix`, in its language's manner.
    pub(crate) fn named(&self, suffix: &str) -> String {
        let snake = matches!(
            self.language,
            Language::Rust | Language::Python | Language::C
        );
        let renamed = |name: &str| {
            if snake && name.starts_with(|first: char| first.is_ascii_lowercase()) {
                format!("{name}_{suffix}")
            } else {
                format!("{name}{}", capitalized(suffix))
            }
        };
        let mut text = String::with_capacity(self.text.len() * 9 / 8);
        for word in self
            .text
            .split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        {
            let name = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            if self.names.contains(&name) {
                text.push_str(&renamed(name));
                text.push_str(&word[name.len()..]);
            } else {
                text.push_str(word);
            }
        }
        text
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_declares_what_it_says_and_can_be_renamed() {
        for piece in PIECES {
            let lines = piece.text.lines().count();
            assert!(
                (10..=60).contains(&lines),
                "{:?}: {lines} lines",
                piece.names
            );
            let renamed = piece.named("local");
            for name in piece.names {
                let words = |text: &str| {
                    let apart = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                    text.split(apart).filter(|word| word == name).count()
                };
                assert!(words(piece.text) > 0, "{name} is not in its piece");
                assert_eq!(words(&renamed), 0, "{name} is left over");
            }
        }
    }

    #[test]
    fn names_keep_their_languages_manner() {
        let named = |at: usize| PIECES[at].named("fast");
        assert!(named(0).contains("pub struct TokenBucketFast {"));
        assert!(named(1).contains("pub fn parse_route_fast("));
        assert!(named(11).contains("export function diffObjectsFast("));
    }
}
