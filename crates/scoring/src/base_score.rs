//! What a change is worth before anything is known about its pull request.
//!
//! Reproduces `calculate_base_score_for_pr_files` of `entrius/gittensor`
//! `gittensor/validator/oss_contributions/mirror/scoring.py`.

use serde::Serialize;

use crate::trace::{Quantity, add, cap, given, multiply, round, saturate, share};

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
    let quality = quality(tokens, saturation_scale);
    let bonus = bonus(tokens);
    BaseScore {
        quality,
        bonus,
        base_score: together(quality, bonus),
    }
}

/// The base score as a quantity: a [`Trace`](crate::trace::Trace) says where it comes from.
pub fn explained<Q: Quantity>(tokens: &TokenTotals, saturation_scale: f64) -> Q {
    together(quality(tokens, saturation_scale), bonus(tokens))
}

fn together<Q: Quantity>(quality: Q, bonus: Q) -> Q {
    let exact = add("quality and bonus", [quality, bonus]).in_unit("points");
    round("base score", exact).in_unit("points")
}

fn quality<Q: Quantity>(tokens: &TokenTotals, saturation_scale: f64) -> Q {
    let source = given::<Q>("source token score", tokens.source_token_score).in_unit("tokens");
    let most = given::<Q>("most that source can give", MERGED_PR_BASE_SCORE).in_unit("points");
    let saturation = saturate("saturation", saturation_scale, source);
    multiply("quality", [most, saturation]).in_unit("points")
}

fn bonus<Q: Quantity>(tokens: &TokenTotals) -> Q {
    let size = given::<Q>("token score of all files", tokens.total_score).in_unit("tokens");
    let full = given::<Q>("for the full bonus", CONTRIBUTION_SCORE_FOR_FULL_BONUS);
    let fill = cap("fill", 1.0, share("size", size, full.in_unit("tokens")));
    let most = given::<Q>("most that size can give", MAX_CONTRIBUTION_BONUS).in_unit("points");
    let exact = multiply("exact bonus", [fill, most]).in_unit("points");
    round("bonus", exact).in_unit("points")
}
