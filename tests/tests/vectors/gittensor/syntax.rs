//! What files are, and what changes of them contain.

use axonry_scoring::base_score::base_score;
use axonry_scoring::registry::ScoringRules;
use axonry_syntax::{
    Breakdown, Change, CompareError, GrammarSet, ParseBudget, Scorer, Settings, Tables, extension,
    has_inline_tests, is_non_code, is_test_file, short_name,
};
use serde_json::{Value, json};

use super::mirror;
use crate::source::{Checks, File};

/// A scorer with time enough for an unoptimised build on a busy machine.
pub(super) fn scorer() -> Scorer {
    let minute = std::time::Duration::from_secs(60);
    let budget = ParseBudget {
        per_parse: minute,
        per_change: minute,
        ..ParseBudget::default()
    };
    let settings = Settings {
        grammars: GrammarSet::Parity,
        budget,
        ..Settings::default()
    };
    Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit the core")
}

pub(super) fn files(file: &File, checks: &mut Checks) {
    let tables = Tables::upstream();
    for case in file.list("file_cases") {
        checks.case(case);
        let name = case["filename"].as_str().unwrap();
        let extension = extension(name);
        let entry = tables.language(&extension);
        let language = entry.and_then(|entry| entry.language.as_deref());
        checks.same(
            "extension",
            Some(extension.as_str()),
            case["extension"].as_str(),
        );
        checks.same(
            "short_name",
            Some(short_name(name)),
            case["short_name"].as_str(),
        );
        checks.same(
            "is_test_file",
            Some(is_test_file(name)),
            case["is_test_file"].as_bool(),
        );
        checks.same(
            "is_non_code",
            Some(is_non_code(&extension)),
            case["is_non_code"].as_bool(),
        );
        let is_parsed = language.is_some() && !is_non_code(&extension);
        checks.same(
            "tree_sitter",
            Some(is_parsed),
            case["tree_sitter"].as_bool(),
        );
        checks.same("language", language, case["language"].as_str());
        match entry {
            Some(entry) => checks.exact("language_weight", entry.weight, &case["language_weight"]),
            None => checks.same("language_weight", &Value::Null, &case["language_weight"]),
        }
    }
    for case in file.list("inline_cases") {
        checks.case(case);
        let (content, extension) = (
            case["content"].as_str().unwrap(),
            case["extension"].as_str(),
        );
        let found = has_inline_tests(content, extension.unwrap());
        checks.same("expected", Some(found), case["expected"].as_bool());
    }
}

pub(super) fn token_tree_diff(file: &File, checks: &mut Checks) {
    let scorer = scorer();
    let text = |side: &Value| match side {
        Value::Null => None,
        side => side["source"].as_str().map_or_else(
            || mirror::text(&side["text"]),
            |source| mirror::text(&file.json["sources"][source]),
        ),
    };
    let (mut well_formed, mut with_errors) = (0, 0);
    for case in file.list("cases") {
        checks.case(case);
        let language = case["language"].as_str().unwrap();
        let difference = scorer.compare(
            language,
            text(&case["old"]).as_deref(),
            text(&case["new"]).as_deref(),
        );
        let difference = match difference {
            Err(CompareError::Unsupported { language }) => {
                checks.leave_out(format!("no grammar `{language}` in this build"));
                continue;
            }
            difference => difference.expect("a minute is enough"),
        };
        breakdown(checks, "", &difference, &case["expected"]);
        let expected = &case["expected"];
        checks.close(
            "total_score",
            difference.total_score(),
            &expected["total_score"],
        );
        checks.count(
            "added_count",
            difference.added_count(),
            &expected["added_count"],
        );
        checks.count(
            "deleted_count",
            difference.deleted_count(),
            &expected["deleted_count"],
        );
        // Error recovery belongs to the parser core, and this one is newer than upstream's.
        let has_error = case["old_has_error"] == true || case["new_has_error"] == true;
        *(if has_error {
            &mut with_errors
        } else {
            &mut well_formed
        }) += 1;
        if has_error {
            let name = case["name"].as_str().unwrap();
            for line in checks.forgive() {
                checks.note(format!("syntax error, other recovery ({name}): {line}"));
            }
        }
    }
    checks.note(format!(
        "{well_formed} cases are well-formed, {with_errors} have syntax errors"
    ));
}

pub(super) fn breakdown(checks: &mut Checks, prefix: &str, actual: &Breakdown, expected: &Value) {
    for (part, tally) in [
        ("structural_added", actual.structural_added),
        ("structural_deleted", actual.structural_deleted),
        ("leaf_added", actual.leaf_added),
        ("leaf_deleted", actual.leaf_deleted),
    ] {
        let (count, score) = (format!("{part}_count"), format!("{part}_score"));
        checks.count(&format!("{prefix}{count}"), tally.count, &expected[&count]);
        checks.close(&format!("{prefix}{score}"), tally.score, &expected[&score]);
    }
}

