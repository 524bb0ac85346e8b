//! A made-up round: the same every time, and shaped like the subnet's.

use std::collections::{BTreeMap, BTreeSet};

use axonry_scoring::Timestamp;
use axonry_scoring::base_score::TokenTotals;
use axonry_scoring::issue_discovery::{Issue, SolverScore, Solvers, SolvingPullRequest};
use axonry_scoring::pull_request::{
    Association, Label, LinkedIssue, PullRequest, PullRequestState, ReviewSummary,
};
use axonry_scoring::registry::{Registry, RepositoryConfig};

/// The moment of the round.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_785_585_600_000_000);
const HOUR: i64 = 3_600_000_000;
const REPOSITORIES: [&str; 6] = [
    "acme/engine",
    "acme/widgets",
    "mid/tools",
    "north/parser",
    "south/store",
    "zeta/core",
];

/// One miner's rows.
pub(crate) struct Miner {
    pub(crate) uid: u16,
    pub(crate) pulls: Vec<(PullRequest, TokenTotals)>,
    pub(crate) issues: Vec<Issue>,
}

/// Everything a round reads.
pub(crate) struct Workload {
    pub(crate) registry: Registry,
    pub(crate) miners: Vec<Miner>,
    pub(crate) solvers: Solvers,
    pub(crate) uids: BTreeSet<u16>,
}

impl Workload {
    /// 20 pull requests and 4 issues for each miner.
    pub(crate) fn new(miners: u16) -> Self {
        let config = || {
            let mut config = RepositoryConfig {
                label_multipliers: BTreeMap::from([
                    ("bug*".to_owned(), 1.1),
                    ("feature".to_owned(), 1.25),
                    ("type:*".to_owned(), 0.9),
                ]),
                ..RepositoryConfig::with_share(0.15)
            };
            config.eligibility.min_valid_merged_prs = 2;
            config.eligibility.min_credibility = 0.5;
            config.eligibility.min_valid_solved_issues = 1;
            config
        };
        let mut lots = Lots(7);
        let mut solvers = Solvers::new();
        let miners: Vec<_> = (1..=miners)
            .map(|uid| Miner {
                uid,
                pulls: (0..20).map(|nth| lots.pull(uid, nth)).collect(),
                issues: (0..4)
                    .map(|nth| lots.issue(uid, nth, &mut solvers))
                    .collect(),
            })
            .collect();
        Self {
            registry: REPOSITORIES
                .into_iter()
                .map(|name| (name, config()))
                .collect(),
            uids: (0..=miners.len())
                .filter_map(|uid| u16::try_from(uid).ok())
                .collect(),
            miners,
            solvers,
        }
    }
}

/// Knuth's linear congruential generator.
struct Lots(u64);

impl Lots {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005) + 1;
        u32::try_from((self.0 >> 33) % u64::from(limit)).expect("below the limit")
    }

    fn repository(&mut self) -> String {
        let at = self.below(6);
        REPOSITORIES[usize::try_from(at).expect("small")].to_owned()
    }

    fn pull(&mut self, uid: u16, nth: u32) -> (PullRequest, TokenTotals) {
        let state = match nth {
            0..16 => PullRequestState::Merged,
            16 | 17 => PullRequestState::Open,
            _ => PullRequestState::Closed,
        };
        let merged_at = Timestamp::from_micros(NOW.as_micros() - HOUR * i64::from(self.below(700)));
        let created_at = Timestamp::from_micros(merged_at.as_micros() - 20 * HOUR);
        let source = f64::from(self.below(9_000)) / 37.0;
        let tokens = TokenTotals {
            source_token_score: source,
            token_score: source * 1.1,
            total_score: source * 1.3,
            structural_count: 40,
            structural_score: source / 3.0,
            leaf_count: 700,
            leaf_score: source / 1.5,
        };
        let label = ["Bug: crash", "feature", "type: docs", "good first issue"];
        let label = label[usize::try_from(self.below(4)).expect("small")];
        let row = PullRequest {
            repository: self.repository(),
            number: u64::from(uid) * 100 + u64::from(nth),
            state,
            author_id: uid.to_string(),
            author_login: format!("dev-{uid}"),
            author_association: Association::Other,
            created_at,
            merged_at: (state == PullRequestState::Merged).then_some(merged_at),
            edited_after_merge: false,
            merged_by_login: Some("lead".to_owned()),
            base_ref: Some("main".to_owned()),
            head_ref: Some("fix".to_owned()),
            head_repository: Some(format!("dev-{uid}/fork")),
            default_branch: Some("main".to_owned()),
            reviews: ReviewSummary {
                maintainer_changes_requested: self.below(3),
                approved: 1,
            },
            labels: vec![Label {
                name: label.to_owned(),
                actor_association: Association::Member,
            }],
            linked_issues: (0..self.below(2))
                .map(|_| linked(created_at, merged_at))
                .collect(),
        };
        (row, tokens)
    }

    fn issue(&mut self, uid: u16, nth: u32, solvers: &mut Solvers) -> Issue {
        let (repository, number) = (
            self.repository(),
            u64::from(uid) * 100 + u64::from(nth) + 50,
        );
        let score = SolverScore {
            base_score: f64::from(self.below(3_000)) / 100.0,
            token_score: f64::from(self.below(9_000)) / 37.0,
        };
        solvers.insert((repository.clone(), number), score);
        let merged_at = Timestamp::from_micros(NOW.as_micros() - HOUR * i64::from(self.below(700)));
        Issue {
            repository,
            number: number + 10_000_000,
            is_closed: true,
            is_completed: true,
            is_transferred: false,
            author_id: Some(uid.to_string()),
            author_association: Association::Other,
            created_at: Some(Timestamp::from_micros(merged_at.as_micros() - 50 * HOUR)),
            last_edited_at: None,
            solved_by: Some(number),
            solver: Some(SolvingPullRequest {
                number,
                author_id: "solver".to_owned(),
                is_merged: true,
                merged_at: Some(merged_at),
                edited_after_merge: false,
                base_ref: Some("main".to_owned()),
                head_ref: Some("fix".to_owned()),
                head_repository: Some("solver/fork".to_owned()),
                default_branch: Some("main".to_owned()),
                reviews: ReviewSummary {
                    maintainer_changes_requested: self.below(2),
                    approved: 1,
                },
                labels: Vec::new(),
            }),
        }
    }
}

fn linked(created_at: Timestamp, merged_at: Timestamp) -> LinkedIssue {
    LinkedIssue {
        number: 1,
        is_closed: true,
        is_completed: true,
        author_id: Some("finder".to_owned()),
        author_association: Association::Member,
        created_at: Some(Timestamp::from_micros(created_at.as_micros() - HOUR)),
        closed_at: Some(merged_at),
        is_transferred: false,
        solved_by: None,
    }
}
