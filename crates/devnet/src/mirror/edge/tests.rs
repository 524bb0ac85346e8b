//! The edge, as a client at the socket meets it.

use std::time::{Duration, Instant};

use axonry_http::{Client, HttpError, Quota, Request, Retry, TransportKind, Url};
use serde_json::Value;
use tokio::task::JoinSet;

use super::{MirrorEdge, Traffic};
use crate::mirror::{Fault, Faults, Mirror, MirrorConfig, MirrorData, MirrorLimit, Seed};

const WINDOW: Duration = Duration::from_millis(300);
const DELAY: Duration = Duration::from_millis(500);

async fn serve(edge: MirrorEdge) -> Mirror {
    let now = "2026-08-01T09:00:00Z".parse().unwrap();
    let data = MirrorData::seeded(&Seed {
        miners: Seed::miners(2),
        ..Seed::new(7, now)
    });
    Mirror::spawn(MirrorConfig::new(data).edge(edge))
        .await
        .unwrap()
}

fn pulls(mirror: &Mirror) -> Request {
    let url = format!("{}/api/v1/miners/10000000/pulls", mirror.url());
    Request::get(Url::parse(&url).unwrap())
}

fn once() -> Client {
    let client = Client::builder().retry(Retry::never());
    client
        .request_deadline(Duration::from_millis(400))
        .build()
        .unwrap()
}

/// A client that asks once and has all the time in the world.
fn unhurried() -> Client {
    Client::builder().retry(Retry::never()).build().unwrap()
}

/// Twelve different requests at once (equal ones would share an answer); how many were answered.
async fn twelve(mirror: &Mirror, client: &Client) -> usize {
    let mut tasks = JoinSet::new();
    for limit in 1..=12 {
        let url = format!(
            "{}/api/v1/miners/10000000/pulls?limit={limit}",
            mirror.url()
        );
        let (client, request) = (client.clone(), Request::get(Url::parse(&url).unwrap()));
        tasks.spawn(async move { client.json::<Value>(request).await.is_ok() });
    }
    let answers = tasks.join_all().await;
    answers.into_iter().filter(|answered| *answered).count()
}

#[tokio::test]
async fn who_ignores_the_limit_is_counted_and_who_keeps_to_it_is_not() {
    let limited = |window| MirrorEdge {
        limit: Some(MirrorLimit::per(4, window)),
        ..MirrorEdge::default()
    };
    // So long that all twelve come within it on any machine.
    let mirror = serve(limited(Duration::from_secs(60))).await;
    assert_eq!(twelve(&mirror, &unhurried()).await, 4);
    let traffic = mirror.traffic();
    assert_eq!((traffic.requests, traffic.violations), (12, 8));
    let read: Value = {
        let url = format!("{}/__traffic", mirror.url()).parse().unwrap();
        once().json(Request::get(url)).await.unwrap().body
    };
    assert_eq!(read["violations"], 8, "and anybody may read it: {read}");

    let mirror = serve(limited(WINDOW)).await;
    let polite = Client::builder()
        .quota("127.0.0.1", Quota::per(4, WINDOW))
        .build()
        .unwrap();
    assert_eq!(twelve(&mirror, &polite).await, 12);
    assert_eq!(mirror.traffic().violations, 0);
}

#[tokio::test]
async fn a_block_loses_nothing_for_who_waits_it_out() {
    let limit = MirrorLimit::per(4, WINDOW).blocking(Duration::from_secs(1));
    let mirror = serve(MirrorEdge {
        limit: Some(limit),
        ..MirrorEdge::default()
    })
    .await;
    let patient = Client::builder().concurrency(4).build().unwrap();
    assert_eq!(twelve(&mirror, &patient).await, 12);
    let Traffic { violations, .. } = mirror.traffic();
    assert!(violations > 0, "it did not know the limit");
}

