//! What kind of file a path names: its extension, whether it is a test, whether it is code.
//!
//! Reproduces `FileChange` of `entrius/gittensor` `gittensor/classes.py` and the inline-test
//! patterns of `gittensor/constants.py`.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// Texts above this many UTF-8 bytes are not parsed; exactly this many still are.
pub const MAX_FILE_SIZE_BYTES: usize = 1_000_000;

/// Changed lines of a non-code file that count, at most.
pub const MAX_LINES_SCORED: i64 = 300;

/// Extensions scored by changed lines instead of syntax.
pub const NON_CODE_EXTENSIONS: [&str; 24] = [
    "md",
    "mdx",
    "markdown",
    "txt",
    "text",
    "tex",
    "rst",
    "adoc",
    "asciidoc",
    "json",
    "jsonc",
    "yaml",
    "yml",
    "toml",
    "xml",
    "csv",
    "tsv",
    "ini",
    "cfg",
    "conf",
    "config",
    "properties",
    "plist",
    "erb",
];

/// Names that stand for an extension when the name has no dot.
const EXTENSIONLESS: [&str; 2] = ["dockerfile", "makefile"];

/// Directories and names that mark a test file, on the lowercased path.
static TEST_DIRECTORIES: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(^|/)tests?/",
        r"(^|/)__tests?__/",
        r"(^|/)androidtest[a-z]*/",
        r"(^|/)integrationtest/",
        r"(^|/)spec/",
        r"\.tests?/",
    ])
    .expect("the patterns are constants")
});

/// Python's `$` also matches before a final line end, which only the last pattern can notice.
static TEST_NAMES: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"^test_",
        r"^spec_",
        r"_test\.[^.]+$",
        r"_tests\.[^.]+$",
        r"_spec\.[^.]+$",
        r"\.test\.[^.]+$",
        r"\.tests\.[^.]+$",
        r"\.spec\.[^.]+$",
        r"^test\.[^.]+$",
        r"^tests\.[^.]+$",
        r"^conftest\.py\n?$",
    ])
    .expect("the patterns are constants")
});

static RUST_TESTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t]*(?:#\[(?:cfg\()?test\b|#!\[cfg\(test\)\]|#\[\w+::test\b)")
        .expect("the pattern is a constant")
});
static ZIG_TESTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^[ \t]*test\b[ \t]*[{"]"#).expect("the pattern is a constant")
});
static D_TESTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[ \t]*unittest\b").expect("the pattern is a constant"));

/// The part of a path after its last `/`.
pub fn short_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The lowercased extension of a path, without its dot; empty when there is none.
///
/// `.gitignore` has the extension `gitignore`, `a.` has an empty one; `Dockerfile` and
/// `Makefile` stand for their own extension.
pub fn extension(path: &str) -> String {
    let name = short_name(path);
    if let Some((_, extension)) = name.rsplit_once('.') {
        return extension.to_lowercase();
    }
    let name = name.to_lowercase();
    if EXTENSIONLESS.contains(&name.as_str()) {
        name
    } else {
        String::new()
    }
}

/// Whether a path names a test, by its directories or its name, in any case.
pub fn is_test_file(path: &str) -> bool {
    let path = path.to_lowercase();
    TEST_DIRECTORIES.is_match(&path) || TEST_NAMES.is_match(short_name(&path))
}

/// Whether files of this extension are scored by changed lines.
pub fn is_non_code(extension: &str) -> bool {
    NON_CODE_EXTENSIONS.contains(&extension)
}

/// Whether a source text contains tests of its own; only `rs`, `zig` and `d` can.
///
/// It is a search in the text: what stands in a comment or a string counts.
pub fn has_inline_tests(text: &str, extension: &str) -> bool {
    match extension {
        "rs" => RUST_TESTS.is_match(text),
        "zig" => ZIG_TESTS.is_match(text),
        "d" => D_TESTS.is_match(text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_what_follows_the_last_dot_of_the_name() {
        for (path, expected, why) in [
            ("src/Main.PY", "py", "lowercased"),
            ("a.b/c", "", "a dot in a directory is none of the name"),
            (".gitignore", "gitignore", "a leading dot is a dot"),
            ("a.", "", "nothing follows"),
            (
                "deploy/Dockerfile",
                "dockerfile",
                "one of two names that are extensions",
            ),
            (
                "deploy/Dockerfile.dev",
                "dev",
                "with a dot it is an ordinary name",
            ),
        ] {
            assert_eq!(extension(path), expected, "{why}");
        }
    }

    #[test]
    fn tests_are_known_by_directory_or_name() {
        for (path, expected, why) in [
            ("src/tests/a.py", true, "a directory of tests"),
            ("latest/a.py", false, "a directory that only ends like one"),
            ("App.Tests/A.cs", true, "a .NET test project"),
            ("src/test_a.py", true, "the pytest prefix"),
            ("src/contest_a.py", false, "the prefix must be one"),
            ("a.spec.ts", true, "the jasmine suffix"),
            ("conftest.py", true, "pytest's own file"),
            ("conftest.pyi", false, "and no other"),
        ] {
            assert_eq!(is_test_file(path), expected, "{path}: {why}");
        }
    }
}
