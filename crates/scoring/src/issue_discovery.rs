//! What finding issues earns, when others solve them.
//!
//! Reproduces `entrius/gittensor` `gittensor/validator/issue_discovery/scan.py` without its
//! requests: the caller brings each miner's issues ([`MinerIssues`]) and the scores of the pull
//! requests that solved them ([`Solvers`]), asks once per round who owns which solution
//! ([`owners`]), and then has every miner [assessed](assess).

mod assessment;
mod class;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::pull_request::{Association, Label, ReviewSummary};
use crate::registry::Registry;
use crate::timestamp::Timestamp;

pub use assessment::{Discovery, RepositoryDiscovery, ScoredIssue, assess};
pub use class::{Class, Failure, Ignored, classify};

/// An issue that a miner wrote.
#[derive(Clone, Debug)]
pub struct Issue {
    /// `owner/name`, lower case.
    pub repository: String,
    /// Its number.
    pub number: u64,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether its state reason is `COMPLETED`.
    pub is_completed: bool,
    /// Whether it came from another repository.
    pub is_transferred: bool,
    /// GitHub id of its author.
    pub author_id: Option<String>,
    /// What its author is to the repository.
    pub author_association: Association,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When title or text were last edited.
    pub last_edited_at: Option<Timestamp>,
    /// Number of the pull request that solved it; 0 counts as none.
    pub solved_by: Option<u64>,
    /// That pull request.
    pub solver: Option<SolvingPullRequest>,
}

/// The pull request that solved an issue.
#[derive(Clone, Debug)]
pub struct SolvingPullRequest {
    /// Its number, in the repository of the issue.
    pub number: u64,
    /// GitHub id of its author.
    pub author_id: String,
    /// Whether it is merged.
    pub is_merged: bool,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Whether title or text were edited after the merge.
    pub edited_after_merge: bool,
    /// Branch it was merged into; `None` where the source does not know, which passes.
    pub base_ref: Option<String>,
    /// Branch it comes from.
    pub head_ref: Option<String>,
    /// Repository that branch is in, lower case.
    pub head_repository: Option<String>,
    /// The repository's default branch.
    pub default_branch: Option<String>,
    /// Its reviews.
    pub reviews: ReviewSummary,
    /// Its labels.
    pub labels: Vec<Label>,
}

/// A pull request by repository (lower case) and number.
pub type PullRequestKey = (String, u64);

/// Scores of solving pull requests. One that is missing could not be had this round: its issues
/// count as solved, but neither as valid nor for any score.
pub type Solvers = BTreeMap<PullRequestKey, SolverScore>;

/// What a solving pull request is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SolverScore {
    /// Its base score, or the repository's fixed one.
    pub base_score: f64,
    /// Its token score.
    pub token_score: f64,
}

/// The issues of one miner in a round.
#[derive(Clone, Debug)]
pub struct MinerIssues {
    uid: u16,
    issues: Vec<Issue>,
    open: BTreeMap<String, u64>,
}

impl MinerIssues {
    /// Takes a miner's issues within the lookback and how many it has open now, by repository.
    ///
    /// Issues and counts of repositories that are not registered are left out, and so are issues
    /// by maintainers of the repository.
    pub fn new(
        uid: u16,
        issues: impl IntoIterator<Item = Issue>,
        open: impl IntoIterator<Item = (String, u64)>,
        registry: &Registry,
    ) -> Self {
        let is_kept = |issue: &Issue| {
            registry.get(&issue.repository).is_some() && !issue.author_association.is_maintainer()
        };
        let mut issues: Vec<_> = issues.into_iter().filter(is_kept).collect();
        issues.sort_by(|a, b| a.place().cmp(&b.place()));
        let open = open
            .into_iter()
            .filter(|(name, _)| registry.get(name).is_some())
            .collect();
        Self { uid, issues, open }
    }

    /// The pull requests whose scores this miner's assessment asks for.
    pub fn solvers(&self, registry: &Registry) -> BTreeSet<PullRequestKey> {
        self.solved(registry)
            .map(|(issue, solver)| issue.key(solver))
            .collect()
    }

    fn solved<'a>(
        &'a self,
        registry: &'a Registry,
    ) -> impl Iterator<Item = (&'a Issue, &'a SolvingPullRequest)> {
        self.issues.iter().filter_map(|issue| {
            match classify(issue, registry.get(&issue.repository)?) {
                Class::Solved(solver) => Some((issue, solver)),
                Class::Failed(_) | Class::Ignored(_) => None,
            }
        })
    }
}

impl Issue {
    /// Issues are looked at in this order. The number is our addition: upstream leaves issues of
    /// one moment in the order of the answer.
    fn place(&self) -> (&str, u64, Timestamp, u64) {
        (
            &self.repository,
            self.solved_by.unwrap_or(0),
            self.created(),
            self.number,
        )
    }

    fn created(&self) -> Timestamp {
        self.created_at.unwrap_or(Timestamp::FAR_FUTURE)
    }

    fn key(&self, solver: &SolvingPullRequest) -> PullRequestKey {
        (self.repository.clone(), solver.number)
    }

    /// The smallest claim on a solution owns it: the oldest issue's.
    fn claim(&self, uid: u16) -> Claim {
        (self.created(), self.number, uid)
    }
}

type Claim = (Timestamp, u64, u16);

/// Which issue owns which solution.
#[derive(Clone, Debug, Default)]
pub struct Owners(BTreeMap<PullRequestKey, Claim>);

/// Finds the owner of every solution: of all issues that one pull request solved, over all miners,
/// the oldest. Issues that their author solved own nothing.
pub fn owners<'a>(
    miners: impl IntoIterator<Item = &'a MinerIssues>,
    registry: &Registry,
) -> Owners {
    let mut owners = BTreeMap::new();
    for miner in miners {
        let claims = miner.solved(registry);
        for (issue, solver) in claims.filter(|(issue, solver)| !is_own(issue, solver)) {
            let claim = issue.claim(miner.uid);
            let owner = owners.entry(issue.key(solver)).or_insert(claim);
            *owner = claim.min(*owner);
        }
    }
    Owners(owners)
}

fn is_own(issue: &Issue, solver: &SolvingPullRequest) -> bool {
    issue.author_id.as_deref() == Some(&solver.author_id)
}
