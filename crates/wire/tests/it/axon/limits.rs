//! What a stranger can cost.

use std::time::Duration;

use axonry_wire::{Limits, Rate, Route};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Echo, asked, bob, echo, serve};
use crate::http::{raw, read};

#[tokio::test]
async fn bodies_and_heads_meet_a_limit_first() {
    let limits = Limits {
        headers: 40,
        header_time: Duration::from_millis(100),
        body_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let small = Route::strict().body_at_most(2_000);
    let axon = serve(bob().route::<Echo, _, _>(small, echo).limits(limits)).await;
    let mut large = asked("Echo", &["text"], "//Alice").await;
    large.body = vec![b' '; 2_001];
    assert_eq!(large.at(&axon).await.status, 413);

    let request = asked("Echo", &["text"], "//Alice").await;
    let head = |more: &str| {
        let headers = request.headers.iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("POST /Echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}{more}\r\n")
    };
    let chunk = format!("7d0\r\n{}\r\n", " ".repeat(2_000));
    let endless = head("transfer-encoding: chunked\r\n") + &chunk.repeat(3);
    let reply = raw(axon.address(), endless.as_bytes()).await;
    assert_eq!(reply.expect("an answer").status, 413);

    let drip = asked("Echo", &["text"], "//Alice").await;
    let headers: String = drip
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let stalled = format!("POST /Echo HTTP/1.1\r\nhost: x\r\n{headers}content-length: 9\r\n\r\n");
    let mut stream = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    stream.write_all(stalled.as_bytes()).await.expect("written");
    assert_eq!(read(stream).await.expect("an answer").status, 408);

    let many = head(&"x: y\r\n".repeat(41));
    assert_eq!(
        raw(axon.address(), many.as_bytes())
            .await
            .expect("an answer")
            .status,
        431
    );
    let mut slow = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    slow.write_all(b"POST /Echo HTTP/1.1\r\n")
        .await
        .expect("written");
    // Whatever it says, it closes: a reader that comes back is the proof.
    let _ = read(slow).await;
}

#[tokio::test]
async fn an_address_gets_so_many_connections_and_requests_and_no_more() {
    let limits = Limits {
        connections_per_address: 2,
        requests_per_address: Rate {
            burst: 3,
            per_second: 0,
        },
        ..Limits::default()
    };
    let axon = serve(bob().limits(limits)).await;
    let held = [
        TcpStream::connect(axon.address())
            .await
            .expect("a connection"),
        TcpStream::connect(axon.address())
            .await
            .expect("a connection"),
    ];
    let third = raw(axon.address(), b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(third.is_none(), "{third:?}");
    drop(held);
    let mut statuses = Vec::new();
    while statuses.len() < 5 {
        // The two that were held may not have been noticed to be gone at once.
        let request = b"GET /Echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        if let Some(reply) = raw(axon.address(), request).await {
            statuses.push(reply.status);
        }
    }
    assert_eq!(statuses, [405, 405, 405, 429, 429]);
}

#[tokio::test]
async fn bodies_of_many_fields_or_many_bytes_hold_nobody_up() {
    let axon = serve(bob()).await;
    let loose = async |more: &str| {
        let asked = asked("Loose", &[], "//Alice").await;
        asked
            .with_body("\"text\"", &format!("{more}\"text\""))
            .at(&axon)
            .await
    };
    let fields = |count: usize| {
        (0..count)
            .map(|it| format!("\"f{it}\":0,"))
            .collect::<String>()
    };
    assert_eq!(loose(&fields(200)).await.status, 200);
    // Compared one with another these would take minutes.
    assert_eq!(loose(&fields(500_000)).await.status, 422);
    let large = format!("\"large\":\"{}\",", "x".repeat(9 << 20));
    assert_eq!(loose(&large).await.status, 200);
}
