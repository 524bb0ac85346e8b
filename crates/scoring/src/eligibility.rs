//! When a miner's work in a repository counts, and how much may be open at once.
//!
//! Reproduces `gittensor/validator/oss_contributions/credibility.py` and the thresholds of
//! `gittensor/validator/oss_contributions/scoring.py` and
//! `gittensor/validator/issue_discovery/scoring.py` of `entrius/gittensor`.

use serde::Serialize;

use crate::number::whole_slots;
use crate::registry::EligibilityRules;

/// Whether work counts, and why not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Eligibility {
    /// Part of the attempts that succeeded, 0 to 1; 0 without attempts.
    pub credibility: f64,
    /// What is missing; `None` means eligible.
    pub missing: Option<Missing>,
}

impl Eligibility {
    /// Whether the work counts.
    pub const fn is_eligible(&self) -> bool {
        self.missing.is_none()
    }
}

/// What keeps work from counting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Missing {
    /// Too few successes.
    #[error("{have} of {need} needed")]
    Count {
        /// How many there are.
        have: u64,
        /// How many it takes.
        need: u64,
    },
    /// Too many of the attempts failed.
    #[error("credibility {have} of {need} needed")]
    Credibility {
        /// The credibility.
        have: f64,
        /// The credibility it takes.
        need: f64,
    },
}

/// Whether merged pull requests count.
pub fn pull_requests(merged: u64, closed: u64, rules: &EligibilityRules) -> Eligibility {
    let gate = (rules.min_valid_merged_prs, rules.min_credibility);
    eligibility(merged, credibility(merged, closed), gate)
}

/// Whether solved issues count: the number asks for valid ones, credibility for any.
pub fn issues(
    solved: u64,
    valid_solved: u64,
    closed: u64,
    rules: &EligibilityRules,
) -> Eligibility {
    let gate = (rules.min_valid_solved_issues, rules.min_issue_credibility);
    eligibility(valid_solved, credibility(solved, closed), gate)
}

/// Successes per attempt; 0 without attempts.
pub fn credibility(succeeded: u64, failed: u64) -> f64 {
    match succeeded.saturating_add(failed) {
        0 => 0.0,
        attempts => succeeded as f64 / attempts as f64,
    }
}

fn eligibility(count: u64, credibility: f64, (needed, ratio): (u64, f64)) -> Eligibility {
    let missing = if count < needed {
        Some(Missing::Count {
            have: count,
            need: needed,
        })
    } else if credibility < ratio {
        Some(Missing::Credibility {
            have: credibility,
            need: ratio,
        })
    } else {
        None
    };
    Eligibility {
        credibility,
        missing,
    }
}

/// Open pull requests that are free of the spam penalty:
/// `min(base + ⌊merged token score / score per slot⌋, max)`.
pub fn open_pull_request_threshold(token_score: f64, rules: &EligibilityRules) -> u64 {
    threshold(
        rules.excessive_pr_penalty_base_threshold,
        whole_slots(token_score, rules.open_pr_threshold_token_score),
        rules.max_open_pr_threshold,
    )
}

/// Open issues that are free of the spam penalty:
/// `min(base + ⌊solved token score / score per slot⌋, max)`.
pub fn open_issue_threshold(token_score: f64, rules: &EligibilityRules) -> u64 {
    threshold(
        rules.open_issue_spam_base_threshold,
        whole_slots(token_score, rules.open_issue_spam_token_score_per_slot),
        rules.max_open_issue_threshold,
    )
}

fn threshold(base: u64, slots: i64, max: u64) -> u64 {
    base.saturating_add_signed(slots).min(max)
}

/// 1 up to the threshold, 0 above it.
pub fn spam_multiplier(open: u64, threshold: u64) -> f64 {
    if open <= threshold { 1.0 } else { 0.0 }
}