#[tokio::test]
async fn sr1_who_is_told_to_wait_waits_in_whatever_form_it_is_told() {
    for (kind, share, seed) in [
        // Each strikes once or twice.
        (Fault::TooMany, 0.05, 3),
        (Fault::TooManySeconds, 0.2, 2),
        (Fault::TooManyDate, 0.1, 4),
    ] {
        let edge = MirrorEdge {
            faults: Some(Faults::share(share).of([kind]).seed(seed)),
            ..MirrorEdge::default()
        };
        let mirror = serve(edge).await;
        let client = Client::builder().concurrency(4).build().unwrap();
        assert_eq!(twelve(&mirror, &client).await, 12, "{kind}");
        let traffic = mirror.traffic();
        assert!(traffic.faults > 0, "{kind} struck nobody");
        assert_eq!(
            (traffic.early_retries, traffic.during_pause),
            (0, 0),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn who_does_not_wait_is_counted() {
    let mirror = serve(MirrorEdge {
        faults: Some(Faults::always(Fault::TooManySeconds)),
        ..MirrorEdge::default()
    })
    .await;
    for early_retries in [0, 1, 2] {
        // A new client each time, as one that remembers would wait.
        let answer = once().json::<Value>(pulls(&mirror)).await;
        assert!(answer.is_err());
        assert_eq!(mirror.traffic().early_retries, early_retries);
    }
}

#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let mirror = serve(MirrorEdge::default()).await;
    let client = once();
    let first: Value = client.json(pulls(&mirror)).await.unwrap().body;
    let wire_bytes = client.counters().total().wire_bytes;
    let second: Value = client.json(pulls(&mirror)).await.unwrap().body;
    assert_eq!(first, second);
    assert_eq!(client.counters().total().wire_bytes, wire_bytes);
    assert_eq!(mirror.traffic().not_modified, 1);
}

#[tokio::test]
async fn answers_are_held_back_side_by_side() {
    let mirror = serve(MirrorEdge {
        delay: DELAY,
        ..MirrorEdge::default()
    })
    .await;
    let start = Instant::now();
    assert_eq!(twelve(&mirror, &unhurried()).await, 12);
    assert!(start.elapsed() >= DELAY);
    assert!(mirror.traffic().at_once >= 10, "and not in a row");
}

/// As much of an answer's shape as tells it from others.
#[derive(Debug, serde::Deserialize)]
struct Pulls {
    #[serde(rename = "pull_requests")]
    _rows: Vec<Value>,
}

/// What a client that asks once makes of a fault.
async fn met(fault: Fault) -> HttpError {
    let mirror = serve(MirrorEdge {
        faults: Some(Faults::always(fault)),
        ..MirrorEdge::default()
    })
    .await;
    let answer = once().json::<Pulls>(pulls(&mirror)).await;
    assert_eq!(mirror.traffic().faults, 1);
    answer.expect_err(fault.name())
}

#[tokio::test]
async fn each_fault_is_what_its_name_says() {
    for fault in Fault::ALL {
        let error = met(fault).await;
        let status = |code: u16| {
            error
                .refusal()
                .is_some_and(|refusal| refusal.code() == code)
        };
        let transport = |expected: TransportKind| matches!(&error, HttpError::Transport { kind, .. } if *kind == expected);
        let as_named = match fault {
            Fault::TooMany | Fault::TooManySeconds | Fault::TooManyDate => {
                matches!(error, HttpError::RateLimited { .. })
            }
            Fault::Internal => status(500),
            Fault::BadGateway => status(502),
            Fault::Unavailable => status(503),
            Fault::Unknown => status(520),
            Fault::Secondary => status(403) && error.to_string().contains("secondary rate limit"),
            Fault::Reset | Fault::Close => transport(TransportKind::Reset),
            Fault::Truncated => transport(TransportKind::Body),
            Fault::BadJson => {
                matches!(&error, HttpError::Decode { source, .. } if source.is_eof())
            }
            Fault::WrongShape => {
                matches!(&error, HttpError::Decode { source, .. } if source.is_data())
            }
            Fault::Drip | Fault::Hang => transport(TransportKind::Timeout),
            Fault::GzipBomb => matches!(error, HttpError::TooLarge { .. }),
        };
        assert!(as_named, "{fault}: {error:?}");
    }
    for (fault, seconds) in [(Fault::TooManySeconds, 1), (Fault::TooManyDate, 2)] {
        let asked = met(fault).await.retry_after();
        assert_eq!(asked, Some(Duration::from_secs(seconds)), "{fault}");
    }
}

#[tokio::test]
async fn a_request_that_hangs_does_not_keep_the_mirror_from_stopping() {
    let mirror = serve(MirrorEdge {
        faults: Some(Faults::always(Fault::Hang)),
        ..MirrorEdge::default()
    })
    .await;
    let patient = Client::builder().retry(Retry::never()).build().unwrap();
    let request = pulls(&mirror);
    let asking = tokio::spawn(async move { patient.bytes(request).await });
    while mirror.traffic().faults == 0 {
        tokio::task::yield_now().await;
    }
    mirror.shutdown().await;
    assert!(asking.await.unwrap().is_err());
}
