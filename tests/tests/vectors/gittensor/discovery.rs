//! What issues that others solve are worth.

use std::collections::BTreeMap;

use axonry_scoring::base_score::base_score;
use axonry_scoring::issue_discovery::{
    Discovery, Issue, MinerIssues, PullRequestKey, SolverScore, Solvers, SolvingPullRequest,
    assess, owners,
};
use axonry_scoring::registry::Registry;
use axonry_syntax::Scorer;
use serde_json::Value;

use super::mirror;
use crate::source::{Checks, File};

/// A whole scan over stubbed answers, without the transport and the cache behind it.
pub(super) fn issue_discovery(file: &File, checks: &mut Checks) {
    let scorer = super::syntax::scorer();
    for case in file.list("cases") {
        checks.case(case);
        let registry = Registry::from_json(&case["registry"].to_string()).expect("it is valid");
        let now = mirror::moment(&case["now"]).unwrap();
        let expected = case["expected"].as_object().unwrap();
        let mut solvers = Solvers::new();
        for pr in miners(case)
            .iter()
            .flat_map(|miner| list(&miner["merged_prs"]))
        {
            let key = (text(&pr["repo"]), pr["pr_number"].as_u64().unwrap());
            solvers.entry(key).or_insert(SolverScore {
                base_score: pr["base_score"].as_f64().unwrap(),
                token_score: pr["token_score"].as_f64().unwrap(),
            });
        }
        let pending: BTreeMap<_, _> = miners(case)
            .iter()
            .filter_map(|miner| Some((miner["uid"].to_string(), issues(case, miner, &registry)?)))
            .collect();
        let mut missing = None;
        for key in pending.values().flat_map(|miner| miner.solvers(&registry)) {
            match solver(&scorer, case, &key, &registry) {
                Ok(Some(score)) => drop(solvers.entry(key).or_insert(score)),
                Ok(None) => {}
                Err(_) if solvers.contains_key(&key) => {}
                Err(languages) => missing = Some(languages),
            }
        }
        if let Some(languages) = missing {
            checks.leave_out(format!("no grammar for {languages}"));
            continue;
        }
        let owners = owners(pending.values(), &registry);
        for (uid, expected) in expected {
            let discovery = pending
                .get(uid)
                .map(|miner| assess(miner, &owners, &solvers, &registry, now))
                .unwrap_or_default();
            compare(checks, uid, &discovery, expected);
        }
    }
}

fn miners(case: &Value) -> &[Value] {
    list(&case["miners"])
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    mirror::text(value).expect("it is a text").to_lowercase()
}

/// A miner's issues, if it is alive and the mirror answers.
fn issues(case: &Value, miner: &Value, registry: &Registry) -> Option<MinerIssues> {
    let id = mirror::text(&miner["github_id"]).filter(|id| !id.is_empty() && id != "0")?;
    if !miner["failed_reason"].is_null() {
        return None;
    }
    let answer = |method: &str| {
        let answer = &case["routes"][format!("{method} /api/v1/miners/{id}/issues")];
        (answer["status"] == 200).then(|| list(&answer["body"]["issues"]))
    };
    let windowed = answer("POST")?;
    let mut open = BTreeMap::<_, u64>::new();
    for issue in answer("GET")
        .unwrap_or(windowed)
        .iter()
        .filter(|one| one["state"] == "OPEN")
    {
        *open.entry(text(&issue["repo_full_name"])).or_default() += 1;
    }
    let uid = u16::try_from(miner["uid"].as_u64().unwrap()).unwrap();
    Some(MinerIssues::new(
        uid,
        windowed.iter().map(issue),
        open,
        registry,
    ))
}

fn issue(issue: &Value) -> Issue {
    let solver = issue["solving_pr"]
        .as_object()
        .filter(|solver| !solver.is_empty());
    Issue {
        repository: text(&issue["repo_full_name"]),
        number: issue["issue_number"].as_u64().unwrap(),
        is_closed: issue["state"] == "CLOSED",
        is_completed: issue["state_reason"] == "COMPLETED",
        is_transferred: issue["is_transferred"].as_bool().unwrap_or(false),
        author_id: mirror::id(&issue["author_github_id"]),
        author_association: mirror::association(&issue["author_association"]),
        created_at: mirror::moment(&issue["created_at"]),
        last_edited_at: mirror::moment(&issue["last_edited_at"]),
        solved_by: issue["solved_by_pr"].as_u64(),
        solver: solver.map(|_| solving(&issue["solving_pr"])),
    }
}

