//! Whose a token is, whatever GitHub's mood.

use std::time::Duration;

use axonry_github::{GitHub, GithubId, Identity, Secret};
use serde_json::json;
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::http;

async fn identity(first: ResponseTemplate, times: u64) -> (Identity, u64) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(first)
        .up_to_n_times(times)
        .mount(&server)
        .await;
    Mock::given(path("/user"))
        .and(header("authorization", "token ghp_hidden"))
        .and(header("accept", "application/vnd.github.v3+json"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"login": "dev", "id": 77})))
        .mount(&server)
        .await;
    let http = http();
    let github = GitHub::builder()
        .base(server.uri())
        .http(http.clone())
        .pause(Duration::from_millis(1))
        .build()
        .unwrap();
    let identity = github.identity(&Secret::new("ghp_hidden")).await;
    (identity, http.counters().total().requests)
}

#[tokio::test]
async fn the_table_of_answers() {
    let status = ResponseTemplate::new;
    let valid = || Identity::Valid(GithubId::from(77));
    let message = |text: &str| json!({"message": text});
    for (first, expected, requests, why) in [
        (status(500), valid(), 2, "an accident"),
        (status(408), valid(), 2, "a timeout"),
        (status(304), valid(), 2, "odd"),
        (status(200).set_body_string("busy"), valid(), 2, "no JSON"),
        (
            status(200).set_body_json(json!({"login": "dev"})),
            valid(),
            2,
            "no id",
        ),
        (status(429), valid(), 2, "a rate limit"),
        (
            status(403).insert_header("x-ratelimit-remaining", "0"),
            valid(),
            2,
            "by header",
        ),
        (
            status(403).set_body_json(message("You have exceeded a secondary rate limit")),
            valid(),
            2,
            "by message",
        ),
        (
            status(403).set_body_string("API Rate Limit exceeded"),
            valid(),
            2,
            "by text",
        ),
        (
            status(403).set_body_json(message("Resource not accessible by personal access token")),
            Identity::InvalidAuth,
            1,
            "refused",
        ),
        (status(401), Identity::InvalidAuth, 1, "revoked"),
        (status(404), Identity::InvalidAuth, 1, "hidden"),
    ] {
        assert_eq!(identity(first, 1).await, (expected, requests), "{why}");
    }
}

#[tokio::test]
async fn trouble_that_lasts_is_transient_and_not_an_invalid_token() {
    for first in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429),
        ResponseTemplate::new(200).set_body_json(json!({})),
    ] {
        let (identity, requests) = identity(first, 100).await;
        let Identity::Transient(reason) = identity else {
            panic!("{identity:?}")
        };
        assert_eq!(requests, 6);
        assert!(
            !reason.contains("hidden") && reason.contains("/user"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn one_token_over_its_limit_delays_no_other() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    Mock::given(header("authorization", "token greedy"))
        .respond_with(limited)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": 77})))
        .mount(&server)
        .await;
    let github = GitHub::builder()
        .base(server.uri())
        .http(http())
        .build()
        .unwrap();
    let greedy = github.identity(&Secret::new("greedy")).await;
    assert!(matches!(greedy, Identity::Transient(_)), "{greedy:?}");
    let honest = github.identity(&Secret::new("honest")).await;
    assert_eq!(honest, Identity::Valid(GithubId::from(77)));
}

#[tokio::test]
async fn a_token_that_cannot_be_one_is_not_sent() {
    let http = http();
    let github = GitHub::builder()
        .base("http://127.0.0.1:9")
        .http(http.clone())
        .build()
        .unwrap();
    for token in ["", "two\nlines"] {
        assert_eq!(
            github.identity(&Secret::new(token)).await,
            Identity::InvalidAuth
        );
    }
    assert_eq!(http.counters().total().requests, 0);
}
