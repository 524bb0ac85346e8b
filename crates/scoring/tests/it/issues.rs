use axonry_scoring::issue_discovery::{
    Issue, MinerIssues, SolverScore, Solvers, SolvingPullRequest, assess, owners,
};
use axonry_scoring::pull_request::{Association, ReviewSummary};
use axonry_scoring::registry::{Registry, RepositoryConfig};

use crate::day;

fn registry() -> Registry {
    let mut config = RepositoryConfig::with_share(0.5);
    config.eligibility.min_valid_solved_issues = 1;
    [("a/a", config)].into_iter().collect()
}

/// An issue of `author`, opened on `opened` and solved by pull request 7 of 900 on the 10th.
fn solved(number: u64, author: &str, opened: i64) -> Issue {
    Issue {
        repository: "a/a".to_owned(),
        number,
        is_closed: true,
        is_completed: true,
        is_transferred: false,
        author_id: Some(author.to_owned()),
        author_association: Association::Other,
        created_at: Some(day(opened)),
        last_edited_at: None,
        solved_by: Some(7),
        solver: Some(SolvingPullRequest {
            number: 7,
            author_id: "900".to_owned(),
            is_merged: true,
            merged_at: Some(day(10)),
            edited_after_merge: false,
            base_ref: None,
            head_ref: None,
            head_repository: None,
            default_branch: None,
            reviews: ReviewSummary::default(),
            labels: Vec::new(),
        }),
    }
}

fn solvers() -> Solvers {
    [(
        ("a/a".to_owned(), 7),
        SolverScore {
            base_score: 10.0,
            token_score: 50.0,
        },
    )]
    .into()
}

#[test]
fn the_oldest_issue_of_the_whole_round_owns_its_solution() {
    let registry = registry();
    let miner = |uid, author, opened| {
        MinerIssues::new(uid, [solved(u64::from(uid), author, opened)], [], &registry)
    };
    let miners = [miner(1, "501", 5), miner(2, "502", 4), miner(3, "900", 1)];
    let owners = owners(&miners, &registry);
    let earned = |miner| {
        assess(miner, &owners, &solvers(), &registry, day(10))
            .score
            .value()
    };
    assert_eq!(
        miners.each_ref().map(earned),
        [0.0, 10.0, 0.0],
        "and solving one's own owns none"
    );
}

#[test]
fn a_solution_whose_score_is_unknown_is_not_taken_for_a_poor_one() {
    let registry = registry();
    let miner = MinerIssues::new(1, [solved(1, "501", 5)], [], &registry);
    let owners = owners([&miner], &registry);
    let discovery = assess(&miner, &owners, &Solvers::new(), &registry, day(10));
    assert!(!discovery.is_complete());
    let here = &discovery.repositories["a/a"];
    assert_eq!((here.solved, here.valid_solved, here.closed), (1, 0, 0));
    assert!(assess(&miner, &owners, &solvers(), &registry, day(10)).is_complete());
}

#[test]
fn too_many_open_issues_take_everything() {
    let registry = registry();
    let earned = |open| {
        let open = [("a/a".to_owned(), open), ("x/y".to_owned(), 99)];
        let miner = MinerIssues::new(1, [solved(1, "501", 5)], open, &registry);
        let owners = owners([&miner], &registry);
        assess(&miner, &owners, &solvers(), &registry, day(10))
            .score
            .value()
    };
    assert_eq!(
        (earned(2), earned(3)),
        (10.0, 0.0),
        "elsewhere they do not count"
    );
}
