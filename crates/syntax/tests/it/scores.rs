use std::num::NonZeroUsize;

use axonry_syntax::{CompareError, GrammarSet, Method, Scorer, Settings, Tables};
use proptest::prelude::*;

use crate::{added, modified, scorer};

const BEFORE: &str = "def a():\n    return 1\n\n\ndef b(x):\n    return x\n";

#[test]
fn what_does_not_change_the_code_is_worth_nothing() {
    for (head, why) in [
        (
            "def b(x):\n    return x\n\n\ndef a():\n    return 1\n",
            "moved",
        ),
        (
            "def a():\n  return 1\ndef b(x):\n  return x\n",
            "indented anew",
        ),
        (
            "# new\ndef a():\n    return 1  # newer\n\n\ndef b(x):\n    return x\n",
            "commented",
        ),
    ] {
        let score = scorer().score(&[modified("a.py", BEFORE, head)]);
        assert_eq!(
            (score.total_score, score.total_nodes_scored),
            (0.0, 0),
            "{why}"
        );
        assert_eq!(score.files[0].method, Method::TreeDiff, "{why}");
    }
}

#[test]
fn both_what_came_and_what_went_is_worth_something() {
    let grown = format!("{BEFORE}\n\nclass C:\n    pass\n");
    let scorer = scorer();
    let added = scorer
        .compare("python", Some(BEFORE), Some(&grown))
        .expect("python is built in");
    let deleted = scorer
        .compare("python", Some(&grown), Some(BEFORE))
        .expect("python is built in");
    assert!(added.total_score() > 0.0);
    assert_eq!(added.structural_added, deleted.structural_deleted);
    assert_eq!(added.leaf_added.count, deleted.leaf_deleted.count);
    assert_eq!((added.deleted_count(), deleted.added_count()), (0, 0));
}

#[test]
fn a_language_outside_the_build_is_named_not_scored() {
    let scorer = scorer();
    let score = scorer.score(&[added("main.zig", "const x = 1;"), added("a.xyz", "?")]);
    assert_eq!(score.missing_languages().collect::<Vec<_>>(), ["zig"]);
    let unknown = Method::SkippedUnsupported { language: None };
    assert_eq!(
        score.files[1].method, unknown,
        "the table has no such extension"
    );
    assert!(scorer.missing_languages().contains("zig"));
    let error = scorer
        .compare("zig", None, Some("x"))
        .expect_err("there is no such grammar");
    assert_eq!(
        error,
        CompareError::Unsupported {
            language: "zig".to_owned()
        }
    );
}

#[test]
fn csharp_is_an_empty_comparison_in_parity_and_missing_otherwise() {
    let file = [added("A.cs", "class A {}")];
    let parity = scorer().score(&file);
    assert_eq!(
        (parity.files[0].method.as_str(), parity.total_score),
        ("tree-diff", 0.0)
    );
    let full = Scorer::new(Tables::upstream(), GrammarSet::Full).expect("the grammars fit");
    assert_eq!(
        full.score(&file).missing_languages().collect::<Vec<_>>(),
        ["csharp"]
    );
}

#[test]
fn files_of_one_name_share_the_last_texts() {
    let (first, last) = (
        modified("a.py", "", "x = 1\n"),
        modified("a.py", "", "x = 1\ny = 2\n"),
    );
    let score = scorer().score(&[first, last]);
    assert_eq!(score.files[0].score, score.files[1].score);
    assert_eq!(score.total_score, scorer().score(&[last]).total_score * 2.0);
}

#[test]
fn one_test_inside_makes_the_whole_file_a_test() {
    let head = "fn a() -> u32 { 1 }\n#[test]\nfn t() { assert_eq!(a(), 1); }\n";
    let score = scorer().score(&[added("src/a.rs", head)]);
    assert!(score.files[0].is_test_file);
    assert_eq!(score.source_token_score(), 0.0);
    assert!(score.token_score() > 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_number_of_threads_never_shows(
        texts in prop::collection::vec(("[a-z]{1,3}", "[a-z=+ ();{}\n\"']{0,80}", "[a-z=+ ();{}\n\"']{0,80}"), 0..12),
        extensions in prop::collection::vec(prop::sample::select(vec!["py", "rs", "ts", "tsx", "md"]), 12),
    ) {
        let names: Vec<_> = texts.iter().zip(&extensions)
            .map(|((name, ..), extension)| format!("{name}.{extension}")).collect();
        let change: Vec<_> = names.iter().zip(&texts)
            .map(|(name, (_, base, head))| modified(name, base, head)).collect();
        let score = |threads| {
            let settings = Settings { threads: NonZeroUsize::new(threads), ..Settings::default() };
            Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit")
                .score_all(&[change.as_slice(), &change[change.len() / 2..]])
        };
        prop_assert_eq!(score(1), score(4));
    }
}
