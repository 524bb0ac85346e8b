//! The real client against the dev GitHub, and its answers against the mirror's.

use std::time::Duration;

use axonry_github::{
    Closure, GitHub, GithubId, Identity, Mirror as MirrorClient, PullRequest, PullRequestSource,
    Revision, Secret, TokenCheck, TokenState, Windows,
};
use axonry_http::{Client, Request, Retry};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::GithubRules;
use crate::mirror::{Fault, Faults, Mirror, MirrorConfig, MirrorData, MirrorEdge, Seed, token_of};

fn data() -> MirrorData {
    let now = "2026-08-01T09:15:30Z".parse().unwrap();
    MirrorData::seeded(&Seed {
        miners: Seed::miners(6),
        ..Seed::new(7, now)
    })
}

async fn serve(github: GithubRules) -> Mirror {
    let edge = MirrorEdge {
        github,
        ..MirrorEdge::default()
    };
    Mirror::spawn(MirrorConfig::new(data()).edge(edge))
        .await
        .unwrap()
}

fn http() -> Client {
    let pause = Duration::from_millis(1);
    Client::builder()
        .retry(Retry::standard().pauses(pause, 1.0, pause))
        .build()
        .unwrap()
}

fn github(mirror: &Mirror) -> GitHub {
    let tokens = mirror.data().miners().map(|id| Secret::new(token_of(id)));
    GitHub::builder()
        .base(mirror.url())
        .http(http())
        .tokens(tokens)
        .build()
        .unwrap()
}

fn windows(mirror: &Mirror, days: i64) -> Windows {
    let since = mirror.data().now() - SignedDuration::from_hours(days * 24);
    let names = mirror.data().repositories();
    names.map(|name| (name.parse().unwrap(), since)).collect()
}

fn ids(mirror: &Mirror) -> Vec<GithubId> {
    let miners = mirror.data().miners();
    miners.map(|id| id.parse().unwrap()).collect()
}

/// What only one of the two says: the mirror's clock, the commit that GitHub is asked for later,
/// and as what a label's giver maintains a repository.
fn alike(mut pull: PullRequest) -> PullRequest {
    pull.hours_since_merge = None;
    pull.merge_base_sha = None;
    for label in &mut pull.labels {
        let maintains = label.actor_association.as_deref();
        label.actor_association = maintains.map(|_| "maintainer".to_owned());
    }
    pull
}

#[tokio::test]
async fn github_says_the_same_as_the_mirror() {
    let mirror = serve(GithubRules::default()).await;
    let (direct, stored) = (
        github(&mirror),
        MirrorClient::builder().base(mirror.url()).build().unwrap(),
    );
    for days in [30, 10] {
        let windows = windows(&mirror, days);
        for id in ids(&mirror) {
            let one = direct.pulls(&id, &windows).await.unwrap();
            let other = stored.pulls(&id, &windows).await.unwrap();
            assert!(one.quarantined.is_empty(), "{:?}", one.quarantined);
            let (one, other): (Vec<_>, Vec<_>) = (
                one.rows.into_iter().map(alike).collect(),
                other.rows.into_iter().map(alike).collect(),
            );
            assert_eq!(one, other);

            let one = direct.issues(&id, &windows).await.unwrap().rows;
            let other = stored.issues(&id, &windows).await.unwrap().rows;
            let numbers = |issues: &[axonry_github::Issue]| -> Vec<_> {
                issues
                    .iter()
                    .map(|issue| {
                        let solving = issue.solving_pr.as_ref();
                        let solving = solving.map(|pull| {
                            (pull.number, pull.author_github_id.clone(), pull.merged_at)
                        });
                        (
                            issue.repository.clone(),
                            issue.number,
                            issue.solved_by_pr,
                            issue.closed_at,
                            solving,
                        )
                    })
                    .collect()
            };
            assert_eq!(numbers(&one), numbers(&other));
            let open = direct.open_issues(&id).await.unwrap().rows;
            assert_eq!(
                numbers(&open),
                numbers(&stored.open_issues(&id).await.unwrap().rows)
            );
        }
    }
    for id in ids(&mirror).iter().take(2) {
        let pulls = stored.pulls(id, &windows(&mirror, 30)).await.unwrap().rows;
        for pull in &pulls {
            let of = Revision {
                merge_base_sha: None,
                ..Revision::from(pull)
            };
            let source: &dyn PullRequestSource = &direct;
            let one = source.files(&of).await.unwrap().stored().unwrap();
            let other = stored.files(&pull.repository, pull.number).await.unwrap();
            let other = other.stored().unwrap();
            assert!(one.quarantined.is_empty());
            assert_eq!(one.files, other.files);
            assert_eq!(
                axonry_github::ContentKey::of_files(&one),
                axonry_github::ContentKey::of(&of)
            );
        }
    }
    let traffic = mirror.traffic();
    assert_eq!((traffic.github_violations, traffic.github_early), (0, 0));
}

