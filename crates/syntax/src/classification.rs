//! What kind of file a path names: its extension, whether it is a test, whether it is code.
//!
//! Reproduces `FileChange` of `entrius/gittensor` `gittensor/classes.py` and the inline-test
//! patterns of `gittensor/constants.py`.

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
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or_default();
    is_test_name(name) || parts.any(is_test_directory)
}

fn is_test_directory(name: &str) -> bool {
    let is_android = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_lowercase());
    matches!(
        name,
        "test" | "tests" | "__test__" | "__tests__" | "integrationtest" | "spec"
    ) || name.strip_prefix("androidtest").is_some_and(is_android)
        || name.ends_with(".test")
        || name.ends_with(".tests")
}

fn is_test_name(name: &str) -> bool {
    const SUFFIXES: [&str; 6] = ["_test", "_tests", "_spec", ".test", ".tests", ".spec"];
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if !extension.is_empty() => Some(stem),
        _ => None,
    };
    let is_test = |stem: &str| {
        matches!(stem, "test" | "tests") || SUFFIXES.iter().any(|end| stem.ends_with(end))
    };
    name.starts_with("test_")
        || name.starts_with("spec_")
        // Python's `$` also matches before a final line end.
        || matches!(name, "conftest.py" | "conftest.py\n")
        || stem.is_some_and(is_test)
}

/// Whether files of this extension are scored by changed lines.
pub fn is_non_code(extension: &str) -> bool {
    NON_CODE_EXTENSIONS.contains(&extension)
}

/// Whether a source text contains tests of its own; only `rs`, `zig` and `d` can.
///
/// It is a search in the text: what stands in a comment or a string counts.
pub fn has_inline_tests(text: &str, extension: &str) -> bool {
    let begins_a_test = match extension {
        "rs" => begins_a_rust_test,
        "zig" => begins_a_zig_test,
        "d" => |line: &str| word(line, "unittest").is_some(),
        _ => return false,
    };
    text.split('\n')
        .any(|line| begins_a_test(line.trim_start_matches([' ', '\t'])))
}

/// `#[test]`, `#[cfg(test…`, `#![cfg(test)]` or `#[anything::test]`, as far as the word `test`.
fn begins_a_rust_test(line: &str) -> bool {
    let Some(inside) = line.strip_prefix("#[") else {
        return line.starts_with("#![cfg(test)]");
    };
    let after_path = || {
        let path = inside.trim_start_matches(is_word);
        path.strip_prefix("::")
            .filter(|_| path.len() < inside.len())
    };
    [Some(inside), inside.strip_prefix("cfg("), after_path()]
        .into_iter()
        .flatten()
        .any(|rest| word(rest, "test").is_some())
}

/// `test {` or `test "`.
fn begins_a_zig_test(line: &str) -> bool {
    word(line, "test")
        .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with(['{', '"']))
}

/// What follows a word at the beginning of a text.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)
        .filter(|rest| !rest.starts_with(is_word))
}

/// Whether a character belongs to words, as Python's `\w` sees it.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

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

    /// Upstream's expressions, `TEST_FILE_PATTERNS` and `INLINE_TEST_PATTERNS`.
    fn by_expression(path: &str) -> bool {
        let path = path.to_lowercase();
        let directories = r"(^|/)tests?/|(^|/)__tests?__/|(^|/)androidtest[a-z]*/|(^|/)integrationtest/|(^|/)spec/|\.tests?/";
        let names = r"^test_|^spec_|_test\.[^.]+$|_tests\.[^.]+$|_spec\.[^.]+$|\.test\.[^.]+$|\.tests\.[^.]+$|\.spec\.[^.]+$|^test\.[^.]+$|^tests\.[^.]+$|^conftest\.py\n?$";
        let is_match =
            |pattern, text: &str| Regex::new(pattern).expect("upstream's").is_match(text);
        is_match(directories, &path) || is_match(names, short_name(&path))
    }

    fn inside_by_expression(text: &str, extension: &str) -> bool {
        let pattern = match extension {
            "rs" => r"(?m)^[ \t]*(?:#\[(?:cfg\()?test\b|#!\[cfg\(test\)\]|#\[\w+::test\b)",
            "zig" => r#"(?m)^[ \t]*test\b[ \t]*[{"]"#,
            _ => r"(?m)^[ \t]*unittest\b",
        };
        Regex::new(pattern).expect("upstream's").is_match(text)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn paths_are_told_as_upstreams_expressions_tell_them(
            path in "((|_|__|\\.|android|integration|con)([tT]est|tests|spec|a)(s|_|__|\\.|X|py|/|\n|1|ß){0,2}){1,4}",
        ) {
            prop_assert_eq!(is_test_file(&path), by_expression(&path));
        }

        #[test]
        fn texts_are_told_as_upstreams_expressions_tell_them(
            text in "([ \\t]{0,2}(x|#\\[|#!\\[|unit)?(cfg\\(|tokio::|é_::|a::b::|::)?(test)?(s|_|é|\\)|\\)\\]|[ \\t]{1,2})?[{\"]?[\n\r]?){0,4}",
            extension in prop::sample::select(vec!["rs", "zig", "d"]),
        ) {
            let expected = inside_by_expression(&text, extension);
            prop_assert_eq!(has_inline_tests(&text, extension), expected);
        }
    }
}
