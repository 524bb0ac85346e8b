//! What one pull request earns, or is held against its author.
//!
//! Reproduces `score_pr` of `gittensor/validator/oss_contributions/mirror/scoring.py` and
//! `calculate_open_pr_collateral_score` of `gittensor/validator/oss_contributions/scoring.py` in
//! `entrius/gittensor`.

mod trace;

use serde::Serialize;

use crate::base_score::{BaseScore, TokenTotals, base_score};
use crate::decay::time_decay;
use crate::label::{self, ResolvedLabel};
use crate::linked_issue::{self, IssueMultiplier};
use crate::number::round2;
use crate::pull_request::{PullRequest, PullRequestState};
use crate::registry::{RepositoryConfig, ScoringRules};
use crate::review;
use crate::timestamp::Timestamp;
use crate::trace::{Quantity, given, multiply};

/// What a pull request's score is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Multipliers {
    /// For solving an issue.
    pub issue: f64,
    /// For its label.
    pub label: f64,
    /// 0 when its author has too many pull requests open, else 1.
    pub open_pr_spam: f64,
    /// For the time since its merge.
    pub time_decay: f64,
    /// For reviews that requested changes.
    pub review_quality: f64,
}

impl Default for Multipliers {
    fn default() -> Self {
        Self {
            issue: 1.0,
            label: 1.0,
            open_pr_spam: 1.0,
            time_decay: 1.0,
            review_quality: 1.0,
        }
    }
}

impl Multipliers {
    /// `base · (((((1 · issue) · label) · spam) · decay) · review)`, not rounded.
    pub fn earned(&self, base_score: f64) -> f64 {
        let Self {
            issue,
            label,
            open_pr_spam,
            time_decay,
            review_quality,
        } = *self;
        let factors = [issue, label, open_pr_spam, time_decay, review_quality];
        earned(base_score, factors)
    }
}

/// What an open pull request would be worth, and what of it is held against its author.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Collateral {
    /// For reviews that requested changes: 1 to 2.
    pub review_multiplier: f64,
    /// `base · ((issue · label) · review)`.
    pub potential: f64,
    /// The part of it that is held.
    pub score: f64,
}

/// Collateral of an open pull request; time and spam do not matter.
pub fn collateral(
    base_score: f64,
    multipliers: &Multipliers,
    changes_requested: u32,
    rules: &ScoringRules,
) -> Collateral {
    let review = review::collateral_multiplier(changes_requested, rules.review_penalty_rate);
    let potential = potential(base_score, [multipliers.issue, multipliers.label, review]);
    let score = held(potential, rules);
    Collateral {
        review_multiplier: review,
        potential,
        score,
    }
}

/// `base · (((((1 · issue) · label) · spam) · decay) · review)`.
fn earned<Q: Quantity>(base_score: Q, factors: [Q; 5]) -> Q {
    multiply("earned", [base_score, multiply("multipliers", factors)]).in_unit("points")
}

/// `base · ((issue · label) · review)`.
fn potential<Q: Quantity>(base_score: Q, factors: [Q; 3]) -> Q {
    let multipliers = multiply("multipliers", factors);
    multiply("potential", [base_score, multipliers]).in_unit("points")
}

fn held<Q: Quantity>(potential: Q, rules: &ScoringRules) -> Q {
    let part = given("part that is held", rules.open_pr_collateral_percent);
    multiply("collateral", [potential, part]).in_unit("points")
}

/// A pull request with everything its score is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredPullRequest {
    /// `owner/name`, lower case.
    pub repository: String,
    /// Its number in the repository.
    pub number: u64,
    /// Where it stands.
    pub state: PullRequestState,
    /// What the syntax of its files amounts to; zeros when there were none.
    pub tokens: TokenTotals,
    /// Where the base score comes from; `None` when no file was scored.
    pub base: Option<BaseScore>,
    /// The base score that is used: the repository's fixed one, or the computed one.
    pub base_score: f64,
    /// What it is multiplied by.
    pub multipliers: Multipliers,
    /// The label that counts.
    pub label: Option<String>,
    /// How the issue multiplier came about; `None` as long as nothing was scored.
    pub issue: Option<IssueMultiplier>,
    /// Maintainers' reviews that requested changes.
    pub changes_requested: u32,
    /// Hours since its merge; `None` for what is not merged.
    pub age_hours: Option<f64>,
    /// Whether there was anything to score it by. If not, everything is 0 and 1.
    pub is_scored: bool,
    /// What it earns; set by [`standing::finalize`](crate::standing::finalize).
    pub earned_score: f64,
    /// What is held for it; set by [`standing::finalize`](crate::standing::finalize).
    pub collateral: Option<Collateral>,
}

/// Scores a pull request by its files' syntax.
///
/// `tokens` is `None` when the source stores no files for it, gave none, or failed to: then only a
/// repository with a [`fixed_base_score`](RepositoryConfig::fixed_base_score) scores it. Whether a
/// failure should rather leave an earlier score in place is the caller's decision.
///
/// Multipliers are rounded to two decimals, except the label's. Time and reviews only count for
/// merged pull requests. Spam, earnings and collateral follow when all of a miner's pull requests
/// are known.
pub fn score(
    pull_request: &PullRequest,
    tokens: Option<&TokenTotals>,
    config: &RepositoryConfig,
    now: Timestamp,
) -> ScoredPullRequest {
    let rules = &config.scoring;
    let base = tokens.map(|tokens| base_score(tokens, rules.src_tok_saturation_scale));
    let used = config.fixed_base_score.or(base.map(|base| base.base_score));
    let changes_requested = pull_request.reviews.maintainer_changes_requested;
    let mut scored = ScoredPullRequest {
        repository: pull_request.repository.clone(),
        number: pull_request.number,
        state: pull_request.state,
        tokens: tokens.copied().unwrap_or_default(),
        base,
        base_score: used.unwrap_or(0.0),
        multipliers: Multipliers::default(),
        label: None,
        issue: None,
        changes_requested,
        age_hours: None,
        is_scored: used.is_some(),
        earned_score: 0.0,
        collateral: None,
    };
    if !scored.is_scored {
        return scored;
    }
    let ResolvedLabel { label, multiplier } = label::resolve(&pull_request.labels, config);
    let issue = linked_issue::multiplier(pull_request, rules);
    scored.label = label;
    scored.multipliers.label = multiplier;
    scored.multipliers.issue = issue.multiplier;
    scored.issue = Some(issue);
    if let (PullRequestState::Merged, Some(merged_at)) =
        (pull_request.state, pull_request.merged_at)
    {
        scored.age_hours = Some(now.hours_since(merged_at));
        scored.multipliers.time_decay = round2(time_decay(merged_at, now, &rules.time_decay));
        let quality = review::quality_multiplier(changes_requested, rules.review_penalty_rate);
        scored.multipliers.review_quality = round2(quality);
    }
    scored
}
