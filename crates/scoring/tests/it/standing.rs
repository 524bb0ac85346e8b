use axonry_core::Score;
use axonry_scoring::base_score::TokenTotals;
use axonry_scoring::earned::{ScoredPullRequest, score};
use axonry_scoring::eligibility::Missing;
use axonry_scoring::merge_gate::{self, Rejection};
use axonry_scoring::pull_request::{Association, PullRequest, PullRequestState};
use axonry_scoring::registry::{Registry, RepositoryConfig};
use axonry_scoring::standing::{MinerPullRequests, finalize};

use crate::{day, merged};

const TOKENS: TokenTotals = TokenTotals {
    source_token_score: 40.0,
    token_score: 50.0,
    total_score: 60.0,
    structural_count: 3,
    structural_score: 20.0,
    leaf_count: 9,
    leaf_score: 30.0,
};

fn registry() -> Registry {
    ["a/a", "b/b"]
        .map(|name| (name, RepositoryConfig::with_share(0.5)))
        .into_iter()
        .collect()
}

fn scored(pull_request: &PullRequest) -> ScoredPullRequest {
    score(
        pull_request,
        Some(&TOKENS),
        &RepositoryConfig::with_share(0.5),
        day(11),
    )
}

fn many(repository: &str, count: u64) -> Vec<ScoredPullRequest> {
    (1..=count)
        .map(|number| scored(&merged(repository, number)))
        .collect()
}

fn open(repository: &str, number: u64) -> ScoredPullRequest {
    let state = PullRequestState::Open;
    scored(&PullRequest {
        state,
        merged_at: None,
        ..merged(repository, number)
    })
}

#[test]
fn one_more_merge_makes_the_difference() {
    let mut pulls = MinerPullRequests {
        merged: many("a/a", 2),
        ..Default::default()
    };
    let here = finalize(&mut pulls, &registry())
        .repositories
        .remove("a/a")
        .expect("it is there");
    assert_eq!(
        here.eligibility.missing,
        Some(Missing::Count { have: 2, need: 3 })
    );
    assert_eq!(here.totals.total_score, Score::ZERO);
    assert!(
        here.totals.base_score > 0.0,
        "what was done is told nevertheless"
    );

    pulls.merged = many("a/a", 3);
    let standing = finalize(&mut pulls, &registry());
    assert!(standing.is_eligible);
    let earned: f64 = pulls.merged.iter().map(|one| one.earned_score).sum();
    assert_eq!(standing.totals.total_score.value(), earned);
}

#[test]
fn collateral_stays_in_its_repository() {
    let mut pulls = MinerPullRequests {
        merged: many("a/a", 3),
        open: vec![open("b/b", 1)],
        ..Default::default()
    };
    let standing = finalize(&mut pulls, &registry());
    let (a, b) = (&standing.repositories["a/a"], &standing.repositories["b/b"]);
    assert!(b.totals.collateral_score > 0.0);
    assert_eq!(
        (b.totals.total_score, a.totals.collateral_score),
        (Score::ZERO, 0.0)
    );
    assert_eq!(
        standing.totals.total_score.value(),
        a.earned,
        "nothing is taken from the other"
    );
}

#[test]
fn too_many_open_pull_requests_take_everything() {
    let mut pulls = MinerPullRequests {
        merged: many("a/a", 3),
        ..Default::default()
    };
    pulls.open = (10..12).map(|number| open("a/a", number)).collect();
    let here = &finalize(&mut pulls, &registry()).repositories["a/a"];
    assert_eq!(
        (here.open_threshold, here.spam_multiplier),
        (2, 1.0),
        "150 tokens free no slot"
    );
    assert!(here.totals.total_score > Score::ZERO);
    pulls.open.push(open("a/a", 12));
    let here = &finalize(&mut pulls, &registry()).repositories["a/a"];
    assert_eq!((here.spam_multiplier, here.earned), (0.0, 0.0));
}

#[test]
fn without_files_only_a_fixed_base_score_counts() {
    let mut config = RepositoryConfig::with_share(0.5);
    let nothing = score(&merged("a/a", 1), None, &config, day(30));
    assert!(!nothing.is_scored);
    assert_eq!(
        nothing.multipliers.time_decay, 1.0,
        "no multiplier is worked out either"
    );
    config.fixed_base_score = Some(7.0);
    let fixed = score(&merged("a/a", 1), None, &config, day(30));
    assert_eq!(
        (fixed.base_score, fixed.multipliers.time_decay),
        (7.0, 0.05)
    );
}

#[test]
fn the_merge_gate_says_which_rule_a_pull_request_breaks() {
    let mut config = RepositoryConfig::with_share(0.5);
    config.additional_acceptable_branches = vec!["release-*".to_owned()];
    let good = merged("a/a", 1);
    assert_eq!(merge_gate::check(&good, &config), Ok(()));
    let own = Some("a/a".to_owned());
    let release = Some("release-1".to_owned());
    for (pull_request, rejection) in [
        (
            PullRequest {
                merged_at: None,
                ..good.clone()
            },
            Rejection::NoMergeDate,
        ),
        (
            PullRequest {
                author_association: Association::Member,
                ..good.clone()
            },
            Rejection::MaintainerAuthor,
        ),
        (
            PullRequest {
                base_ref: Some("dev".to_owned()),
                ..good.clone()
            },
            Rejection::BaseBranch {
                branch: "dev".to_owned(),
            },
        ),
        (
            PullRequest {
                head_repository: own,
                head_ref: release,
                ..good.clone()
            },
            Rejection::HeadBranch {
                branch: "release-1".to_owned(),
            },
        ),
    ] {
        assert_eq!(merge_gate::check(&pull_request, &config), Err(rejection));
    }
    let mut alone = PullRequest {
        merged_by_login: Some("Alice".to_owned()),
        ..good
    };
    assert_eq!(
        merge_gate::check(&alone, &config),
        Ok(()),
        "someone approved"
    );
    alone.reviews.approved = 0;
    assert_eq!(
        merge_gate::check(&alone, &config),
        Err(Rejection::SelfMerged)
    );
}