#[tokio::test]
async fn sr3_pages_that_take_too_long_shrink_until_they_do_not() {
    let (strict, easy) = tokio::join!(
        serve(GithubRules {
            page: Some(11),
            ..GithubRules::default()
        }),
        serve(GithubRules::default()),
    );
    let mut lists = Vec::new();
    for mirror in [&strict, &easy] {
        let github = github(mirror);
        let mut rows = Vec::new();
        for id in ids(mirror) {
            rows.extend(github.pulls(&id, &windows(mirror, 30)).await.unwrap().rows);
        }
        let requests = github.http().counters().total().requests;
        lists.push((rows, requests));
    }
    assert_eq!(lists[0].0, lists[1].0, "nothing is lost");
    // Six lists of 20 in pages of 11 are 12 requests at best, and six that look at the front again.
    assert!(
        lists[0].1 <= lists[1].1 + 24,
        "{} and {}",
        lists[0].1,
        lists[1].1
    );
}

#[tokio::test]
async fn a_spent_hour_is_waited_for_or_left_to_another_token() {
    let rules = GithubRules {
        hourly: 4,
        hour: Duration::from_secs(1),
        ..GithubRules::default()
    };
    let mirror = serve(rules).await;
    let github = github(&mirror);
    for id in ids(&mirror) {
        github.pulls(&id, &windows(&mirror, 30)).await.unwrap();
    }
    let used: Vec<_> = github.tokens().iter().map(|token| token.requests).collect();
    assert!(used.iter().all(|&requests| requests > 0), "{used:?}");

    github.replace_tokens([Secret::new(token_of("10000000"))]);
    for id in ids(&mirror).iter().take(5) {
        github.pulls(id, &windows(&mirror, 30)).await.unwrap();
    }
    let traffic = mirror.traffic();
    assert_eq!((traffic.github_violations, traffic.github_early), (0, 0));
}

#[tokio::test]
async fn a_minutes_worth_is_kept_to_without_being_told() {
    let rules = GithubRules {
        minutely: 900,
        ..GithubRules::default()
    };
    let mirror = serve(rules).await;
    let github = github(&mirror);
    github.replace_tokens([Secret::new(token_of("10000000"))]);
    let mut asking = JoinSet::new();
    for number in 0..1000 {
        let (github, repository) = (github.clone(), "axonry-demo/router".parse().unwrap());
        asking.spawn(async move {
            let of = Revision::unknown(repository, 1_000_000 + number);
            github.files(&of).await.is_err()
        });
    }
    // The last hundred have to wait for a minute; it is enough to see that they do.
    let mut answered = 0;
    while answered < 900 && asking.join_next().await.is_some() {
        answered += 1;
    }
    while mirror.traffic().github_requests < 900 {
        tokio::task::yield_now().await;
    }
    let traffic = mirror.traffic();
    assert_eq!(traffic.github_requests, 900);
    assert_eq!(traffic.github_violations, 0);
}

