//! What the server gives, refuses and survives.

use std::io::Read;
use std::time::Duration;

use axonry_leaderboard::{Board, Leaderboard, Limits, Rate};
use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{Shown, generous, subnet};

#[tokio::test]
async fn what_the_asker_has_already_is_not_sent_again_until_it_changes() {
    let shown = Shown::of(20).await;
    let client = shown.client();
    for path in [
        "/",
        "/miners/4",
        "/api/v1/standings",
        "/style.css",
        "/?sort=score",
    ] {
        let first = client.get(path).await;
        let tag = format!("if-none-match: {}", first.header("etag").expect("a tag"));
        let again = client.send("GET", path, &[&tag]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        shown
            .board
            .publish(subnet::standings(4, 20))
            .expect("well formed");
        let after = client.send("GET", path, &[&tag]).await;
        let expected = if path == "/style.css" { 304 } else { 200 };
        assert_eq!(after.status, expected, "{path} in the next round");
        shown
            .board
            .publish(subnet::standings(3, 20))
            .expect("well formed");
    }
}

#[tokio::test]
async fn a_compressed_answer_holds_the_same_and_has_a_tag_of_its_own() {
    let shown = Shown::of(256).await;
    let client = shown.client();
    for path in ["/", "/api/v1/standings", "/miners/22"] {
        let plain = client.get(path).await;
        let packed = client.send("GET", path, &["accept-encoding: gzip"]).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_eq!(packed.header("vary"), Some("accept-encoding"));
        assert_ne!(packed.header("etag"), plain.header("etag"));
        let mut unpacked = Vec::new();
        let mut reader = GzDecoder::new(&*packed.body);
        reader.read_to_end(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, plain.body, "{path}");
        assert!(packed.body.len() * 2 < plain.body.len(), "{path}");
    }
}

#[tokio::test]
async fn a_head_is_an_answer_without_its_body_and_nothing_else_is_taken() {
    let shown = Shown::of(5).await;
    let client = shown.client();
    let (whole, head) = (client.get("/").await, client.send("HEAD", "/", &[]).await);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let length = whole.body.len().to_string();
    assert_eq!(head.header("content-length"), Some(&*length));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        for path in ["/", "/api/v1/standings", "/events"] {
            let refused = client.send(method, path, &[]).await;
            let allowed = refused.header("allow");
            assert_eq!(
                (refused.status, allowed),
                (405, Some("get, head")),
                "{method}"
            );
        }
    }
    let body = client.send("GET", "/", &["content-length: 5"]).await;
    assert_eq!(
        (body.status, body.header("connection")),
        (413, Some("close"))
    );
}

#[tokio::test]
async fn every_answer_keeps_a_browser_from_doing_more_than_showing_it() {
    let shown = Shown::of(5).await;
    let client = shown.client();
    for path in [
        "/",
        "/miners/1",
        "/miners/999",
        "/api/v1/state",
        "/script.js",
        "/x",
    ] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("server"), None, "nobody's business");
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let rate = Rate {
        burst: 5,
        per_second: 1,
    };
    let limits = Limits {
        requests_per_address: rate,
        ..generous()
    };
    let shown = Shown::empty(limits).await;
    let client = shown.client();
    for _ in 0..5 {
        assert_ne!(client.get("/").await.status, 429);
    }
    let refused = client.get("/").await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("1"))
    );
    assert_eq!(shown.server.counters().limited, 1);
}

#[tokio::test]
async fn behind_a_proxy_each_of_its_visitors_has_an_allowance_and_nobody_else_can_claim_one() {
    let limits = Limits {
        requests_per_address: Rate {
            burst: 2,
            per_second: 1,
        },
        ..generous()
    };
    let mut statuses = Vec::new();
    for behind_proxy in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Leaderboard::builder(Board::new()).limits(limits);
        let server = server.behind_proxy(behind_proxy).serve(listener);
        let server = server.expect("an address");
        let client = crate::client::Client(server.address());
        for last in [1, 1, 1, 2] {
            // What stands before the last comma was written by whoever asked.
            let header = format!("x-forwarded-for: 9.9.9.9, 10.0.0.{last}");
            let answer = client.send("GET", "/style.css", &[&header]).await;
            statuses.push(answer.status);
        }
    }
    assert_eq!(statuses, [200, 200, 429, 200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn connections_that_ask_nothing_or_too_much_are_cut() {
    let limits = Limits {
        header_time: Duration::from_millis(200),
        connections_per_address: 2,
        ..generous()
    };
    let shown = Shown::empty(limits).await;
    let client = shown.client();
    let (mut idle, mut slow) = (client.open().await, client.open().await);
    slow.write_all(b"GET / HTTP/1.1\r\nhost: ")
        .await
        .expect("sent");
    let mut third = client.open().await;
    let mut bytes = Vec::new();
    let refused = third.read_to_end(&mut bytes).await;
    assert!(refused.is_err() || bytes.is_empty(), "there is no room");
    for stream in [&mut idle, &mut slow] {
        // Closed by the server, with or without a word.
        let _ = stream.read_to_end(&mut bytes).await;
    }
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(64 * 1_024));
    let mut big = client.open().await;
    let _ = big.write_all(long.as_bytes()).await;
    let mut said = Vec::new();
    let _ = big.read_to_end(&mut said).await;
    let said = String::from_utf8_lossy(&said);
    assert!(!said.contains(" 200 "), "{said}");
    drop(big);
    wait_until(|| shown.server.counters().connections_refused == 1).await;
    assert_eq!(client.get("/").await.status, 200, "others are served");
}

#[tokio::test]
async fn a_board_can_be_mounted_in_a_server_of_ones_own() {
    let board = Board::new();
    board.publish(subnet::standings(1, 3)).expect("well formed");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = crate::client::Client(listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, board.router()).await });
    let answer = client.get("/api/v1/state").await;
    assert_eq!(answer.json()["miners"], 3);
    assert_eq!(client.get("/events").await.status, 404);
    serving.abort();
}

#[tokio::test]
async fn closing_answers_what_was_asked_and_then_takes_nothing_more() {
    let shown = Shown::of(3).await;
    let client = shown.client();
    assert_eq!(client.get("/").await.status, 200);
    let idle = client.open().await;
    assert!(shown.server.close(Duration::from_secs(10)).await);
    drop(idle);
    let refused = tokio::net::TcpStream::connect(client.0).await;
    assert!(refused.is_err(), "nobody listens any more");
}

/// Waits for a state that another task brings about.
pub(crate) async fn wait_until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    waited.expect("it comes true in time");
}
