use std::time::Duration;

use axonry_syntax::{MAX_FILE_SIZE_BYTES, Method, ParseBudget, Scorer, Settings, Tables};

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

/// The parser's error recovery does not end on this text within any time that was tried.
#[test]
fn a_few_bytes_that_would_be_parsed_for_ever_cost_their_budget_and_no_more() {
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_millis(100),
        ..ParseBudget::default()
    });
    let score = scorer.score(&[
        added("a.tsx", "[r\"c//\":${?[${c "),
        added("b.tsx", "<a />"),
    ]);
    let methods: Vec<_> = score.files.iter().map(|file| &file.method).collect();
    assert_eq!(methods, [&Method::TimedOut, &Method::TreeDiff]);
}

#[test]
fn depth_does_not_reach_the_stack() {
    let depth = 100_000;
    let nested = format!("x = {}1{}\n", "(".repeat(depth), ")".repeat(depth));
    let scorer = with_budget(ParseBudget {
        per_parse: Duration::from_secs(60),
        per_change: Duration::from_secs(60),
    });
    let score = scorer.score(&[added("deep.py", &nested)]);
    assert_eq!(score.files[0].method, Method::TreeDiff);
    assert!(score.total_nodes_scored > 2 * 100_000);
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
