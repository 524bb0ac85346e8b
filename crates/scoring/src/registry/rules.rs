//! The numbers of a repository's rules, their defaults and their ranges.

use serde::Serialize;

use super::RegistryError;
use super::fields::{Fields, Range};

/// When a miner's work in a repository counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EligibilityRules {
    /// Merged pull requests it takes.
    pub min_valid_merged_prs: u64,
    /// Credibility it takes: 0 to 1.
    pub min_credibility: f64,
    /// Open pull requests that are always free of the spam penalty.
    pub excessive_pr_penalty_base_threshold: u64,
    /// Merged token score that frees one more.
    pub open_pr_threshold_token_score: f64,
    /// Open pull requests that are free at most.
    pub max_open_pr_threshold: u64,
    /// Valid solved issues that issue discovery takes.
    pub min_valid_solved_issues: u64,
    /// Issue credibility it takes: 0 to 1.
    pub min_issue_credibility: f64,
    /// Token score of the solving pull request that makes a solved issue valid.
    pub min_token_score_for_valid_issue: f64,
    /// Open issues that are always free of the spam penalty.
    pub open_issue_spam_base_threshold: u64,
    /// Solved token score that frees one more.
    pub open_issue_spam_token_score_per_slot: f64,
    /// Open issues that are free at most.
    pub max_open_issue_threshold: u64,
}

impl Default for EligibilityRules {
    fn default() -> Self {
        Self {
            min_valid_merged_prs: 3,
            min_credibility: 0.80,
            excessive_pr_penalty_base_threshold: 2,
            open_pr_threshold_token_score: 300.0,
            max_open_pr_threshold: 30,
            min_valid_solved_issues: 3,
            min_issue_credibility: 0.80,
            min_token_score_for_valid_issue: 5.0,
            open_issue_spam_base_threshold: 2,
            open_issue_spam_token_score_per_slot: 300.0,
            max_open_issue_threshold: 30,
        }
    }
}

impl EligibilityRules {
    const KEYS: [&'static str; 11] = [
        "min_valid_merged_prs",
        "min_credibility",
        "excessive_pr_penalty_base_threshold",
        "open_pr_threshold_token_score",
        "max_open_pr_threshold",
        "min_valid_solved_issues",
        "min_issue_credibility",
        "min_token_score_for_valid_issue",
        "open_issue_spam_base_threshold",
        "open_issue_spam_token_score_per_slot",
        "max_open_issue_threshold",
    ];

    pub(super) fn read(fields: Option<Fields<'_>>) -> Result<Self, RegistryError> {
        let default = Self::default();
        let Some(fields) = fields else {
            return Ok(default);
        };
        fields.only(&Self::KEYS)?;
        let count = |key, default| fields.integer(key, default, Range::AtLeast(0.0));
        let ratio = |key, default| fields.float(key, default, Range::Within(0.0, 1.0));
        let divisor = |key, default| fields.float(key, default, Range::Above(0.0));
        Ok(Self {
            min_valid_merged_prs: count("min_valid_merged_prs", default.min_valid_merged_prs)?,
            min_credibility: ratio("min_credibility", default.min_credibility)?,
            excessive_pr_penalty_base_threshold: count(
                "excessive_pr_penalty_base_threshold",
                default.excessive_pr_penalty_base_threshold,
            )?,
            open_pr_threshold_token_score: divisor(
                "open_pr_threshold_token_score",
                default.open_pr_threshold_token_score,
            )?,
            max_open_pr_threshold: count("max_open_pr_threshold", default.max_open_pr_threshold)?,
            min_valid_solved_issues: count(
                "min_valid_solved_issues",
                default.min_valid_solved_issues,
            )?,
            min_issue_credibility: ratio("min_issue_credibility", default.min_issue_credibility)?,
            min_token_score_for_valid_issue: fields.float(
                "min_token_score_for_valid_issue",
                default.min_token_score_for_valid_issue,
                Range::AtLeast(0.0),
            )?,
            open_issue_spam_base_threshold: count(
                "open_issue_spam_base_threshold",
                default.open_issue_spam_base_threshold,
            )?,
            open_issue_spam_token_score_per_slot: divisor(
                "open_issue_spam_token_score_per_slot",
                default.open_issue_spam_token_score_per_slot,
            )?,
            max_open_issue_threshold: count(
                "max_open_issue_threshold",
                default.max_open_issue_threshold,
            )?,
        })
    }
}

