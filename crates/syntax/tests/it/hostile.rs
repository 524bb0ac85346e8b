use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axonry_syntax::{
    CompareError, MAX_FILE_SIZE_BYTES, Method, ParseBudget, Scorer, Settings, Tables,
};

use crate::{added, modified, scorer};

/// Long enough that the parser asks whether it may go on.
fn long_source() -> String {
    "x = f(1, 'a') + y\n".repeat(2_000)
}

fn with_budget(budget: ParseBudget) -> Scorer {
    let settings = Settings {
        budget,
        ..Settings::default()
    };
    Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit the core")
}

#[test]
fn a_slow_side_makes_its_file_worth_nothing_whichever_side_it_is() {
    let budget = ParseBudget {
        per_parse: Duration::from_nanos(1),
        ..ParseBudget::default()
    };
    let (scorer, long) = (with_budget(budget), long_source());
    for (base, head, why) in [
        ("", long.as_str(), "head"),
        (long.as_str(), "x = 1", "base"),
    ] {
        let score = scorer.score(&[modified("a.py", base, head), added("a.md", "text")]);
        assert_eq!(score.files[0].method, Method::TimedOut, "{why}");
        assert_eq!(
            (score.files[0].score, score.files[0].breakdown),
            (0.0, None),
            "{why}"
        );
        assert_eq!(
            score.files[1].method,
            Method::LineCount,
            "the next file is not its victim"
        );
        assert!(score.is_cut_short());
    }
}

#[test]
fn a_slow_change_is_worth_nothing_as_a_whole() {
    let budget = ParseBudget {
        per_change: Duration::from_nanos(1),
        ..ParseBudget::default()
    };
    let score = with_budget(budget).score(&[added("a.py", &long_source()), added("a.md", "text")]);
    assert_eq!(
        (score.total_score, score.total_lines, score.breakdown),
        (0.0, 4, None)
    );
    assert!(score.by_category.is_empty());
    assert!(
        score
            .files
            .iter()
            .all(|file| file.method == Method::SkippedIsolationTimeout)
    );
}

#[test]
fn a_timeout_leaves_no_trace_in_the_next_document() {
    let fresh = scorer().score(&[added("a.py", "x = 1\n")]);
    let long = long_source();
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_micros(100),
        ..Default::default()
    });
    let late = scorer.score(&[added("a.py", &long)]);
    assert_eq!(late.files[0].method, Method::TimedOut);
    assert_eq!(scorer.score(&[added("a.py", "x = 1\n")]), fresh);
}

/// The parser's error recovery does not end on this text within any time that was tried. Steps end
/// it, whatever the time: so it is cut off on every machine alike.
#[test]
fn a_few_bytes_that_would_be_parsed_for_ever_cost_their_steps_and_no_more() {
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(3_600),
        per_change: Duration::from_secs(3_600),
        ..ParseBudget::default()
    });
    let score = scorer.score(&[
        added("a.tsx", "[r\"c//\":${?[${c "),
        added("b.tsx", "<a />"),
    ]);
    let methods: Vec<_> = score.files.iter().map(|file| &file.method).collect();
    assert_eq!(methods, [&Method::TimedOut, &Method::TreeDiff]);
}

/// The parser core frees its stack by recursion, which needs more than a thread usually has. It
/// takes an unoptimised parser some seconds to build such a stack; much more time than that must
/// not be given, since the memory of this parse grows without end.
#[test]
#[cfg(feature = "c")]
fn a_stack_the_parser_frees_by_recursion_fits_the_threads() {
    let merged = "a=>".repeat(MAX_FILE_SIZE_BYTES / 3);
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(5),
        ..ParseBudget::default()
    });
    let compared = scorer.compare("c", None, Some(&merged));
    assert!(!matches!(compared, Err(CompareError::Unsupported { .. })));
    let next = scorer.score(&[added("b.c", "int b;")]);
    assert_eq!(next.files[0].method, Method::TreeDiff);
}

/// The scanner of Kotlin calls `abort` inside of 1024 strings.
#[test]
#[cfg(feature = "kotlin")]
fn what_would_abort_the_process_is_not_parsed() {
    for (nested, method) in [(999, Method::TreeDiff), (2_000, Method::SkippedHazard)] {
        let score = scorer().score(&[added("a.kt", &"\"${".repeat(nested))]);
        assert_eq!(score.files[0].method, method, "{nested} strings");
    }
}

