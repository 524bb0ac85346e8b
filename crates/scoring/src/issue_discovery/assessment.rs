//! What a miner's issues earn.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;
use serde::Serialize;

use super::{Class, Issue, MinerIssues, Owners, Solvers, classify, is_own};
use crate::decay::time_decay;
use crate::eligibility::{self, Eligibility};
use crate::label;
use crate::number::{self, round2, sum};
use crate::registry::{Registry, RepositoryConfig};
use crate::review;
use crate::timestamp::Timestamp;
use crate::trace::{Quantity, multiply, round};

/// What a miner's issues earn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Discovery {
    /// In each registered repository with an issue of theirs, closed or open.
    pub repositories: BTreeMap<String, RepositoryDiscovery>,
    /// Score over all repositories, two decimals.
    pub score: Score,
    /// Token scores of the solutions that scored, over all repositories, two decimals.
    pub token_score: f64,
    /// Whether any repository's issues count.
    pub is_eligible: bool,
    /// The best credibility in any repository.
    pub credibility: f64,
}

impl Discovery {
    /// Whether the score of every solution was known.
    pub fn is_complete(&self) -> bool {
        !self.repositories.values().any(|here| here.is_incomplete)
    }

    /// Repository and earned score of every issue that counts, in order: what
    /// [`MinerScores`](crate::emission::MinerScores) takes.
    pub fn earned(&self) -> impl Iterator<Item = (&str, Score)> {
        self.repositories
            .iter()
            .filter(|(_, here)| here.is_eligible())
            .flat_map(|(name, here)| {
                here.issues
                    .iter()
                    .map(|issue| (name.as_str(), number::score(issue.earned_score)))
            })
    }
}

/// What a miner's issues in one repository earn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RepositoryDiscovery {
    /// Issues that were solved.
    pub solved: u64,
    /// Of those, the ones whose solution is substantial.
    pub valid_solved: u64,
    /// Issues that were closed and not solved.
    pub closed: u64,
    /// Issues that are open now.
    pub open: u64,
    /// Token scores of the solutions that scored, two decimals.
    pub token_score: f64,
    /// Whether these issues count; `None` when the miner has no issue to look at anywhere.
    pub eligibility: Option<Eligibility>,
    /// Open issues that are free of the spam penalty.
    pub open_threshold: u64,
    /// 0 when too many are open, else 1.
    pub spam_multiplier: f64,
    /// Score of the repository, two decimals; 0 when not eligible.
    pub score: Score,
    /// Issues that scored. They earn only in an eligible repository.
    pub issues: Vec<ScoredIssue>,
    /// Whether a solution's score was not to be had.
    pub is_incomplete: bool,
}

impl RepositoryDiscovery {
    /// Whether these issues count.
    pub fn is_eligible(&self) -> bool {
        self.eligibility
            .as_ref()
            .is_some_and(Eligibility::is_eligible)
    }

    /// Solved per attempt; 0 without attempts.
    pub fn credibility(&self) -> f64 {
        self.eligibility
            .as_ref()
            .map_or(0.0, |eligibility| eligibility.credibility)
    }
}

/// An issue that scored, with what its score is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredIssue {
    /// Its number.
    pub number: u64,
    /// The pull request that solved it.
    pub solver: u64,
    /// Base score of that pull request.
    pub base_score: f64,
    /// Hours since its merge.
    pub age_hours: f64,
    /// Maintainers' reviews of it that requested changes.
    pub changes_requested: u32,
    /// For that pull request's label; not rounded.
    pub label_multiplier: f64,
    /// For the time since its merge; two decimals.
    pub time_decay_multiplier: f64,
    /// For reviews that requested changes; two decimals.
    pub review_quality_multiplier: f64,
    /// The finder's credibility in the repository; two decimals.
    pub credibility_multiplier: f64,
    /// For too many open issues.
    pub open_issue_spam_multiplier: f64,
    /// All of them multiplied, in this order; two decimals.
    pub earned_score: f64,
}

