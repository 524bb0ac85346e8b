//! Whole rounds made at random: their laws, and that every trace tells the number it explains.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;
use axonry_scoring::base_score::TokenTotals;
use axonry_scoring::earned::score;
use axonry_scoring::emission::{Emission, MinerScores, RECYCLE_UID, allocate};
use axonry_scoring::issue_discovery::{
    Discovery, Issue, MinerIssues, SolverScore, Solvers, SolvingPullRequest, assess, owners,
};
use axonry_scoring::pull_request::{Association, Label, PullRequest, PullRequestState};
use axonry_scoring::registry::{GREATEST_FACTOR, Registry, RepositoryConfig};
use axonry_scoring::standing::{MinerPullRequests, Standing, finalize};
use axonry_scoring::trace::{Quantity, Trace};
use proptest::prelude::*;

use crate::{day, merged};

const NAMES: [&str; 3] = ["zeta/core", "acme/widgets", "mid/tools"];

/// A pull request in numbers.
#[derive(Clone, Debug)]
struct Pull {
    repository: usize,
    state: PullRequestState,
    tokens: Option<TokenTotals>,
    merged_on: i64,
    changes_requested: u32,
    label: bool,
}

/// An issue in numbers, that pull request of that number solved.
#[derive(Clone, Debug)]
struct Found {
    repository: usize,
    solver: u64,
    merged_on: i64,
    is_completed: bool,
    changes_requested: u32,
}

#[derive(Clone, Debug)]
struct Miner {
    uid: u16,
    pulls: Vec<Pull>,
    issues: Vec<Found>,
    open: u64,
}

fn tokens() -> impl Strategy<Value = TokenTotals> {
    (0.0..400.0_f64, 0.0..200.0_f64, 0.0..2_000.0_f64).prop_map(|(source, tests, lines)| {
        TokenTotals {
            source_token_score: source,
            token_score: source + tests,
            total_score: source + tests + lines,
            structural_count: 3,
            structural_score: source / 3.0,
            leaf_count: 9,
            leaf_score: source / 7.0,
        }
    })
}

fn pull() -> impl Strategy<Value = Pull> {
    let state = prop_oneof![
        5 => Just(PullRequestState::Merged),
        1 => Just(PullRequestState::Open),
        1 => Just(PullRequestState::Closed),
    ];
    let numbers = (1..40_i64, 0..4_u32, any::<bool>());
    (
        0..NAMES.len(),
        state,
        prop::option::weighted(0.9, tokens()),
        numbers,
    )
        .prop_map(
            |(repository, state, tokens, (merged_on, changes_requested, label))| Pull {
                repository,
                state,
                tokens,
                merged_on,
                changes_requested,
                label,
            },
        )
}

fn found() -> impl Strategy<Value = Found> {
    let parts = (
        0..NAMES.len(),
        1..6_u64,
        1..40_i64,
        prop::bool::weighted(0.9),
        0..3_u32,
    );
    parts.prop_map(
        |(repository, solver, merged_on, is_completed, changes_requested)| Found {
            repository,
            solver,
            merged_on,
            is_completed,
            changes_requested,
        },
    )
}

fn miners() -> impl Strategy<Value = Vec<Miner>> {
    let work = (
        prop::collection::vec(pull(), 0..16),
        prop::collection::vec(found(), 0..8),
        0..5_u64,
    );
    prop::collection::btree_map(1..30_u16, work, 0..8).prop_map(|miners| {
        let miners = miners.into_iter();
        miners
            .map(|(uid, (pulls, issues, open))| Miner {
                uid,
                pulls,
                issues,
                open,
            })
            .collect()
    })
}

fn configs() -> impl Strategy<Value = [RepositoryConfig; 3]> {
    let fixed = prop_oneof![
        8 => Just(None),
        2 => (0.0..30.0_f64).prop_map(Some),
        1 => Just(Some(GREATEST_FACTOR)),
    ];
    let label = prop::sample::select(vec![1.1, 0.0, -2.0, GREATEST_FACTOR, -GREATEST_FACTOR]);
    let pay = (fixed, label);
    prop::array::uniform3((
        0.0..=1.0_f64,
        0.0..=1.0_f64,
        0..4_u64,
        0.0..=1.0_f64,
        0..3_u64,
        pay,
    ))
    .prop_map(|rules| {
        rules.map(
            |(share, issues, least, credibility, spam, (fixed_base_score, label))| {
                let mut config = RepositoryConfig {
                    issue_discovery_share: issues,
                    label_multipliers: BTreeMap::from([("bug*".to_owned(), label)]),
                    fixed_base_score,
                    maintainer_cut: if spam == 1 { 0.3 } else { 0.0 },
                    ..RepositoryConfig::with_share(share / 3.0)
                };
                config.eligibility.min_valid_merged_prs = least;
                config.eligibility.min_valid_solved_issues = least;
                config.eligibility.min_credibility = credibility;
                config.eligibility.min_issue_credibility = credibility;
                config.eligibility.excessive_pr_penalty_base_threshold = spam;
                config.eligibility.open_issue_spam_base_threshold = spam;
                config
            },
        )
    })
}

