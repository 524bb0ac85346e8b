//! Requests that are not made, and answers that are not waited for.

use std::time::{Duration, Instant};

use axonry_http::{HttpError, Request, Secret, TransportKind, Url};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fake::{Act, Fake, ok, once, quick};

fn get(server: &MockServer) -> Request {
    Request::get(Url::parse(&server.uri()).unwrap())
}

#[tokio::test]
async fn equal_reads_at_the_same_time_are_one_request() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_millis(100));
    Mock::given(any())
        .respond_with(slow.set_body_json(json!([7])))
        .mount(&server)
        .await;
    let client = quick().build().unwrap();
    let mut tasks = JoinSet::new();
    for token in ["a", "a", "a", "b"] {
        let request = get(&server).bearer(&Secret::new(token));
        let client = client.clone();
        tasks.spawn(async move { client.json::<Vec<u8>>(request).await.unwrap().body });
    }
    assert!(tasks.join_all().await.iter().all(|body| body == &[7]));
    let total = client.counters().total();
    assert_eq!((total.requests, total.coalesced), (2, 2), "one per token");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = MockServer::start().await;
    Mock::given(header("if-none-match", "W/\"1\""))
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    let first = ResponseTemplate::new(200).insert_header("etag", "W/\"1\"");
    Mock::given(any())
        .respond_with(first.set_body_json(json!({"a": 1})))
        .mount(&server)
        .await;
    let client = quick().build().unwrap();
    for _ in 0..3 {
        let answer = client.json::<Value>(get(&server)).await.unwrap();
        assert_eq!((answer.status, answer.body), (200, json!({"a": 1})));
    }
    let total = client.counters().total();
    assert_eq!((total.requests, total.cache_hits), (3, 2));
    assert_eq!(total.wire_bytes, 7, "one body");

    let _ = client
        .json::<Value>(get(&server).unkept())
        .await
        .expect("asked as if for the first time");
    assert_eq!(client.counters().total().cache_hits, 2);
}

#[tokio::test]
async fn a_304_that_was_not_asked_for_is_no_answer() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    let error = once().build().unwrap().bytes(get(&server)).await;
    assert!(matches!(error, Err(HttpError::Status { .. })), "{error:?}");
}

#[tokio::test]
async fn sr6_a_body_that_drips_is_given_up_long_before_the_deadline() {
    let fake = Fake::acting(vec![Act::Hang(ok("content-length: 100000\r\n", b"{"))]).await;
    let client = once()
        .min_rate(1024, Duration::from_millis(100))
        .build()
        .unwrap();
    assert_slow(client.bytes(Request::get(fake.url.clone()))).await;
}

#[tokio::test]
async fn sr6_an_answer_that_does_not_begin_is_given_up_long_before_the_deadline() {
    let fake = Fake::acting(vec![Act::Hang(Vec::new())]).await;
    let client = once()
        .first_byte_deadline(Duration::from_millis(100))
        .build()
        .unwrap();
    assert_slow(client.bytes(Request::get(fake.url.clone()))).await;
}

async fn assert_slow<T: std::fmt::Debug>(asking: impl Future<Output = Result<T, HttpError>>) {
    let start = Instant::now();
    let error = asking.await.unwrap_err();
    assert!(error.is_transient(), "it may be faster next time");
    assert!(
        matches!(
            error,
            HttpError::Transport {
                kind: TransportKind::Slow,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(2));
}
