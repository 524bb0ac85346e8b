//! Where a miner stands: gates, earnings and collateral per repository.
//!
//! Reproduces `finalize_miner_scores` of `entrius/gittensor`
//! `gittensor/validator/oss_contributions/scoring.py`.

mod trace;

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;
use serde::Serialize;

use crate::earned::{ScoredPullRequest, collateral};
use crate::eligibility::{self, Eligibility};
use crate::number::{self, sum};
use crate::registry::{Registry, RepositoryConfig, ScoringRules};

/// A miner's pull requests, each list in any order: sums are taken by number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MinerPullRequests {
    /// Those that were merged and passed the [merge gate](crate::merge_gate).
    pub merged: Vec<ScoredPullRequest>,
    /// Those that are open.
    pub open: Vec<ScoredPullRequest>,
    /// Those that were closed without a merge; only their number counts.
    pub closed: Vec<ScoredPullRequest>,
}

/// Where a miner stands in one repository.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepositoryStanding {
    /// Merged pull requests.
    pub merged: u64,
    /// Open pull requests.
    pub open: u64,
    /// Pull requests closed without a merge.
    pub closed: u64,
    /// Whether its earnings count.
    pub eligibility: Eligibility,
    /// Open pull requests that are free of the spam penalty.
    pub open_threshold: u64,
    /// 0 when more than that are open, else 1.
    pub spam_multiplier: f64,
    /// What its merged pull requests earn together; 0 when not eligible.
    pub earned: f64,
    /// What its merged and open pull requests amount to.
    pub totals: Totals,
}

/// Sums over pull requests, or over repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Earnings less collateral, not below 0. Collateral of a repository is set against the
    /// earnings of that repository only.
    pub total_score: Score,
    /// Collateral of the open pull requests.
    pub collateral_score: f64,
    /// Base scores of the merged ones.
    pub base_score: f64,
    /// Token scores of the merged ones.
    pub token_score: f64,
    /// Structural nodes of the merged ones.
    pub structural_count: u64,
    /// What those are worth.
    pub structural_score: f64,
    /// Leaves of the merged ones.
    pub leaf_count: u64,
    /// What those are worth.
    pub leaf_score: f64,
    /// Nodes of the merged ones.
    pub nodes_scored: u64,
}

/// Where a miner stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// In each registered repository with a pull request of theirs.
    pub repositories: BTreeMap<String, RepositoryStanding>,
    /// All repositories together.
    pub totals: Totals,
    /// Whether any repository's earnings count.
    pub is_eligible: bool,
    /// The best credibility in any repository.
    pub credibility: f64,
    /// Repositories with a merged pull request that was scored.
    pub unique_repositories: BTreeSet<String>,
}

/// Closes a miner's account of a round: writes spam multiplier, earnings and collateral into the
/// pull requests and adds up per repository, in ascending order of names, and in each by number.
/// Upstream adds up in the order of the source's answer, which can move a sum's last bit; here no
/// order of answers does.
///
/// Repositories that are not registered are left out; their open pull requests get collateral by
/// the default rules, which nothing adds up.
pub fn finalize(pull_requests: &mut MinerPullRequests, registry: &Registry) -> Standing {
    let default = ScoringRules::default();
    for open in &mut pull_requests.open {
        let rules = registry
            .get(&open.repository)
            .map_or(&default, |config| &config.scoring);
        let held = collateral(
            open.base_score,
            &open.multipliers,
            open.changes_requested,
            rules,
        );
        open.collateral = Some(held);
    }

    let mut standing = Standing::default();
    let lists = [
        &pull_requests.merged,
        &pull_requests.open,
        &pull_requests.closed,
    ];
    let names: BTreeSet<String> = lists
        .into_iter()
        .flatten()
        .map(|one| one.repository.clone())
        .collect();
    for name in names {
        if let Some(config) = registry.get(&name) {
            let here = finalize_repository(pull_requests, &name, config);
            standing.repositories.insert(name, here);
        }
    }
    standing.roll_up();
    let scored = pull_requests.merged.iter().filter(|one| one.is_scored);
    standing.unique_repositories = scored.map(|one| one.repository.clone()).collect();
    standing
}

