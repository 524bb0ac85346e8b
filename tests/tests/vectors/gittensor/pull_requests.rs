//! What one pull request is worth.

use axonry_scoring::base_score::{TokenTotals, base_score as score_base};
use axonry_scoring::decay;
use axonry_scoring::earned::{self, Multipliers};
use axonry_scoring::eligibility as gate;
use axonry_scoring::label;
use axonry_scoring::linked_issue;
use axonry_scoring::merge_gate as merged;
use axonry_scoring::number::round2;
use axonry_scoring::pull_request::PullRequestState;
use axonry_scoring::registry::{Registry, ScoringRules};
use axonry_scoring::review;
use axonry_scoring::standing::{MinerPullRequests, Standing, finalize};
use axonry_syntax::Scorer;
use serde_json::{Value, json};

use super::mirror;
use crate::source::{Checks, File};

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

pub(super) fn base_score(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let tokens = TokenTotals {
            source_token_score: case["source_token_score"].as_f64().unwrap_or(0.0),
            token_score: case["token_score"].as_f64().unwrap_or(0.0),
            total_score: float(&case["total_score"]),
            ..TokenTotals::default()
        };
        let default = ScoringRules::default().src_tok_saturation_scale;
        let scale = case["src_tok_saturation_scale"].as_f64().unwrap_or(default);
        let score = score_base(&tokens, scale).base_score;
        checks.exact("base_score", score, &case["expected_base_score"]);
    }
}

pub(super) fn time_decay(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let rules = mirror::config(&json!({"scoring": {"time_decay": case["time_decay"]}}));
        let (now, merged_at) = (
            mirror::moment(&case["now"]),
            mirror::moment(&case["merged_at"]),
        );
        let rules = rules.scoring.time_decay;
        let decay = decay::time_decay(merged_at.unwrap(), now.unwrap(), &rules);
        if case["expected"].is_null() {
            // Upstream raises; the minimum is our answer.
            checks.same("expected", decay, rules.min_multiplier);
        } else {
            checks.close("expected", decay, &case["expected"]);
            checks.exact("expected_rounded", round2(decay), &case["expected_rounded"]);
        }
    }
}

pub(super) fn review_quality(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let count = u32::try_from(case["changes_requested_count"].as_u64().unwrap()).unwrap();
        let rate = float(&case["review_penalty_rate"]);
        let quality = review::quality_multiplier(count, rate);
        checks.close("earned", quality, &case["earned_multiplier"]);
        checks.exact(
            "rounded",
            round2(quality),
            &case["earned_multiplier_rounded"],
        );
        checks.close("issue", quality, &case["issue_multiplier"]);
        let collateral = review::collateral_multiplier(count, rate);
        checks.close("collateral", collateral, &case["collateral_multiplier"]);
    }
}

pub(super) fn labels(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let config = mirror::config(&case["repo_config"]);
        let resolved = label::resolve(&mirror::labels(&case["labels"]), &config);
        checks.same(
            "label",
            resolved.label.as_deref(),
            case["expected_label"].as_str(),
        );
        checks.close(
            "multiplier",
            resolved.multiplier,
            &case["expected_multiplier"],
        );
    }
}

pub(super) fn issue_multiplier(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let rules = mirror::config(&json!({"scoring": case["scoring"]})).scoring;
        let pr = mirror::pull_request(&case["pr"]);
        let issues = pr.linked_issues.iter();
        let valid: Vec<_> = issues
            .map(|issue| linked_issue::check(issue, &pr).is_ok())
            .collect();
        checks.same("valid", &json!(valid), &case["expected_valid"]);
        let multiplier = linked_issue::multiplier(&pr, &rules);
        checks.close("multiplier", multiplier.exact, &case["expected_multiplier"]);
        checks.exact("rounded", multiplier.multiplier, &case["expected_rounded"]);
    }
}

pub(super) fn merge_gate(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let config = mirror::config(&case["repo_config"]);
        let outcome = merged::check(&mirror::pull_request(&case["pr"]), &config);
        checks.same(
            "skip",
            Some(outcome.is_err()),
            case["expected_skip"].as_bool(),
        );
    }
}