fn pull_request(number: u64, pull: &Pull) -> PullRequest {
    let is_merged = pull.state == PullRequestState::Merged;
    let mut row = PullRequest {
        state: pull.state,
        merged_at: is_merged.then(|| day(pull.merged_on)),
        ..merged(NAMES[pull.repository], number)
    };
    row.reviews.maintainer_changes_requested = pull.changes_requested;
    if pull.label {
        row.labels.push(Label {
            name: "Bug: crash".to_owned(),
            actor_association: Association::Member,
        });
    }
    row
}

fn issue(number: u64, uid: u16, found: &Found) -> Issue {
    let solver = merged(NAMES[found.repository], found.solver);
    let mut reviews = solver.reviews;
    reviews.maintainer_changes_requested = found.changes_requested;
    Issue {
        repository: solver.repository,
        number,
        is_closed: true,
        is_completed: found.is_completed,
        is_transferred: false,
        author_id: Some(uid.to_string()),
        author_association: Association::Other,
        created_at: Some(day(found.merged_on - 1)),
        last_edited_at: None,
        solved_by: Some(found.solver),
        solver: Some(SolvingPullRequest {
            number: found.solver,
            author_id: solver.author_id,
            is_merged: true,
            merged_at: Some(day(found.merged_on)),
            edited_after_merge: false,
            base_ref: solver.base_ref,
            head_ref: solver.head_ref,
            head_repository: solver.head_repository,
            default_branch: solver.default_branch,
            reviews,
            labels: solver.labels,
        }),
    }
}