/// A file of the greatest size that is nothing but nesting, in every language of the build.
#[test]
fn a_million_levels_cost_their_budget_and_no_more() {
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_millis(50),
        per_change: Duration::from_secs(3_600),
        ..ParseBudget::default()
    });
    let tables = Tables::upstream();
    let extension_of: BTreeMap<_, _> = tables
        .languages()
        .filter_map(|(extension, entry)| Some((entry.language.as_deref()?, extension)))
        .filter(|(language, _)| !scorer.missing_languages().contains(language))
        .collect();
    for extension in extension_of.values() {
        let filename = format!("a.{extension}");
        for unit in ["(", "a[", "if x {", "<a>", "\"${"] {
            let deep = unit.repeat(MAX_FILE_SIZE_BYTES / unit.len());
            let started = Instant::now();
            let score = scorer.score(&[added(&filename, &deep)]);
            assert_eq!(score.files.len(), 1);
            let took = started.elapsed();
            // Freeing and walking a tree are not metered, and grow with its size alone.
            assert!(
                took < Duration::from_secs(30),
                "{filename} {unit}: {took:?}"
            );
        }
    }
    let ordinary = scorer.score(&[added("a.py", "x = 1\n")]);
    assert_eq!(
        ordinary.files[0].method,
        Method::TreeDiff,
        "nothing is left of it all"
    );
}

#[test]
fn one_line_of_a_megabyte_is_a_line_like_any_other() {
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(60),
        per_change: Duration::from_secs(60),
        ..ParseBudget::default()
    });
    for (filename, line) in [
        ("a.py", format!("x = \"{}\"", "y".repeat(900_000))),
        ("a.js", format!("var {};", "z".repeat(900_000))),
        ("a.rs", format!("// {}", "c".repeat(900_000))),
    ] {
        let score = scorer.score(&[added(filename, &line)]);
        assert_eq!(score.files[0].method, Method::TreeDiff, "{filename}");
        assert!(score.files[0].nodes_scored < 20, "{filename}");
    }
}

#[test]
fn line_ends_and_marks_change_no_token_that_does_not_hold_them() {
    let unix = "def f(a):\n    return a\n";
    for (head, why) in [
        (unix.replace('\n', "\r\n"), "CRLF"),
        (format!("\u{feff}{unix}"), "a byte order mark"),
    ] {
        let score = scorer().score(&[modified("a.py", unix, &head)]);
        assert_eq!(score.files[0].method, Method::TreeDiff, "{why}");
        assert_eq!(score.files[0].nodes_scored, 0, "{why}");
    }
    let lone = scorer().score(&[modified("a.py", unix, &unix.replace('\n', "\r"))]);
    assert_eq!(
        lone.files[0].method,
        Method::TreeDiff,
        "lone carriage returns"
    );
}

#[test]
fn depth_does_not_reach_the_stack() {
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(60),
        per_change: Duration::from_secs(120),
        ..ParseBudget::default()
    });
    let closed = |levels| format!("x = {}1{};\n", "(".repeat(levels), ")".repeat(levels));
    for (filename, deep, leaves) in [
        ("closed.py", closed(400_000), 800_000),
        ("closed.ts", closed(400_000), 800_000),
        ("open.py", "(".repeat(MAX_FILE_SIZE_BYTES), 1_000_000),
        ("open.rs", "[".repeat(MAX_FILE_SIZE_BYTES), 1_000_000),
    ] {
        let score = scorer.score(&[added(filename, &deep)]);
        assert_eq!(score.files[0].method, Method::TreeDiff, "{filename}");
        assert!(score.total_nodes_scored >= leaves, "{filename}");
    }
}

#[test]
fn odd_bytes_are_only_text() {
    for (source, why) in [
        ("\0\0\0", "NULs"),
        (
            "x = '\u{feff}\u{202e}'\r\n\u{0}",
            "marks and a NUL at the end",
        ),
        ("\u{10ffff}", "the last character"),
        ("   \n\n", "white space alone"),
        ("\r", "a lone carriage return"),
        ("\u{feff}", "a byte order mark alone"),
        ("", "nothing"),
    ] {
        for filename in ["a.py", "a.rs", "a.ts", "a.tsx"] {
            let score = scorer().score(&[added(filename, source)]);
            assert_eq!(score.files[0].method, Method::TreeDiff, "{filename}: {why}");
        }
    }
}

#[test]
fn a_file_of_the_greatest_size_is_scored_and_a_greater_one_is_not() {
    let line = "abc = 1234 # a comment, which costs the parser little, up to the line's end\n";
    let mut text = line.repeat(MAX_FILE_SIZE_BYTES / line.len() + 1);
    text.truncate(MAX_FILE_SIZE_BYTES);
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(60),
        per_change: Duration::from_secs(60),
        ..ParseBudget::default()
    });
    assert_eq!(
        scorer.score(&[added("a.py", &text)]).files[0].method,
        Method::TreeDiff
    );
    text.push('\n');
    assert_eq!(
        scorer.score(&[added("a.py", &text)]).files[0].method,
        Method::SkippedLarge
    );
    let shrunk = scorer.score(&[modified("a.py", &text, "x = 1\n")]);
    assert_eq!(
        shrunk.files[0].method,
        Method::SkippedLarge,
        "the base counts too"
    );
}