/// How work in a repository is valued.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScoringRules {
    /// How many days back pull requests are asked for: 1 to 90.
    pub pr_lookback_days: u64,
    /// Part of an open pull request's potential score that is held against its author: 0 to 1.
    pub open_pr_collateral_percent: f64,
    /// What each review that requests changes costs: above 0, up to 1.
    pub review_penalty_rate: f64,
    /// Multiplier for solving an issue: 1 to 5.
    pub standard_issue_multiplier: f64,
    /// Multiplier for solving a maintainer's issue: 1 to 5.
    pub maintainer_issue_multiplier: f64,
    /// Source token score at which 63 % of the quality part are reached: 10 to 500.
    pub src_tok_saturation_scale: f64,
    /// How a merge loses worth with time.
    pub time_decay: TimeDecay,
}

impl Default for ScoringRules {
    fn default() -> Self {
        Self {
            pr_lookback_days: 30,
            open_pr_collateral_percent: 0.20,
            review_penalty_rate: 0.15,
            standard_issue_multiplier: 1.33,
            maintainer_issue_multiplier: 1.66,
            src_tok_saturation_scale: 58.0,
            time_decay: TimeDecay::default(),
        }
    }
}

impl ScoringRules {
    const KEYS: [&'static str; 7] = [
        "pr_lookback_days",
        "open_pr_collateral_percent",
        "review_penalty_rate",
        "standard_issue_multiplier",
        "maintainer_issue_multiplier",
        "src_tok_saturation_scale",
        "time_decay",
    ];

    pub(super) fn read(fields: Option<Fields<'_>>) -> Result<Self, RegistryError> {
        let default = Self::default();
        let Some(fields) = fields else {
            return Ok(default);
        };
        fields.only(&Self::KEYS)?;
        let bonus = |key, default| fields.float(key, default, Range::Within(1.0, 5.0));
        Ok(Self {
            pr_lookback_days: fields.integer(
                "pr_lookback_days",
                default.pr_lookback_days,
                Range::Within(1.0, 90.0),
            )?,
            open_pr_collateral_percent: fields.float(
                "open_pr_collateral_percent",
                default.open_pr_collateral_percent,
                Range::Within(0.0, 1.0),
            )?,
            review_penalty_rate: fields.float(
                "review_penalty_rate",
                default.review_penalty_rate,
                Range::AboveUpTo(0.0, 1.0),
            )?,
            standard_issue_multiplier: bonus(
                "standard_issue_multiplier",
                default.standard_issue_multiplier,
            )?,
            maintainer_issue_multiplier: bonus(
                "maintainer_issue_multiplier",
                default.maintainer_issue_multiplier,
            )?,
            src_tok_saturation_scale: fields.float(
                "src_tok_saturation_scale",
                default.src_tok_saturation_scale,
                Range::Within(10.0, 500.0),
            )?,
            time_decay: TimeDecay::read(fields.object("time_decay")?)?,
        })
    }
}

/// How a merge loses worth with time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeDecay {
    /// Hours without any loss: 0 to 168.
    pub grace_period_hours: u64,
    /// Days after which half is left: 1 to 90.
    pub sigmoid_midpoint_days: f64,
    /// How steep the loss is around that day: 0.01 to 5.
    pub sigmoid_steepness: f64,
    /// What is left at the end: 0 to 1.
    pub min_multiplier: f64,
}

impl Default for TimeDecay {
    fn default() -> Self {
        Self {
            grace_period_hours: 12,
            sigmoid_midpoint_days: 10.0,
            sigmoid_steepness: 0.4,
            min_multiplier: 0.05,
        }
    }
}

impl TimeDecay {
    const KEYS: [&'static str; 4] = [
        "grace_period_hours",
        "sigmoid_midpoint_days",
        "sigmoid_steepness",
        "min_multiplier",
    ];

    fn read(fields: Option<Fields<'_>>) -> Result<Self, RegistryError> {
        let default = Self::default();
        let Some(fields) = fields else {
            return Ok(default);
        };
        fields.only(&Self::KEYS)?;
        Ok(Self {
            grace_period_hours: fields.integer(
                "grace_period_hours",
                default.grace_period_hours,
                Range::Within(0.0, 168.0),
            )?,
            sigmoid_midpoint_days: fields.float(
                "sigmoid_midpoint_days",
                default.sigmoid_midpoint_days,
                Range::Within(1.0, 90.0),
            )?,
            sigmoid_steepness: fields.float(
                "sigmoid_steepness",
                default.sigmoid_steepness,
                Range::Within(0.01, 5.0),
            )?,
            min_multiplier: fields.float(
                "min_multiplier",
                default.min_multiplier,
                Range::Within(0.0, 1.0),
            )?,
        })
    }
}