pub(super) fn eligibility(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let rules = mirror::config(&json!({"eligibility": case["eligibility"]})).eligibility;
        let count = |key: &str| case[key].as_u64().unwrap();
        let expected = &case["expected"];

        let pulls = gate::pull_requests(count("merged"), count("closed"), &rules);
        let is_eligible = Some(pulls.is_eligible());
        checks.same(
            "is_eligible",
            is_eligible,
            expected["is_eligible"].as_bool(),
        );
        checks.close("credibility", pulls.credibility, &expected["credibility"]);
        let threshold =
            gate::open_pull_request_threshold(float(&case["total_token_score"]), &rules);
        checks.count(
            "open_pr_threshold",
            threshold,
            &expected["open_pr_threshold"],
        );
        let spam = gate::spam_multiplier(count("open"), threshold);
        checks.exact("pr_spam_multiplier", spam, &expected["pr_spam_multiplier"]);

        let (solved, valid) = (count("solved"), count("valid_solved"));
        let issues = gate::issues(solved, valid, count("issues_closed"), &rules);
        let is_eligible = Some(issues.is_eligible());
        checks.same(
            "is_issue_eligible",
            is_eligible,
            expected["is_issue_eligible"].as_bool(),
        );
        checks.close(
            "issue_credibility",
            issues.credibility,
            &expected["issue_credibility"],
        );
        let threshold = gate::open_issue_threshold(float(&case["solved_token_score"]), &rules);
        let spam = gate::spam_multiplier(count("open_issues"), threshold);
        checks.exact("issue_spam", spam, &expected["open_issue_spam_multiplier"]);
    }
}

pub(super) fn earned_and_collateral(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let rules = mirror::config(&json!({"scoring": case["scoring"]})).scoring;
        let multipliers = Multipliers {
            issue: float(&case["issue_multiplier"]),
            label: float(&case["label_multiplier"]),
            open_pr_spam: float(&case["spam_multiplier"]),
            time_decay: float(&case["time_decay_multiplier"]),
            review_quality: float(&case["review_quality_multiplier"]),
        };
        let base = float(&case["base_score"]);
        let count = u32::try_from(case["changes_requested_count"].as_u64().unwrap()).unwrap();
        checks.close("earned", multipliers.earned(base), &case["expected_earned"]);
        let collateral = earned::collateral(base, &multipliers, count, &rules).score;
        checks.close("collateral", collateral, &case["expected_collateral"]);
    }
}

/// One pull request from the mirror's answers to its repository's totals, without the transport.
pub(super) fn pr_end_to_end(file: &File, checks: &mut Checks) {
    let scorer = super::syntax::scorer();
    let mut with_given_tokens = 0;
    for case in file.list("cases") {
        checks.case(case);
        let registry = Registry::from_json(&case["registry"].to_string()).expect("it is valid");
        let now = mirror::moment(&case["now"]).unwrap();
        let expected = &case["expected"];
        let mut pulls = MinerPullRequests::default();
        let route = format!(
            "POST /api/v1/miners/{}/pulls",
            case["github_id"].as_str().unwrap()
        );
        for pr in case["routes"][&route]["body"]["pull_requests"]
            .as_array()
            .unwrap()
        {
            let answer = mirror::pull_request(pr);
            let Some(config) = registry.get(&answer.repository) else {
                continue;
            };
            let is_gone = answer.author_association.is_maintainer()
                || answer.state == PullRequestState::Merged
                    && merged::check(&answer, config).is_err();
            if is_gone {
                continue;
            }
            let tokens = tokens(&scorer, &case["routes"], pr).unwrap_or_else(|| {
                with_given_tokens += 1;
                Some(given_tokens(&expected["scored"]))
            });
            let mut scored = earned::score(&answer, tokens.as_ref(), config, now);
            if tokens.is_some_and(|tokens| tokens.source_token_score.is_nan()) {
                scored.base_score = float(&expected["scored"]["base_score"]);
            }
            match answer.state {
                PullRequestState::Merged => pulls.merged.push(scored),
                PullRequestState::Open => pulls.open.push(scored),
                PullRequestState::Closed => pulls.closed.push(scored),
            }
        }
        let standing = finalize(&mut pulls, &registry);
        compare(checks, &pulls, &standing, expected);
    }
    checks.note(format!(
        "{with_given_tokens} cases have files in other languages: their base score was given"
    ));
}

