//! What is decided over all miners of a round, and whole rounds.

mod mechanism;

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;
use axonry_scoring::duplicate::shared_accounts;
use axonry_scoring::emission::{Amounts, MinerScores, allocate};
use axonry_scoring::moving_average::{exclude, update};
use axonry_scoring::registry::Registry;
use serde_json::Value;

use super::configuration::registries;
use crate::source::{Checks, File};

pub(super) use mechanism::rounds;

fn uid(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap()).unwrap()
}

fn uids(value: &Value) -> Vec<u16> {
    value.as_array().unwrap().iter().map(uid).collect()
}

fn floats(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect()
}

pub(super) fn duplicates(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let alive = case["evaluations"].as_array().unwrap().iter();
        let alive = alive.filter(|miner| miner["failed_reason"].is_null());
        let found =
            shared_accounts(alive.map(|miner| (uid(&miner["uid"]), miner["github_id"].as_str())));
        let expected: BTreeSet<_> = uids(&case["expected_penalized"]).into_iter().collect();
        checks.same("penalized", found, expected);
    }
}

pub(super) fn emission(file: &File, checks: &mut Checks) {
    for (case, registry) in file.list("cases").iter().zip(registries(file)) {
        checks.case(case);
        let registry = Registry::from_json(&registry).expect("vectors have valid registries");
        let present: BTreeSet<_> = uids(&case["miner_uids"]).into_iter().collect();
        let listed = case["maintainer_uids_by_repo"].as_object().unwrap();
        let maintainers: BTreeMap<_, _> = listed
            .iter()
            .map(|(name, listed)| (name.clone(), uids(listed)))
            .collect();
        let miners: Vec<_> = case["miners"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|miner| miner["failed_reason"].is_null())
            .map(miner)
            .collect();
        let emission = allocate(&miners, &registry, &present, &maintainers);

        let rewards = case["expected_rewards"].as_array().unwrap();
        checks.same("rewards", emission.rewards.len(), rewards.len());
        for ((uid, reward), expected) in emission.rewards.iter().zip(rewards) {
            checks.close(&format!("reward of {uid}"), reward.value(), expected);
        }
        let allocations = case["expected_allocations"].as_array().unwrap();
        checks.same("allocations", emission.allocations.len(), allocations.len());
        for (actual, expected) in emission.allocations.iter().zip(allocations) {
            let name = actual.repository.as_str();
            checks.same(
                "repository",
                Some(name),
                expected["repository_full_name"].as_str(),
            );
            for (field, actual) in [
                ("emission_share", actual.emission_share),
                ("issue_discovery_share", actual.issue_discovery_share),
                ("repo_slice", actual.repository_slice),
                ("maintainer_cut", actual.maintainer_cut),
                ("maintainer_carve_out", actual.maintainer_carve_out),
                ("pr_slice", actual.pull_request_slice),
                ("issue_discovery_slice", actual.issue_discovery_slice),
                ("recycled_amount", actual.recycled),
            ] {
                checks.close(&format!("{name}.{field}"), actual, &expected[field]);
            }
            for (field, actual) in [
                ("maintainer_rewards", &actual.maintainer_rewards),
                ("pr_scores", &actual.pull_request_scores),
                ("issue_discovery_scores", &actual.issue_discovery_scores),
                ("pr_rewards", &actual.pull_request_rewards),
                ("issue_discovery_rewards", &actual.issue_discovery_rewards),
            ] {
                amounts(checks, &format!("{name}.{field}"), actual, &expected[field]);
            }
        }
    }
}

fn score(value: &Value) -> Score {
    axonry_scoring::number::score(value.as_f64().unwrap())
}

fn miner(miner: &Value) -> MinerScores {
    let scores = miner["repo_total_scores"].as_object().into_iter().flatten();
    let issues = miner["issues"].as_array().into_iter().flatten();
    let issue = |issue: &Value| (issue[0].as_str().unwrap().to_lowercase(), score(&issue[1]));
    MinerScores {
        uid: uid(&miner["uid"]),
        pull_requests: scores
            .map(|(name, score)| (name.clone(), self::score(score)))
            .collect(),
        issues: issues.map(issue).collect(),
    }
}

fn amounts(checks: &mut Checks, field: &str, actual: &Amounts, expected: &Value) {
    let expected = expected.as_object().unwrap();
    checks.same(field, actual.len(), expected.len());
    for (uid, amount) in actual {
        let expected = expected.get(&uid.to_string()).unwrap_or(&Value::Null);
        checks.close(&format!("{field}.{uid}"), amount.value(), expected);
    }
}

/// The average and the exclusion; what makes legal weights of them is another crate's.
pub(super) fn moving_average(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let n = usize::try_from(case["n"].as_u64().unwrap()).unwrap();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "they are widened 32-bit floats"
        )]
        let previous: Vec<f32> = floats(&case["previous_scores"])
            .into_iter()
            .map(|score| score as f32)
            .collect();
        let mut rewards = vec![0.0; n];
        let mut ascending = uids(&case["uids"]);
        ascending.sort_unstable();
        for (uid, reward) in ascending.into_iter().zip(floats(&case["rewards"])) {
            rewards[usize::from(uid)] = reward;
        }
        let mut scores = update(&previous, &rewards, case["alpha"].as_f64().unwrap());
        exclude(&mut scores, uids(&case["blacklisted_uids"]));
        let expected = case["expected"]["scores"].as_array().unwrap();
        checks.same("scores", scores.len(), expected.len());
        for (uid, (score, expected)) in scores.iter().zip(expected).enumerate() {
            checks.close_single(&format!("score of {uid}"), *score, expected);
        }
    }
    checks.note("the moving average and exclusion only");
}
