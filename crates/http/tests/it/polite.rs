//! What the operator of a server notices: how many requests, how fast, over how many connections.

use std::time::{Duration, Instant};

use axonry_http::{HttpError, Quota, RateLimit, Request, Secret, Url};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wiremock::matchers::{any, body_json, header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fake::{Fake, ok, quick};

fn get(server: &MockServer) -> Request {
    Request::get(Url::parse(&server.uri()).unwrap())
}

/// One of many questions that differ.
fn nth(server: &MockServer, n: usize) -> Request {
    Request::get(Url::parse(&format!("{}/{n}", server.uri())).unwrap())
}

/// Answers `first` once, then 200 with an empty list.
async fn first_then_good(first: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(first)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clones_share_one_pool_and_never_open_more_than_are_used_at_once() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!([]));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = quick().concurrency(8).build().unwrap();
    // Answers come as fast as they can, so that connections are asked for in the very moment in
    // which they are given back.
    let mut tasks = JoinSet::new();
    for n in 0..1000 {
        let (client, request) = (client.clone(), nth(&server, n));
        tasks.spawn(async move { client.json::<Value>(request).await.unwrap() });
    }
    tasks.join_all().await;
    let counters = client.counters();
    assert_eq!(counters.total().requests, 1000);
    assert!(counters.connections <= 8, "{counters:?}");

    let another = quick().concurrency(8).build().unwrap();
    another.json::<Value>(nth(&server, 0)).await.unwrap();
    assert_eq!(another.counters().connections, 1, "whose pool is its own");
}

#[tokio::test]
async fn a_server_that_closes_every_connection_gets_new_ones_without_delay() {
    let fake = Fake::saying(ok("content-length: 2\r\n", b"[]")).await;
    let client = quick().concurrency(2).build().unwrap();
    let start = Instant::now();
    for n in 0..20 {
        let url = fake.url.join(&n.to_string()).unwrap();
        client.json::<Value>(Request::get(url)).await.unwrap();
    }
    assert_eq!(client.counters().connections, 20);
    // 18 of them would have waited for a quarter of a second each.
    assert!(start.elapsed() < Duration::from_secs(2), "{start:?}");
}

#[tokio::test]
async fn an_account_has_a_quota_and_pauses_of_its_own() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    Mock::given(header("authorization", "Bearer greedy"))
        .respond_with(limited)
        .mount(&server)
        .await;
    let last = ResponseTemplate::new(200).insert_header("x-remaining", "0");
    Mock::given(header("authorization", "Bearer last"))
        .respond_with(last.set_body_json(json!([])))
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&server)
        .await;
    let client = quick()
        .quota("127.0.0.1", Quota::per(1, Duration::from_secs(3600)))
        .build()
        .unwrap();
    let of = |token: &str, n| {
        let token = Secret::new(token);
        nth(&server, n)
            .bearer(&token)
            .on_account(&token, None)
            .spent_when(|answer| {
                let spent = answer.header("x-remaining") == Some("0");
                spent.then_some(Duration::from_secs(3600))
            })
    };
    let greedy = client.json::<Value>(of("greedy", 0)).await.unwrap_err();
    assert!(greedy.retry_after() > Some(Duration::from_secs(3500)));
    assert!(client.paused_for(&of("greedy", 1)).is_some());
    for n in 0..3 {
        client.json::<Value>(of("honest", n)).await.unwrap();
    }
    client.json::<Value>(of("last", 0)).await.unwrap();
    let held = client.json::<Value>(of("last", 1)).await.unwrap_err();
    assert!(
        matches!(held, HttpError::DeadlineExceeded { .. }),
        "{held:?}"
    );
    client.json::<Value>(nth(&server, 9)).await.unwrap();
    assert_eq!(client.counters().total().requests, 6, "the last never left");
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    let status = ResponseTemplate::new;
    let body = |text: &str| ResponseTemplate::new(200).set_body_string(text);
    for (first, requests, why) in [
        (status(500), 2, "an accident of the server"),
        (status(520), 2, "an accident at the edge"),
        (status(408), 2, "the server waited too long"),
        (body("<html>"), 2, "not JSON"),
        (body("[1, 2"), 2, "half of it"),
        (body("{\"a\": 1}"), 1, "JSON of another shape"),
        (status(400), 1, "our mistake"),
        (status(404), 1, "not there"),
    ] {
        let server = first_then_good(first).await;
        let client = quick().build().unwrap();
        let answer = client.json::<Vec<u8>>(get(&server)).await;
        assert_eq!(client.counters().total().requests, requests, "{why}");
        assert_eq!(answer.is_ok(), requests == 2, "{why}");
        assert!(
            answer.is_ok() || !answer.unwrap_err().is_transient(),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_post_is_sent_again_only_when_that_does_no_harm() {
    for (idempotent, requests) in [(false, 1), (true, 2)] {
        let server = first_then_good(ResponseTemplate::new(503)).await;
        let client = quick().build().unwrap();
        let url = Url::parse(&server.uri()).unwrap();
        let mut request = Request::post_json(url, &json!({"a": 1}));
        if idempotent {
            request = request.idempotent();
        }
        assert_eq!(client.json::<Value>(request).await.is_ok(), idempotent);
        assert_eq!(client.counters().total().requests, requests);
    }
}

#[tokio::test]
async fn a_post_carries_its_json() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(body_json(json!({"a": [1, 2]})))
        .and(header("content-type", "application/json"))
        .and(header("user-agent", "test/1"))
        .respond_with(ResponseTemplate::new(201).set_body_json(7))
        .expect(1)
        .mount(&server)
        .await;
    let client = quick().user_agent("test/1").build().unwrap();
    let url = Url::parse(&server.uri()).unwrap();
    let answer = client
        .json::<u8>(Request::post_json(url, &json!({"a": [1, 2]})))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.body), (201, 7));
}