/// Works out what a miner's issues earn.
pub fn assess(
    miner: &MinerIssues,
    owners: &Owners,
    solvers: &Solvers,
    registry: &Registry,
    now: Timestamp,
) -> Discovery {
    let mut discovery = Discovery::default();
    let names = miner
        .issues
        .iter()
        .map(|issue| &issue.repository)
        .chain(miner.open.keys());
    for name in names.collect::<BTreeSet<_>>() {
        let Some(config) = registry.get(name) else {
            continue;
        };
        let issues = miner
            .issues
            .iter()
            .filter(|issue| issue.repository == *name);
        let mut tally = Tally::default();
        for issue in issues {
            tally.include(issue, miner.uid, owners, solvers, config, now);
        }
        tally.discovery.open = miner.open.get(name).copied().unwrap_or(0);
        // With no issue to look at, upstream clears everything and only notes what is open.
        if !miner.issues.is_empty() {
            tally.close(config);
        }
        discovery.repositories.insert(name.clone(), tally.discovery);
    }
    let all = || discovery.repositories.values();
    discovery.token_score = round2(sum(all().map(|here| here.token_score)));
    discovery.score = number::score(round2(sum(all().map(|here| here.score.value()))));
    discovery.is_eligible = all().any(RepositoryDiscovery::is_eligible);
    discovery.credibility = all()
        .map(RepositoryDiscovery::credibility)
        .fold(0.0, f64::max);
    discovery
}

/// A repository's account as it grows, with the token score not yet rounded.
#[derive(Default)]
struct Tally {
    discovery: RepositoryDiscovery,
    token_score: f64,
}

impl Tally {
    fn include(
        &mut self,
        issue: &Issue,
        uid: u16,
        owners: &Owners,
        solvers: &Solvers,
        config: &RepositoryConfig,
        now: Timestamp,
    ) {
        let here = &mut self.discovery;
        let solver = match classify(issue, config) {
            Class::Ignored(_) => return,
            Class::Failed(_) => {
                here.closed += 1;
                return;
            }
            Class::Solved(solver) => solver,
        };
        here.solved += 1;
        let key = issue.key(solver);
        let Some(score) = solvers.get(&key) else {
            here.is_incomplete = true;
            return;
        };
        let is_valid = score.token_score >= config.eligibility.min_token_score_for_valid_issue;
        here.valid_solved += u64::from(is_valid);
        let is_owner = owners.0.get(&key) == Some(&issue.claim(uid));
        let (true, Some(merged_at)) = (
            is_valid && is_owner && !is_own(issue, solver),
            solver.merged_at,
        ) else {
            return;
        };
        let rules = &config.scoring;
        let changes_requested = solver.reviews.maintainer_changes_requested;
        let quality = review::quality_multiplier(changes_requested, rules.review_penalty_rate);
        here.issues.push(ScoredIssue {
            number: issue.number,
            solver: solver.number,
            base_score: score.base_score,
            age_hours: now.hours_since(merged_at),
            changes_requested,
            label_multiplier: label::resolve(&solver.labels, config).multiplier,
            time_decay_multiplier: round2(time_decay(merged_at, now, &rules.time_decay)),
            review_quality_multiplier: round2(quality),
            credibility_multiplier: 1.0,
            open_issue_spam_multiplier: 1.0,
            earned_score: 0.0,
        });
        self.token_score += score.token_score;
    }

    /// Applies the gate and lets the issues earn.
    fn close(&mut self, config: &RepositoryConfig) {
        let (here, rules) = (&mut self.discovery, &config.eligibility);
        here.token_score = round2(self.token_score);
        let eligibility = eligibility::issues(here.solved, here.valid_solved, here.closed, rules);
        let threshold = eligibility::open_issue_threshold(self.token_score, rules);
        here.open_threshold = threshold;
        here.spam_multiplier = eligibility::spam_multiplier(here.open, threshold);
        if eligibility.is_eligible() {
            let credibility = round2(eligibility.credibility);
            let mut score = 0.0;
            for issue in &mut here.issues {
                issue.credibility_multiplier = credibility;
                issue.open_issue_spam_multiplier = here.spam_multiplier;
                issue.earned_score = issue.product();
                score += issue.earned_score;
            }
            here.score = number::score(round2(score));
        }
        here.eligibility = Some(eligibility);
    }
}

impl ScoredIssue {
    fn product(&self) -> f64 {
        earned([
            self.base_score,
            self.label_multiplier,
            self.time_decay_multiplier,
            self.review_quality_multiplier,
            self.credibility_multiplier,
            self.open_issue_spam_multiplier,
        ])
    }
}

/// All factors multiplied in their order; two decimals.
pub(super) fn earned<Q: Quantity>(factors: [Q; 6]) -> Q {
    let product = multiply("product", factors).in_unit("points");
    round("earned", product).in_unit("points")
}
