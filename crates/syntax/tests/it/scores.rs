use std::num::NonZeroUsize;
use std::sync::LazyLock;

use axonry_syntax::{
    Breakdown, Change, CompareError, GrammarSet, Method, Scorer, Settings, Tables,
};
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
fn csharp_is_an_empty_comparison_in_parity_alone() {
    let file = [added("A.cs", "class A {}")];
    let parity = scorer().score(&file);
    assert_eq!(
        (parity.files[0].method.as_str(), parity.total_score),
        ("tree-diff", 0.0)
    );
    let full = Scorer::new(Tables::upstream(), GrammarSet::Full).expect("the grammars fit");
    let score = full.score(&file);
    if cfg!(feature = "csharp") {
        assert!(score.source_token_score() > 0.0);
    } else {
        assert_eq!(score.missing_languages().collect::<Vec<_>>(), ["csharp"]);
    }
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

/// Files of made-up text, some of it well-formed.
fn files() -> impl Strategy<Value = Vec<(String, String, String)>> {
    let text = || "([a-z]{1,3}|[=+ (){};:.\n\"']|fn |def |if ){0,60}";
    let extension = prop::sample::select(vec!["py", "rs", "ts", "tsx", "md", "test.py"]);
    let file = ("[a-z]{1,3}", extension, text(), text());
    prop::collection::vec(file, 0..10).prop_map(|files| {
        let named = |(position, (name, extension, base, head))| {
            (format!("{name}_{position}.{extension}"), base, head)
        };
        files.into_iter().enumerate().map(named).collect()
    })
}

fn change(files: &[(String, String, String)]) -> Vec<Change<'_>> {
    let files = files.iter();
    files
        .map(|(name, base, head)| modified(name, base, head))
        .collect()
}

static SCORER: LazyLock<Scorer> = LazyLock::new(scorer);

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_number_of_threads_never_shows(files in files()) {
        static SCORERS: LazyLock<[Scorer; 3]> = LazyLock::new(|| [1, 2, 8].map(|threads| {
            let settings = Settings { threads: NonZeroUsize::new(threads), ..Settings::default() };
            Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit")
        }));
        let change = change(&files);
        let [one, two, eight] = SCORERS.each_ref()
            .map(|scorer| scorer.score_all(&[change.as_slice(), &change[change.len() / 2..]]));
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(&one, &eight);
    }

    #[test]
    fn the_order_of_files_changes_no_file_and_no_bit_of_a_sum(files in files(), turn in 0_usize..10) {
        let mut change = change(&files);
        let straight = SCORER.score(&change);
        let turn = turn.min(change.len());
        change.rotate_left(turn);
        change.reverse();
        let whole = SCORER.score(&change);
        let mut turned = whole.files.clone();
        turned.reverse();
        turned.rotate_right(turn);
        prop_assert_eq!(&straight.files, &turned);
        prop_assert_eq!(straight.total_score, whole.total_score);
        prop_assert_eq!(straight.breakdown, whole.breakdown);
        prop_assert_eq!(straight.source_token_score(), whole.source_token_score());
    }

    #[test]
    fn what_comes_one_way_goes_the_other(base in "[a-z=+ (){};:\n\"']{0,120}", head in "[a-z=+ (){};:\n\"']{0,120}") {
        for language in ["python", "rust", "tsx"] {
            let compare = |base, head| SCORER.compare(language, Some(base), Some(head)).expect("small");
            let (there, back) = (compare(&base, &head), compare(&head, &base));
            prop_assert_eq!(there.structural_added.count, back.structural_deleted.count);
            prop_assert_eq!(there.leaf_added.count, back.leaf_deleted.count);
            prop_assert_eq!(there.added_count(), back.deleted_count());
            let (there, back) = (there.total_score(), back.total_score());
            prop_assert!((there - back).abs() <= 1e-9 * there, "only the order of sums differs");
            prop_assert_eq!(compare(&head, &head), Breakdown::default());
        }
    }
}
