//! Servers and networks that fail: each failure has its name, and none of them hangs or panics.

use std::time::{Duration, Instant};

use axonry_http::{HttpError, Request, Secret, TransportKind, Url};
use serde_json::Value;

use crate::fake::{Act, Fake, ok, once, quick};

async fn kind_of(fake: &Fake) -> TransportKind {
    let client = once()
        .request_deadline(Duration::from_millis(200))
        .build()
        .unwrap();
    match client.json::<Value>(Request::get(fake.url.clone())).await {
        Err(HttpError::Transport { kind, .. }) => kind,
        other => panic!("expected a transport error, got {other:?}"),
    }
}

#[tokio::test]
async fn each_transport_failure_has_its_name() {
    let half = ok("content-length: 100\r\n", b"{\"half\":");
    let cases = [
        (
            vec![Act::Close],
            TransportKind::Reset,
            "closed without an answer",
        ),
        (
            vec![Act::Hang(Vec::new())],
            TransportKind::Timeout,
            "no answer at all",
        ),
        (
            vec![Act::Hang(half.clone())],
            TransportKind::Timeout,
            "half a body, then nothing",
        ),
        (
            vec![Act::Say(half)],
            TransportKind::Body,
            "half a body, then closed",
        ),
        (
            vec![Act::Say(ok("content-encoding: gzip\r\n", b"not gzip"))],
            TransportKind::Body,
            "corrupt gzip",
        ),
        (
            vec![Act::Say(ok("content-encoding: br\r\n", b"??"))],
            TransportKind::Body,
            "an encoding not asked for",
        ),
        (
            vec![Act::Say(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec())],
            TransportKind::Reset,
            "not HTTP",
        ),
    ];
    for (acts, kind, why) in cases {
        let fake = Fake::acting(acts).await;
        assert_eq!(kind_of(&fake).await, kind, "{why}");
    }
}

#[tokio::test]
async fn nobody_there_is_a_failure_to_connect() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        let url = Url::parse(&format!("{scheme}://{address}/")).unwrap();
        let error = once()
            .build()
            .unwrap()
            .bytes(Request::get(url))
            .await
            .unwrap_err();
        assert!(error.is_transient());
        assert!(
            matches!(
                error,
                HttpError::Transport {
                    kind: TransportKind::Connect,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn sr6_tls_with_a_server_that_speaks_none_is_a_failure_to_connect() {
    let fake = Fake::saying(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()).await;
    let mut url = fake.url.clone();
    url.set_scheme("https").unwrap();
    // The fake waits for a blank line, which a TLS greeting need not have: the deadline ends it.
    let client = once()
        .connect_deadline(Duration::from_millis(200))
        .build()
        .unwrap();
    let error = client.bytes(Request::get(url)).await.unwrap_err();
    assert!(matches!(error, HttpError::Transport { .. }), "{error:?}");
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    let good = ok("content-length: 2\r\n", b"[]");
    let fake = Fake::acting(vec![Act::Close, Act::Close, Act::Say(good)]).await;
    let client = quick().build().unwrap();
    client
        .json::<Value>(Request::get(fake.url.clone()))
        .await
        .unwrap();
    let total = client.counters().total();
    assert_eq!((total.requests, total.retries), (3, 2));
}

#[tokio::test]
async fn sr6_the_total_deadline_ends_a_server_that_never_answers() {
    let fake = Fake::acting(vec![Act::Hang(Vec::new())]).await;
    let client = quick()
        .request_deadline(Duration::from_millis(100))
        .total_deadline(Duration::from_millis(150))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = client
        .bytes(Request::get(fake.url.clone()))
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn errors_show_no_secrets() {
    let fake = Fake::acting(vec![Act::Close]).await;
    let mut url = fake.url.clone();
    url.set_query(Some("token=hidden"));
    url.set_username("hidden").unwrap();
    let request = Request::get(url).bearer(&Secret::new("hidden"));
    let error = once().build().unwrap().bytes(request).await.unwrap_err();
    let mut shown = format!("{error} {error:?}");
    let mut cause: &dyn std::error::Error = &error;
    while let Some(below) = cause.source() {
        shown += &format!(" {below}");
        cause = below;
    }
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(shown.contains("/answer"), "{shown}");
}

#[tokio::test]
async fn a_call_counts_as_under_way_until_it_ends_or_is_given_up() {
    let fake = Fake::acting(vec![Act::Hang(Vec::new())]).await;
    let client = once()
        .request_deadline(Duration::from_millis(200))
        .build()
        .unwrap();
    let call = client.bytes(Request::get(fake.url.clone()));
    assert_eq!(client.under_way(), 0, "nothing has been asked");
    let seen = async {
        while client.under_way() == 0 {
            tokio::task::yield_now().await;
        }
    };
    let (answer, ()) = tokio::join!(call, seen);
    assert!(answer.is_err());
    assert_eq!(client.under_way(), 0, "its deadline has passed");
    let given_up = client.bytes(Request::get(fake.url.clone()));
    drop(tokio::time::timeout(Duration::ZERO, given_up).await);
    assert_eq!(client.under_way(), 0);
}