#[tokio::test]
async fn sr2_a_secondary_limit_without_a_header_is_waited_out() {
    let rules = GithubRules {
        minutely: 3,
        minute: Duration::from_secs(3600),
        ..GithubRules::default()
    };
    let mirror = serve(rules).await;
    let github = github(&mirror);
    github.replace_tokens([Secret::new(token_of("10000000"))]);
    let repository = "axonry-demo/router".parse().unwrap();
    let asking = async {
        loop {
            github.repository(&repository).await.unwrap();
        }
    };
    let seen = async {
        while mirror.traffic().github_violations == 0 {
            tokio::task::yield_now().await;
        }
        while github.tokens()[0].state == TokenState::Usable {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = asking => {}
        () = seen => {}
    }
    let [token] = &github.tokens()[..] else {
        panic!("one token")
    };
    let TokenState::Waiting(pause) = token.state else {
        panic!("{token:?}")
    };
    assert!(pause > Duration::from_secs(55), "a minute: {pause:?}");
}

#[tokio::test]
async fn sr7_a_token_that_is_taken_back_is_set_aside_and_the_next_one_used() {
    let rules = GithubRules {
        revoked: vec![token_of("10000000")],
        ..GithubRules::default()
    };
    let mirror = serve(rules).await;
    let github = github(&mirror);
    let id = &ids(&mirror)[0];
    github.pulls(id, &windows(&mirror, 30)).await.unwrap();
    let refused = github.tokens();
    let refused = refused
        .iter()
        .filter(|token| token.state == TokenState::Refused);
    assert_eq!(refused.map(|token| token.requests).collect::<Vec<_>>(), [1]);

    let revoked = Secret::new(token_of("10000000"));
    assert_eq!(github.identity(&revoked).await, Identity::InvalidAuth);
    assert_eq!(github.check(&revoked).await, TokenCheck::Refused(401));
    let good = Secret::new(token_of("10000001"));
    assert_eq!(
        github.check(&good).await,
        TokenCheck::Passes("miner-001".to_owned())
    );
    github.replace_tokens([revoked]);
    let error = github.pulls(id, &windows(&mirror, 20)).await.unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn who_solved_an_issue_is_told() {
    let mirror = serve(GithubRules::default()).await;
    let github = github(&mirror);
    let (mut solved, mut open) = (0, 0);
    for id in ids(&mirror) {
        for issue in github
            .issues(&id, &windows(&mirror, 30))
            .await
            .unwrap()
            .rows
        {
            let closure = github
                .closure(&issue.repository, issue.number)
                .await
                .unwrap();
            match issue.solving_pr {
                Some(solving) => {
                    solved += 1;
                    let (number, solver) = (solving.number, Some(solving.author_github_id));
                    assert_eq!(closure, Closure::Solved { number, solver });
                }
                None => {
                    open += 1;
                    assert_eq!(closure, Closure::Open);
                }
            }
        }
    }
    assert!(solved > 0 && open > 0);
}

#[tokio::test]
async fn queries_beyond_githubs_bounds_are_refused_in_its_words() {
    let mirror = serve(GithubRules::default()).await;
    let http = http();
    let ask = async |query: &str| -> Value {
        let url = format!("{}/graphql", mirror.url()).parse().unwrap();
        let token = Secret::new(token_of("10000000"));
        let request = Request::post_json(url, &json!({"query": query})).bearer(&token);
        http.json(request).await.unwrap().body
    };
    let list = |arguments: &str, below: &str| {
        format!(
            "{{ node(id: \"MDQ6VXNlcjEwMDAwMDAw\") {{ ... on User {{ login \
             pullRequests{arguments} {{ totalCount {below} }} }} }} }}"
        )
    };
    for (query, kind, why) in [
        (
            list("(first: 101)", "nodes { number }"),
            "EXCESSIVE_PAGINATION",
            "too long",
        ),
        (
            list("", "nodes { number }"),
            "MISSING_PAGINATION_BOUNDARIES",
            "without end",
        ),
        (
            list(
                "(first: 100)",
                "nodes { labels(first: 100) { nodes { name } } closingIssuesReferences(first: 100) \
                 { nodes { labels(first: 100) { nodes { name } } } } }",
            ),
            "MAX_NODE_LIMIT_EXCEEDED",
            "too many",
        ),
        (
            list("(first: 1)", "nodes { colour }"),
            "undefinedField",
            "no such field",
        ),
    ] {
        assert_eq!(ask(&query).await["errors"][0]["type"], kind, "{why}");
    }
    let answer = ask(&list("(first: 1)", "nodes { __typename }")).await;
    assert_eq!(answer["data"]["node"]["pullRequests"]["totalCount"], 20);
}

#[tokio::test]
async fn githubs_routes_fail_where_faults_name_them() {
    let edge = MirrorEdge {
        faults: Some(Faults::always(Fault::Internal).at("/graphql")),
        ..MirrorEdge::default()
    };
    let mirror = Mirror::spawn(MirrorConfig::new(data()).edge(edge))
        .await
        .unwrap();
    let github = github(&mirror);
    let token = Secret::new(token_of("10000000"));
    assert_eq!(github.check(&token).await, TokenCheck::Refused(500));
    assert_eq!(
        github.identity(&token).await,
        Identity::Valid(10_000_000.into())
    );
}