#[tokio::test]
async fn sr1_everyone_waits_as_long_as_the_server_asks() {
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "1");
    let server = first_then_good(limited).await;
    let client = quick().build().unwrap();
    let start = Instant::now();
    let _ = client.json::<Value>(get(&server)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let total = client.counters().total();
    assert_eq!((total.requests, total.rate_limited), (2, 1));
}

#[tokio::test]
async fn a_service_can_say_rate_limit_in_its_own_words() {
    let limited = ResponseTemplate::new(403).set_body_string("secondary rate limit");
    let server = first_then_good(limited).await;
    let client = quick().build().unwrap();
    let request = get(&server).rate_limited_when(|refusal| {
        let now = Some(Duration::ZERO);
        refusal.body().contains("rate limit").then_some(RateLimit {
            retry_after: now,
            ..RateLimit::default()
        })
    });
    let _ = client.json::<Value>(request).await.unwrap();
    assert_eq!(client.counters().total().rate_limited, 1);
}

#[tokio::test]
async fn a_pause_longer_than_the_deadline_is_told_at_once() {
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    let server = first_then_good(limited).await;
    let client = quick().build().unwrap();
    for requests in [1, 1] {
        let error = client.json::<Value>(get(&server)).await.unwrap_err();
        assert!(
            matches!(error, HttpError::DeadlineExceeded { .. }),
            "{error:?}"
        );
        assert!(
            error.retry_after() > Some(Duration::from_secs(3500)),
            "{error:?}"
        );
        assert_eq!(
            client.counters().total().requests,
            requests,
            "the second is not even sent"
        );
    }
}

#[tokio::test]
async fn the_quota_holds_at_the_socket_retries_included() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(3)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&server)
        .await;
    let window = Duration::from_millis(250);
    let client = quick()
        .quota("127.0.0.1", Quota::per(4, window))
        .build()
        .unwrap();
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for n in 0..9 {
        let (client, request) = (client.clone(), nth(&server, n));
        tasks.spawn(async move { client.json::<Value>(request).await.is_ok() });
    }
    assert!(tasks.join_all().await.into_iter().all(|good| good));
    let total = client.counters().total();
    assert_eq!(total.requests, 12);
    assert!(
        start.elapsed() >= 2 * window,
        "three windows for twelve requests"
    );
    assert!(total.waits > 0 && total.waited > window);
}

#[tokio::test]
async fn a_server_that_fails_everything_is_not_asked_three_times_as_much() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let client = quick().concurrency(64).build().unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..300 {
        let (client, request) = (client.clone(), nth(&server, n));
        tasks.spawn(async move { client.json::<Value>(request).await.unwrap_err() });
    }
    let errors = tasks.join_all().await;
    assert!(errors.iter().all(HttpError::is_transient));
    assert!(
        errors
            .iter()
            .any(|error| matches!(error, HttpError::OverBudget { .. }))
    );
    let requests = client.counters().total().requests;
    assert!(requests <= 300 + 300 * 3 / 10 + 50, "{requests}");
}