/// Some order that depends on nothing but the lots.
fn shuffled<T>(rows: impl IntoIterator<Item = T>, lots: u64) -> Vec<T> {
    let mut rows: Vec<_> = rows.into_iter().enumerate().collect();
    let place = |at: usize| (at as u64 + 1).wrapping_mul(lots).rotate_left(17);
    rows.sort_by_key(|&(at, _)| place(at));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What a round says of its miners.
#[derive(Debug, PartialEq)]
struct Round {
    pulls: BTreeMap<u16, (MinerPullRequests, Standing)>,
    issues: BTreeMap<u16, Discovery>,
    emission: Emission,
}

/// `lots` says in which order the rows of a miner arrive.
fn round(miners: &[Miner], registry: &Registry, lots: u64) -> Round {
    let now = day(41);
    let pulls: BTreeMap<_, _> = miners
        .iter()
        .map(|miner| {
            let mut lists = MinerPullRequests::default();
            for (number, pull) in shuffled((1..).zip(&miner.pulls), lots) {
                let row = pull_request(number, pull);
                let config = registry.get(&row.repository).expect("it is registered");
                let scored = score(&row, pull.tokens.as_ref(), config, now);
                match row.state {
                    PullRequestState::Merged => lists.merged.push(scored),
                    PullRequestState::Open => lists.open.push(scored),
                    PullRequestState::Closed => lists.closed.push(scored),
                }
            }
            let standing = finalize(&mut lists, registry);
            (miner.uid, (lists, standing))
        })
        .collect();
    let issues: Vec<_> = miners
        .iter()
        .map(|miner| {
            let rows = (100..).zip(&miner.issues);
            let rows = rows.map(|(number, found)| issue(number, miner.uid, found));
            let rows = shuffled(rows, lots);
            let open = NAMES.map(|name| (name.to_owned(), miner.open));
            (miner.uid, MinerIssues::new(miner.uid, rows, open, registry))
        })
        .collect();
    let solvers: Solvers = NAMES
        .iter()
        .flat_map(|name| (1..6_u32).map(|number| ((*name).to_owned(), number)))
        .map(|(name, number)| {
            let score = SolverScore {
                base_score: f64::from(number) * 3.7,
                token_score: f64::from(number) * 4.1,
            };
            ((name, u64::from(number)), score)
        })
        .collect();
    let owners = owners(issues.iter().map(|(_, miner)| miner), registry);
    let issues: BTreeMap<_, _> = issues
        .iter()
        .map(|(uid, miner)| (*uid, assess(miner, &owners, &solvers, registry, now)))
        .collect();
    let scores: Vec<_> = miners
        .iter()
        .map(|miner| {
            let here = pulls[&miner.uid].1.repositories.iter();
            let earned = issues[&miner.uid].earned();
            MinerScores {
                uid: miner.uid,
                pull_requests: here
                    .map(|(name, here)| (name.clone(), here.totals.total_score))
                    .collect(),
                issues: earned
                    .map(|(name, score)| (name.to_owned(), score))
                    .collect(),
            }
        })
        .collect();
    let uids: BTreeSet<_> = (0..30).chain([111]).collect();
    let maintainers = NAMES.map(|name| (name.to_owned(), vec![3, 17]));
    Round {
        emission: allocate(&scores, registry, &uids, &maintainers.into()),
        pulls,
        issues,
    }
}

/// A trace stands for a number: to the bit, at every level, and also after it was sent.
fn explains(trace: &Trace, number: f64) -> Result<(), TestCaseError> {
    let text = trace.to_string();
    prop_assert_eq!(trace.value().to_bits(), number.to_bits(), "{}", text);
    prop_assert_eq!(trace.evaluate().to_bits(), number.to_bits(), "{}", text);
    let contradiction = trace.contradiction().map(Trace::name);
    prop_assert_eq!(contradiction, None, "{}", text);
    let sent = serde_json::to_string(trace).expect("a trace is JSON");
    let read: Trace = serde_json::from_str(&sent).expect("it is read again");
    prop_assert_eq!(&read, trace);
    Ok(())
}

proptest! {
    #[test]
    fn every_number_of_a_round_is_explained_to_the_bit(
        miners in miners(),
        configs in configs(),
    ) {
        let registry: Registry = NAMES.into_iter().zip(configs).collect();
        let round = round(&miners, &registry, 0);
        for (lists, standing) in round.pulls.values() {
            let trace = standing.trace(lists, &registry);
            explains(&trace, standing.totals.total_score.value())?;
            for one in lists.merged.iter().chain(&lists.open) {
                let config = registry.get(&one.repository).expect("it is registered");
                let here = &standing.repositories[&one.repository];
                let trace = one.trace(config, here);
                match one.collateral {
                    Some(held) => explains(&trace, held.score)?,
                    None if here.eligibility.is_eligible() => explains(&trace, one.earned_score)?,
                    None => explains(&trace, trace.value())?,
                }
            }
        }
        for discovery in round.issues.values() {
            explains(&discovery.trace(&registry), discovery.score.value())?;
        }
        for (&uid, reward) in &round.emission.rewards {
            let trace = round.emission.trace(uid).expect("there is such a uid");
            explains(&trace, reward.value())?;
        }
        prop_assert!(round.emission.trace(31).is_none());
    }

    #[test]
    fn the_emission_of_a_round_is_one_and_what_nobody_can_claim_is_recycled(
        miners in miners(),
        configs in configs(),
    ) {
        let registry: Registry = NAMES.into_iter().zip(configs).collect();
        let emission = round(&miners, &registry, 0).emission;
        let total: f64 = emission.rewards.values().copied().map(Score::value).sum();
        prop_assert!((total - 1.0).abs() < 1e-12, "{}", total);
        prop_assert!(emission.rewards[&RECYCLE_UID] == emission.recycled);
    }

    #[test]
    fn no_order_of_miners_pull_requests_issues_or_repositories_changes_a_bit(
        (miners, shuffled, lots) in miners().prop_flat_map(|miners| {
            (Just(miners.clone()), Just(miners).prop_shuffle(), any::<u64>())
        }),
        configs in configs(),
    ) {
        let named = || NAMES.into_iter().zip(configs.clone());
        let one = round(&miners, &named().collect(), 0);
        let other = round(&shuffled, &named().rev().collect(), lots);
        prop_assert_eq!(one.emission.rewards, other.emission.rewards);
        prop_assert_eq!(one.emission.recycled, other.emission.recycled);
        prop_assert_eq!(one.issues, other.issues);
        for (uid, (_, standing)) in one.pulls {
            prop_assert_eq!(&standing, &other.pulls[&uid].1);
        }
    }
}