/// Totals of a pull request's files; `None` when a grammar is missing, and `Some(None)` when there
/// are no files.
fn tokens(scorer: &Scorer, routes: &Value, pr: &Value) -> Option<Option<TokenTotals>> {
    let repository = pr["repo_full_name"].as_str().unwrap().to_lowercase();
    let answer = &routes[format!("GET /api/v1/pulls/{repository}/{}/files", pr["pr_number"])];
    let is_there = pr["scoring_data_stored"] == true
        && answer["status"] == 200
        && answer["body"]["files"] != json!([]);
    if !is_there {
        return Some(None);
    }
    let files = mirror::files(&answer["body"]["files"]);
    let change: Vec<_> = files.iter().map(mirror::File::change).collect();
    let score = scorer.score(&change);
    let is_known = score.missing_languages().next().is_none();
    is_known.then(|| Some(mirror::totals(&score)))
}

/// The totals as the case expects them; what it does not tell is NaN.
fn given_tokens(scored: &Value) -> TokenTotals {
    TokenTotals {
        source_token_score: f64::NAN,
        total_score: f64::NAN,
        token_score: float(&scored["token_score"]),
        structural_count: scored["structural_count"].as_u64().unwrap(),
        structural_score: float(&scored["structural_score"]),
        leaf_count: scored["leaf_count"].as_u64().unwrap(),
        leaf_score: float(&scored["leaf_score"]),
    }
}

fn compare(checks: &mut Checks, pulls: &MinerPullRequests, standing: &Standing, expected: &Value) {
    let lists = [
        ("MERGED", &pulls.merged),
        ("OPEN", &pulls.open),
        ("CLOSED", &pulls.closed),
    ];
    let found = lists
        .iter()
        .find_map(|(state, list)| list.first().map(|one| (*state, one)));
    checks.same(
        "loaded_as",
        found.map(|(state, _)| state),
        expected["loaded_as"].as_str(),
    );
    if let Some((_, one)) = found {
        let expected = &expected["scored"];
        for (field, actual) in [
            ("base_score", one.base_score),
            ("issue_multiplier", one.multipliers.issue),
            ("open_pr_spam_multiplier", one.multipliers.open_pr_spam),
            ("time_decay_multiplier", one.multipliers.time_decay),
            ("review_quality_multiplier", one.multipliers.review_quality),
        ] {
            checks.exact(field, actual, &expected[field]);
        }
        for (field, actual) in [
            ("label_multiplier", one.multipliers.label),
            ("earned_score", one.earned_score),
            (
                "collateral_score",
                one.collateral.map_or(0.0, |held| held.score),
            ),
            ("token_score", one.tokens.token_score),
            ("structural_score", one.tokens.structural_score),
            ("leaf_score", one.tokens.leaf_score),
        ] {
            checks.close(field, actual, &expected[field]);
        }
        checks.same("label", one.label.as_deref(), expected["label"].as_str());
        checks.count(
            "nodes",
            one.tokens.total_nodes_scored(),
            &expected["total_nodes_scored"],
        );
    }
    let repositories = expected["repo_evaluations"].as_object().unwrap();
    checks.same(
        "repositories",
        standing.repositories.len(),
        repositories.len(),
    );
    for (name, here) in &standing.repositories {
        let expected = repositories.get(name).unwrap_or(&Value::Null);
        let is_eligible = Some(here.eligibility.is_eligible());
        checks.same(
            "is_eligible",
            is_eligible,
            expected["is_eligible"].as_bool(),
        );
        let totals = &here.totals;
        for (field, actual) in [
            ("credibility", here.eligibility.credibility),
            ("base_total_score", totals.base_score),
            ("total_score", totals.total_score.value()),
            ("total_collateral_score", totals.collateral_score),
            ("total_token_score", totals.token_score),
            ("total_structural_score", totals.structural_score),
            ("total_leaf_score", totals.leaf_score),
        ] {
            checks.close(field, actual, &expected[field]);
        }
        for (field, actual) in [
            ("total_nodes_scored", totals.nodes_scored),
            ("total_structural_count", totals.structural_count),
            ("total_leaf_count", totals.leaf_count),
            ("total_merged_prs", here.merged),
            ("total_open_prs", here.open),
            ("total_closed_prs", here.closed),
        ] {
            checks.count(field, actual, &expected[field]);
        }
    }
}
