//! What a change is worth before anything is known about its pull request.
//!
//! Reproduces `calculate_base_score_for_pr_files` of `entrius/gittensor`
//! `gittensor/validator/oss_contributions/mirror/scoring.py`.

use serde::Serialize;

use crate::number::round2;

/// Base score that source code alone approaches.
pub const MERGED_PR_BASE_SCORE: f64 = 25.0;
/// Base score that sheer size adds, at most.
pub const MAX_CONTRIBUTION_BONUS: f64 = 5.0;
/// Total score at which the bonus is full.
pub const CONTRIBUTION_SCORE_FOR_FULL_BONUS: f64 = 1500.0;

/// What the syntax of a change amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TokenTotals {
    /// Score of the source files compared by syntax, tests excluded.
    pub source_token_score: f64,
    /// Score of all files compared by syntax.
    pub token_score: f64,
    /// Score of all files, line-counted ones included.
    pub total_score: f64,
    /// Structural nodes that came or went.
    pub structural_count: u64,
    /// What they are worth.
    pub structural_score: f64,
    /// Leaves that came or went.
    pub leaf_count: u64,
    /// What they are worth.
    pub leaf_score: f64,
}

impl TokenTotals {
    /// Nodes compared by syntax that came or went.
    pub const fn total_nodes_scored(&self) -> u64 {
        self.structural_count + self.leaf_count
    }
}

/// A base score and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BaseScore {
    /// `25 · (1 − exp(−source_token_score / scale))`, not rounded.
    pub quality: f64,
    /// `min(1, total_score / 1500) · 5`, two decimals.
    pub bonus: f64,
    /// Their sum, two decimals: 0 to 30.
    pub base_score: f64,
}

/// Base score of a change; `saturation_scale` is the source token score at which 63 % of the
/// quality part are reached
/// ([`ScoringRules::src_tok_saturation_scale`](crate::registry::ScoringRules)).
pub fn base_score(tokens: &TokenTotals, saturation_scale: f64) -> BaseScore {
    let saturation = 1.0 - (-tokens.source_token_score / saturation_scale).exp();
    let quality = MERGED_PR_BASE_SCORE * saturation;
    let fill = (tokens.total_score / CONTRIBUTION_SCORE_FOR_FULL_BONUS).min(1.0);
    let bonus = round2(fill * MAX_CONTRIBUTION_BONUS);
    BaseScore {
        quality,
        bonus,
        base_score: round2(quality + bonus),
    }
}
