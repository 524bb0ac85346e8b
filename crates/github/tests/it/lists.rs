//! Lists: windows, pages, and their ends.

use std::collections::BTreeMap;

use axonry_github::{GithubError, GithubId, RepositoryName, Windows, timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{any, body_json, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::{answer, mirror, pull, query, windows};

/// Five rows in pages of two, as the mirror gives them: the cursor is where the next page starts.
struct Paged;

impl Respond for Paged {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let rows: Vec<_> = (1..=5).map(|number| pull(number, json!({}))).collect();
        let number = |name| query(&request.url, name).map(|text| text.parse::<usize>().unwrap());
        let (from, limit) = (number("cursor").unwrap_or(0), number("limit").unwrap());
        let to = (from + limit).min(rows.len());
        let mut page = answer(json!(rows[from..to]));
        page["next_cursor"] = if to < rows.len() {
            json!(to.to_string())
        } else {
            Value::Null
        };
        ResponseTemplate::new(201).set_body_json(page)
    }
}

fn numbers(pulls: &axonry_github::Page<axonry_github::PullRequest>) -> Vec<u64> {
    pulls.rows.iter().map(|pull| pull.number).collect()
}

#[tokio::test]
async fn all_pages_are_read_and_the_window_is_sent_with_each() {
    let server = MockServer::start().await;
    let since = json!({"since_by_repo": {"acme/widget": "2026-07-02T09:15:30.123456+00:00"}});
    Mock::given(method("POST"))
        .and(path("/api/v1/miners/77/pulls"))
        .and(body_json(since))
        .respond_with(Paged)
        .expect(3)
        .mount(&server)
        .await;
    let pulls = mirror(&server)
        .pulls(&GithubId::from(77), &windows())
        .await
        .unwrap();
    assert_eq!(numbers(&pulls), [1, 2, 3, 4, 5]);
    assert_eq!(
        pulls.generated_at,
        timestamp::parse("2026-08-01T09:15:31.004Z").ok()
    );
    assert!(pulls.quarantined.is_empty());
}

#[tokio::test]
async fn without_windows_it_is_a_plain_read() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(Paged)
        .expect(3)
        .mount(&server)
        .await;
    let pulls = mirror(&server)
        .pulls(&GithubId::from(77), &Windows::new())
        .await
        .unwrap();
    assert_eq!(pulls.rows.len(), 5);
}

#[tokio::test]
async fn a_mirror_that_knows_no_pages_sends_one_and_each_row_counts_once() {
    for end in [json!(null), json!("")] {
        let server = MockServer::start().await;
        let row = pull(1, json!({}));
        let mut page = answer(json!([row, row, pull(2, json!({}))]));
        page["next_cursor"] = end;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(page))
            .expect(1)
            .mount(&server)
            .await;
        let pulls = mirror(&server)
            .pulls(&GithubId::from(77), &windows())
            .await
            .unwrap();
        assert_eq!(numbers(&pulls), [1, 2]);
    }
}

#[tokio::test]
async fn more_repositories_than_the_mirror_takes_are_asked_for_in_parts() {
    let server = MockServer::start().await;
    // One row per part: the number of repositories in it.
    let count = |request: &Request| {
        let body: BTreeMap<String, BTreeMap<String, String>> = request.body_json().unwrap();
        let row = pull(body["since_by_repo"].len() as u64, json!({}));
        ResponseTemplate::new(201).set_body_json(answer(json!([row])))
    };
    Mock::given(any())
        .respond_with(count)
        .expect(3)
        .mount(&server)
        .await;
    let since = *windows().values().next().unwrap();
    let many = (0..450).map(|n| {
        (
            format!("acme/r{n}").parse::<RepositoryName>().unwrap(),
            since,
        )
    });
    let pulls = mirror(&server)
        .pulls(&GithubId::from(77), &many.collect())
        .await
        .unwrap();
    assert_eq!(
        numbers(&pulls),
        [200, 50],
        "200, 200 and 50, the second 200 being the same row"
    );
}

#[tokio::test]
async fn a_list_without_end_is_an_error_and_not_a_part_of_it() {
    let server = MockServer::start().await;
    let endless = |request: &Request| {
        let next = query(&request.url, "cursor").map_or(1, |text| text.parse::<u64>().unwrap() + 1);
        let mut page = answer(json!([pull(next, json!({}))]));
        page["next_cursor"] = json!(next.to_string());
        ResponseTemplate::new(201).set_body_json(page)
    };
    Mock::given(any())
        .respond_with(endless)
        .mount(&server)
        .await;
    let error = mirror(&server)
        .pulls(&GithubId::from(77), &windows())
        .await
        .unwrap_err();
    assert!(
        matches!(error, GithubError::TooManyPages { pages: 5, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_noticed_at_once() {
    let server = MockServer::start().await;
    let mut page = answer(json!([pull(1, json!({}))]));
    page["next_cursor"] = json!("same");
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(page))
        .expect(2)
        .mount(&server)
        .await;
    let error = mirror(&server)
        .pulls(&GithubId::from(77), &windows())
        .await
        .unwrap_err();
    assert!(matches!(error, GithubError::Malformed { .. }), "{error:?}");
}

#[tokio::test]
async fn no_windows_no_question_about_issues() {
    let server = MockServer::start().await;
    let mirror = mirror(&server);
    let issues = mirror
        .issues(&GithubId::from(77), &Windows::new())
        .await
        .unwrap();
    assert!(issues.rows.is_empty());
    assert_eq!(mirror.http().counters().total().requests, 0);
}