fn optional_breakdown(
    checks: &mut Checks,
    prefix: &str,
    actual: Option<&Breakdown>,
    expected: &Value,
) {
    match actual {
        Some(actual) => breakdown(checks, prefix, actual, expected),
        None => checks.same(prefix, &Value::Null, expected),
    }
}

pub(super) fn pr_token_scoring(file: &File, checks: &mut Checks) {
    let scorer = scorer();
    let mut partly = 0;
    for case in file.list("cases") {
        checks.case(case);
        let files = mirror::files(&case["files"]);
        let change: Vec<Change<'_>> = files.iter().map(mirror::File::change).collect();
        let score = scorer.score(&change);
        let expected = &case["expected"];
        let results = expected["file_results"].as_array().unwrap();
        checks.same("files", score.files.len(), results.len());
        let mut missing = Vec::new();
        for (file, expected) in score.files.iter().zip(results) {
            if let axonry_syntax::Method::SkippedUnsupported {
                language: Some(language),
            } = &file.method
            {
                missing.push(language.as_str());
                continue;
            }
            let field = |name: &str| format!("{}.{name}", file.filename);
            checks.same(
                "filename",
                Some(file.filename.as_str()),
                expected["filename"].as_str(),
            );
            let method = Some(file.method.as_str());
            checks.same(
                &field("method"),
                method,
                expected["scoring_method"].as_str(),
            );
            checks.close(&field("score"), file.score, &expected["score"]);
            checks.count(
                &field("nodes_scored"),
                file.nodes_scored,
                &expected["nodes_scored"],
            );
            checks.count(
                &field("total_lines"),
                file.total_lines,
                &expected["total_lines"],
            );
            let is_test = Some(file.is_test_file);
            checks.same(
                &field("is_test_file"),
                is_test,
                expected["is_test_file"].as_bool(),
            );
            let category = Some(file.category().as_str());
            checks.same(&field("category"), category, expected["category"].as_str());
            let prefix = field("");
            optional_breakdown(
                checks,
                &prefix,
                file.breakdown.as_ref(),
                &expected["breakdown"],
            );
        }
        if !missing.is_empty() {
            partly += 1;
            missing.sort_unstable();
            missing.dedup();
            checks.leave_out(format!(
                "sums, for want of grammars: {}",
                missing.join(", ")
            ));
            continue;
        }
        checks.close("total_score", score.total_score, &expected["total_score"]);
        checks.count(
            "nodes",
            score.total_nodes_scored,
            &expected["total_nodes_scored"],
        );
        checks.count("lines", score.total_lines, &expected["total_lines"]);
        let sum = &expected["score_breakdown"];
        optional_breakdown(checks, "sum.", score.breakdown.as_ref(), sum);
        let categories = expected["by_category"].as_object().unwrap();
        checks.same("categories", score.by_category.len(), categories.len());
        for (category, actual) in &score.by_category {
            let expected = categories.get(category.as_str()).unwrap_or(&Value::Null);
            let field = |name: &str| format!("{}.{name}", category.as_str());
            checks.close(
                &field("total_score"),
                actual.total_score,
                &expected["total_score"],
            );
            let (nodes, lines) = (actual.total_nodes_scored, actual.total_lines);
            checks.count(&field("nodes"), nodes, &expected["total_nodes_scored"]);
            checks.count(&field("lines"), lines, &expected["total_lines"]);
            let names = actual
                .files
                .iter()
                .map(|&at| score.files[at].filename.as_str());
            checks.same(
                &field("files"),
                &json!(names.collect::<Vec<_>>()),
                &expected["files"],
            );
            let sum = &expected["score_breakdown"];
            optional_breakdown(checks, &field(""), actual.breakdown.as_ref(), sum);
        }
        let default = ScoringRules::default().src_tok_saturation_scale;
        let scale = case["src_tok_saturation_scale"].as_f64().unwrap_or(default);
        let (tokens, expected) = (mirror::totals(&score), &case["expected_base"]);
        let base = base_score(&tokens, scale);
        checks.exact("base_score", base.base_score, &expected["base_score"]);
        checks.close("token_score", tokens.token_score, &expected["token_score"]);
        checks.count(
            "structural_count",
            tokens.structural_count,
            &expected["structural_count"],
        );
        checks.close(
            "structural_score",
            tokens.structural_score,
            &expected["structural_score"],
        );
        checks.count("leaf_count", tokens.leaf_count, &expected["leaf_count"]);
        checks.close("leaf_score", tokens.leaf_score, &expected["leaf_score"]);
        let nodes = tokens.total_nodes_scored();
        checks.count("total_nodes_scored", nodes, &expected["total_nodes_scored"]);
    }
    checks.note(format!(
        "of {partly} of the cases only files of known languages were compared"
    ));
}