fn finalize_repository(
    pull_requests: &mut MinerPullRequests,
    name: &str,
    config: &RepositoryConfig,
) -> RepositoryStanding {
    let merged = by_number(&pull_requests.merged, name);
    let open = by_number(&pull_requests.open, name);
    let closed = by_number(&pull_requests.closed, name).len() as u64;
    let mut totals = Totals::of_merged(&merged);
    let held = open.iter().filter_map(|one| one.collateral);
    totals.collateral_score = sum(held.map(|collateral| collateral.score));
    let (merged, open) = (merged.len() as u64, open.len() as u64);

    let rules = &config.eligibility;
    let eligibility = eligibility::pull_requests(merged, closed, rules);
    let open_threshold = eligibility::open_pull_request_threshold(totals.token_score, rules);
    let spam_multiplier = eligibility::spam_multiplier(open, open_threshold);
    let mut earned = 0.0;
    if eligibility.is_eligible() {
        let here = pull_requests.merged.iter_mut();
        for one in here.filter(|one| one.repository == name) {
            one.multipliers.open_pr_spam = spam_multiplier;
            one.earned_score = one.multipliers.earned(one.base_score);
        }
        for one in by_number(&pull_requests.merged, name) {
            earned += one.earned_score;
        }
    }
    totals.total_score = number::score(earned - totals.collateral_score);
    RepositoryStanding {
        merged,
        open,
        closed,
        eligibility,
        open_threshold,
        spam_multiplier,
        earned,
        totals,
    }
}

/// The pull requests of one repository in the order in which they are added up.
fn by_number<'a>(list: &'a [ScoredPullRequest], repository: &str) -> Vec<&'a ScoredPullRequest> {
    let here = list.iter().filter(|one| one.repository == repository);
    let mut here: Vec<_> = here.collect();
    here.sort_by_key(|one| one.number);
    here
}

impl Totals {
    fn of_merged(merged: &[&ScoredPullRequest]) -> Self {
        let all = || merged.iter().copied();
        let add = |score: fn(&ScoredPullRequest) -> f64| sum(all().map(score));
        let count = |nodes: fn(&ScoredPullRequest) -> u64| all().map(nodes).sum();
        Self {
            base_score: add(|one| one.base_score),
            token_score: add(|one| one.tokens.token_score),
            structural_count: count(|one| one.tokens.structural_count),
            structural_score: add(|one| one.tokens.structural_score),
            leaf_count: count(|one| one.tokens.leaf_count),
            leaf_score: add(|one| one.tokens.leaf_score),
            nodes_scored: count(|one| one.tokens.total_nodes_scored()),
            ..Self::default()
        }
    }
}

impl Standing {
    fn roll_up(&mut self) {
        let all = || self.repositories.values().map(|one| one.totals);
        let add = |score: fn(Totals) -> f64| sum(all().map(score));
        let count = |nodes: fn(Totals) -> u64| all().map(nodes).sum();
        let totals = Totals {
            total_score: number::score(add(|one| one.total_score.value())),
            collateral_score: add(|one| one.collateral_score),
            base_score: add(|one| one.base_score),
            token_score: add(|one| one.token_score),
            structural_count: count(|one| one.structural_count),
            structural_score: add(|one| one.structural_score),
            leaf_count: count(|one| one.leaf_count),
            leaf_score: add(|one| one.leaf_score),
            nodes_scored: count(|one| one.nodes_scored),
        };
        let gates = || self.repositories.values().map(|one| &one.eligibility);
        self.is_eligible = gates().any(Eligibility::is_eligible);
        self.credibility = gates().map(|gate| gate.credibility).fold(0.0, f64::max);
        self.totals = totals;
    }
}
