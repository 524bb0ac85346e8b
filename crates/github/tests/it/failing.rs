//! A mirror that fails: tried again when that may help, and never taken for an empty one.

use std::time::Duration;

use axonry_github::{Files, GithubError, GithubId, Mirror};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{answer, http, mirror, pull, windows};

/// Asks a mirror that answers `first` once and then well; tells the outcome and the requests made.
async fn after(first: ResponseTemplate) -> (Result<usize, GithubError>, u64) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(first)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let good = answer(json!([pull(1, json!({}))]));
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(good))
        .mount(&server)
        .await;
    let mirror = mirror(&server);
    let pulls = mirror.pulls(&GithubId::from(77), &windows()).await;
    let requests = mirror.http().counters().total().requests;
    (pulls.map(|page| page.rows.len()), requests)
}

#[tokio::test]
async fn accidents_are_tried_again() {
    for (first, why) in [
        (ResponseTemplate::new(500), "500"),
        (ResponseTemplate::new(520), "the edge's own status"),
        (
            ResponseTemplate::new(429).insert_header("retry-after", "0"),
            "a rate limit",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>busy</html>"),
            "a page that is no JSON",
        ),
        (
            ResponseTemplate::new(201).set_body_string("{\"github_id\": \"77\", \"pull_req"),
            "half an answer",
        ),
    ] {
        let (pulls, requests) = after(first).await;
        assert_eq!((pulls.unwrap(), requests), (1, 2), "{why}");
    }
}

#[tokio::test]
async fn refusals_fail_at_once_and_say_why() {
    for code in [400, 401, 403, 404, 408] {
        let body = "since_by_repo must hold 1 to 200 entries";
        let (pulls, requests) = after(ResponseTemplate::new(code).set_body_string(body)).await;
        let error = pulls.unwrap_err();
        assert_eq!(requests, 1, "{code}");
        let refusal = error.as_http().and_then(|error| error.refusal()).unwrap();
        assert_eq!((refusal.code(), refusal.body()), (code, body));
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_is_an_error_and_not_an_empty_list() {
    for (body, why) in [
        (json!([]), "no object"),
        (json!({"pull_requests": []}), "no github_id"),
        (json!({"github_id": "77"}), "no list"),
        (
            json!({"github_id": "77", "pull_requests": null}),
            "null for a list",
        ),
        (
            json!({"github_id": "77", "pull_requests": {"0": {}}}),
            "an object for a list",
        ),
        (json!({"error": "maintenance"}), "something else"),
    ] {
        let (pulls, requests) = after(ResponseTemplate::new(200).set_body_json(body)).await;
        let error = pulls.unwrap_err();
        assert!(
            matches!(error, GithubError::Malformed { .. }),
            "{why}: {error:?}"
        );
        assert_eq!(requests, 1, "{why}: it will have that shape again");
        assert!(!error.is_transient(), "{why}");
    }
}

#[tokio::test]
async fn a_page_that_fails_fails_the_list() {
    let server = MockServer::start().await;
    let mut first = answer(json!([pull(1, json!({})), pull(2, json!({}))]));
    first["next_cursor"] = json!("2");
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(first))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(400))
        .mount(&server)
        .await;
    let pulls = mirror(&server).pulls(&GithubId::from(77), &windows()).await;
    assert!(pulls.is_err(), "half a list is not a list: {pulls:?}");
}

#[tokio::test]
async fn sr8_what_is_not_stored_yet_is_neither_empty_nor_kept() {
    let server = MockServer::start().await;
    let answer = |stored: bool, files: serde_json::Value| {
        let body = json!({
            "repo_full_name": "acme/widget", "pr_number": 1, "scoring_data_stored": stored,
            "files": files,
        });
        ResponseTemplate::new(200)
            .insert_header("etag", "\"same\"")
            .set_body_json(body)
    };
    Mock::given(any())
        .respond_with(answer(false, json!([])))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let file = json!([{"filename": "a.rs", "status": "added"}]);
    Mock::given(any())
        .respond_with(answer(true, file))
        .mount(&server)
        .await;
    let (mirror, repository) = (mirror(&server), "acme/widget".parse().unwrap());
    let first = mirror.files(&repository, 1).await.unwrap();
    assert_eq!(first, Files::NotStoredYet);
    let second = mirror.files(&repository, 1).await.unwrap();
    assert_eq!(second.stored().map(|stored| stored.files.len()), Some(1));
}

#[tokio::test]
async fn sr9_a_list_says_how_old_it_is() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(answer(json!([]))))
        .mount(&server)
        .await;
    let page = mirror(&server).pulls(&77.into(), &windows()).await.unwrap();
    let hours_later = axonry_github::timestamp::parse("2026-08-01T15:15:31.004Z").unwrap();
    assert_eq!(page.age(hours_later), Some(Duration::from_secs(6 * 3600)));
}

#[tokio::test]
async fn one_http_client_serves_many_and_stays_open() {
    let server = MockServer::start().await;
    let good = ResponseTemplate::new(201)
        .set_body_json(answer(json!([])))
        .set_delay(Duration::from_millis(1));
    Mock::given(any()).respond_with(good).mount(&server).await;
    let http = http();
    for _ in 0..3 {
        let mirror = Mirror::builder()
            .base(server.uri())
            .http(http.clone())
            .build()
            .unwrap();
        mirror.pulls(&GithubId::from(77), &windows()).await.unwrap();
    }
    assert_eq!(http.counters().total().requests, 3);
    assert_eq!(
        http.counters().connections,
        1,
        "one after the other over one connection"
    );
}

#[tokio::test]
async fn a_limit_that_only_its_text_tells_is_waited_out() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(403)
        .insert_header("retry-after", "1")
        .set_body_json(json!({"message": "You have exceeded a secondary rate limit."}));
    Mock::given(any())
        .respond_with(limited)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(answer(json!([]))))
        .mount(&server)
        .await;
    let mirror = mirror(&server);
    mirror.pulls(&77.into(), &windows()).await.unwrap();
    assert_eq!(mirror.http().counters().total().rate_limited, 1);
}