fn solving(pr: &Value) -> SolvingPullRequest {
    SolvingPullRequest {
        number: pr["pr_number"].as_u64().unwrap(),
        author_id: mirror::id(&pr["author_github_id"]).unwrap(),
        is_merged: pr["state"] == "MERGED",
        merged_at: mirror::moment(&pr["merged_at"]),
        edited_after_merge: pr["edited_after_merge"].as_bool().unwrap_or(false),
        base_ref: mirror::text(&pr["base_ref"]),
        head_ref: mirror::text(&pr["head_ref"]),
        head_repository: mirror::text(&pr["head_repo_full_name"]).map(|name| name.to_lowercase()),
        default_branch: mirror::text(&pr["default_branch"]),
        reviews: mirror::reviews(&pr["review_summary"]),
        labels: mirror::labels(&pr["labels"]),
    }
}

/// Score of a solving pull request's files; `None` when they cannot be had.
///
/// # Errors
///
/// The languages that no grammar is for.
fn solver(
    scorer: &Scorer,
    case: &Value,
    (repository, number): &PullRequestKey,
    registry: &Registry,
) -> Result<Option<SolverScore>, String> {
    let answer = &case["routes"][format!("GET /api/v1/pulls/{repository}/{number}/files")];
    if answer["status"] != 200 || answer["body"]["scoring_data_stored"] != true {
        return Ok(None);
    }
    let files = mirror::files(&answer["body"]["files"]);
    let change: Vec<_> = files.iter().map(mirror::File::change).collect();
    let score = scorer.score(&change);
    let missing: Vec<_> = score.missing_languages().collect();
    if !missing.is_empty() {
        return Err(missing.join(", "));
    }
    let config = registry
        .get(repository)
        .expect("only registered repositories are asked for");
    let computed = base_score(
        &mirror::totals(&score),
        config.scoring.src_tok_saturation_scale,
    );
    Ok(Some(SolverScore {
        base_score: config.fixed_base_score.unwrap_or(computed.base_score),
        token_score: score.token_score(),
    }))
}

fn compare(checks: &mut Checks, uid: &str, actual: &Discovery, expected: &Value) {
    let field = |name: &str| format!("{uid}.{name}");
    let score = "issue_discovery_score";
    checks.exact(&field(score), actual.score.value(), &expected[score]);
    checks.exact(
        &field("tokens"),
        actual.token_score,
        &expected["issue_token_score"],
    );
    checks.close(
        &field("credibility"),
        actual.credibility,
        &expected["issue_credibility"],
    );
    let is_eligible = Some(actual.is_eligible);
    checks.same(
        &field("eligible"),
        is_eligible,
        expected["is_issue_eligible"].as_bool(),
    );

    let repositories = expected["repo_evaluations"].as_object().unwrap();
    checks.same(
        &field("repositories"),
        actual.repositories.len(),
        repositories.len(),
    );
    for (name, here) in &actual.repositories {
        let expected = repositories.get(name).unwrap_or(&Value::Null);
        let field = |key: &str| format!("{uid}.{name}.{key}");
        for (key, count) in [
            ("total_solved_issues", here.solved),
            ("total_valid_solved_issues", here.valid_solved),
            ("total_closed_issues", here.closed),
            ("total_open_issues", here.open),
        ] {
            checks.count(&field(key), count, &expected[key]);
        }
        checks.exact(&field(score), here.score.value(), &expected[score]);
        checks.exact(
            &field("tokens"),
            here.token_score,
            &expected["issue_token_score"],
        );
        checks.close(
            &field("credibility"),
            here.credibility(),
            &expected["issue_credibility"],
        );
        let is_eligible = Some(here.is_eligible());
        checks.same(
            &field("eligible"),
            is_eligible,
            expected["is_issue_eligible"].as_bool(),
        );
    }

    let scored: Vec<_> = actual
        .repositories
        .iter()
        .filter(|(_, here)| here.is_eligible())
        .flat_map(|(name, here)| here.issues.iter().map(move |issue| (name, issue)))
        .collect();
    let listed = list(&expected["issue_discovery_issues"]);
    checks.same(&field("issues"), scored.len(), listed.len());
    for ((name, issue), expected) in scored.into_iter().zip(listed) {
        let field = |key: &str| format!("{uid}.{name}#{}.{key}", issue.number);
        checks.count(&field("number"), issue.number, &expected["number"]);
        checks.count(&field("pr_number"), issue.solver, &expected["pr_number"]);
        for (key, actual) in [
            ("base_score", issue.base_score),
            ("earned_score", issue.earned_score),
            ("review_quality_multiplier", issue.review_quality_multiplier),
            ("time_decay_multiplier", issue.time_decay_multiplier),
            ("credibility_multiplier", issue.credibility_multiplier),
            (
                "open_issue_spam_multiplier",
                issue.open_issue_spam_multiplier,
            ),
            ("label_multiplier", issue.label_multiplier),
        ] {
            checks.exact(&field(key), actual, &expected[format!("discovery_{key}")]);
        }
    }
}
