//! The mechanism against a mirror at a real socket.

mod exchange;
mod failing;
mod fixture;
mod replay;
mod source;

use axonry_core::{Observed, UnixMillis, Unknown};
use serde_json::json;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fixture::{NOW, Subnet, hotkey, merged, mirror_with, pulls, score};

#[tokio::test]
async fn the_miner_who_wrote_more_earns_more_and_everything_adds_up() {
    let server = MockServer::start().await;
    mirror_with(
        &server,
        "101",
        &[merged(1, "101")],
        "fn a() { let x = 1; }\n",
    )
    .await;
    let longer = "fn b(items: &[u32]) -> u32 { items.iter().map(|i| i * 2).sum() }\n".repeat(20);
    mirror_with(&server, "102", &[merged(2, "102")], &longer).await;
    let subnet = Subnet::of(4, &[(1, "101"), (2, "102")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    let (less, more) = (score(&evaluation, 1), score(&evaluation, 2));
    assert!(0.0 < less && less < more, "{less} {more}");
    assert_eq!(
        score(&evaluation, 3),
        0.0,
        "no token is known to earn nothing"
    );
    let total: f64 = (0..4).map(|uid| score(&evaluation, uid)).sum();
    assert!(
        (total - 0.9).abs() < 1e-12,
        "the pool without the treasury's uid: {total}"
    );
    assert_eq!(evaluation.counters["files"], 2);
}

#[tokio::test]
async fn a_failed_source_makes_a_miner_unknown_and_never_zero() {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], "fn a() {}\n").await;
    Mock::given(path("/api/v1/miners/102/pulls"))
        .respond_with(ResponseTemplate::new(403).set_body_string("<html>blocked</html>"))
        .mount(&server)
        .await;
    let subnet = Subnet::of(3, &[(1, "101"), (2, "102")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    let failed = &evaluation.scores[&hotkey(2)];
    assert!(
        matches!(
            failed,
            Observed::Unknown {
                reason: Unknown::SourceFailed(_)
            }
        ),
        "{failed:?}"
    );
    assert!(
        evaluation.explanations[&hotkey(2)].contains("403"),
        "and says why"
    );
    assert!(score(&evaluation, 1) > 0.0, "the other is not touched");
}

#[tokio::test]
async fn a_round_in_which_most_miners_are_unknown_is_void_for_all_alike() {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], "fn a() {}\n").await;
    let subnet = Subnet::of(4, &[(1, "101"), (2, "102"), (3, "103")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    let known = evaluation
        .scores
        .values()
        .filter(|score| score.is_known())
        .count();
    assert_eq!(
        known, 0,
        "not even what would be recycled: {:?}",
        evaluation.scores
    );
    assert!(
        evaluation.warnings[0].contains("2 of 3"),
        "{:?}",
        evaluation.warnings
    );
}

#[tokio::test]
async fn what_was_seen_in_an_earlier_round_stands_in_while_the_source_fails() {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], "fn a() {}\n").await;
    let subnet = Subnet::of(2, &[(1, "101")]);
    let mechanism = subnet.mechanism(&server);
    let first = subnet.evaluate(&mechanism, NOW).await;
    server.reset().await;
    Mock::given(method("POST"))
        .and(path_regex("^/api/v1/miners/"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;

    let second = subnet
        .evaluate(&mechanism, UnixMillis(NOW.0 + 60_000))
        .await;
    assert_eq!(score(&first, 1), score(&second, 1));
    let Observed::Known { as_of, .. } = second.scores[&hotkey(1)] else {
        panic!("known")
    };
    assert_eq!(as_of, NOW, "and it says how old it is");
}

#[tokio::test]
async fn miners_that_share_an_account_are_penalised_alike() {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], "fn a() {}\n").await;
    mirror_with(&server, "102", &[merged(2, "102")], "fn b() {}\n").await;
    let subnet = Subnet::of(4, &[(1, "101"), (2, "102"), (3, "101")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    assert_eq!(evaluation.penalised, [hotkey(1), hotkey(3)].into());
    assert_eq!((score(&evaluation, 1), score(&evaluation, 3)), (0.0, 0.0));
    assert!(score(&evaluation, 2) > 0.0);
}

#[tokio::test]
async fn a_malformed_row_is_left_out_and_the_rest_counts() {
    let server = MockServer::start().await;
    let rows = [
        json!({"repo_full_name": "acme/widgets", "pr_number": "seven"}),
        merged(1, "101"),
    ];
    mirror_with(&server, "101", &rows, "fn a() {}\n").await;
    let subnet = Subnet::of(2, &[(1, "101")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    assert!(score(&evaluation, 1) > 0.0);
    assert!(
        evaluation.explanations[&hotkey(1)].contains("left out"),
        "and is named"
    );
}

#[tokio::test]
async fn a_pull_request_whose_files_cannot_be_fetched_makes_the_whole_miner_unknown() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/miners/101/pulls"))
        .respond_with(pulls("101", &[merged(1, "101")]))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/pulls/acme/widgets/1/files"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let subnet = Subnet::of(2, &[(1, "101")]);

    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    assert!(!evaluation.scores[&hotkey(1)].is_known());
}

#[tokio::test]
async fn files_that_most_of_a_round_lacks_are_the_sources_fault_and_nobodys_zero() {
    let server = MockServer::start().await;
    for (number, account) in [(1, "101"), (2, "102")] {
        Mock::given(path(format!("/api/v1/miners/{account}/pulls")))
            .respond_with(pulls(account, &[merged(number, account)]))
            .mount(&server)
            .await;
    }
    // Both are listed as stored, and neither has files: the answer to `/files` is 404.
    let subnet = Subnet::of(3, &[(1, "101"), (2, "102")]);
    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    assert!(evaluation.scores.values().all(|score| !score.is_known()));
    assert!(
        evaluation.warnings[0].contains("void"),
        "{:?}",
        evaluation.warnings
    );
}

#[tokio::test]
async fn a_list_of_which_most_is_malformed_is_unknown() {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], "fn a() {}\n").await;
    mirror_with(&server, "103", &[merged(3, "103")], "fn c() {}\n").await;
    let broken = json!({"repo_full_name": "acme/widgets", "pr_number": -2});
    Mock::given(path("/api/v1/miners/102/pulls"))
        .respond_with(pulls("102", &[broken]))
        .mount(&server)
        .await;
    let subnet = Subnet::of(4, &[(1, "101"), (2, "102"), (3, "103")]);
    let evaluation = subnet.evaluate(&subnet.mechanism(&server), NOW).await;
    assert!(matches!(
        evaluation.scores[&hotkey(2)],
        Observed::Unknown {
            reason: Unknown::Malformed(_)
        }
    ));
}
