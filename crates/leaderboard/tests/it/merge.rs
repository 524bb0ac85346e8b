//! Many boards at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_core::NetUid;
use axonry_http::{Client, Url};
use axonry_leaderboard::{Board, Leaderboard, Merge, Merged, Standings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::subnet;

/// How many boards there are.
const SOURCES: usize = 256;

fn client() -> Client {
    Client::builder().build().expect("a client")
}

fn body(standings: &Standings) -> Vec<u8> {
    let body = serde_json::to_vec(standings).expect("JSON");
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

/// Sources that answer only when so many ask at the same time; the rest take what is asked and say
/// nothing.
async fn sources(answering: usize, silent: usize) -> (Vec<Url>, JoinSet<()>) {
    let (mut addresses, mut serving) = (Vec::new(), JoinSet::new());
    let together = Arc::new(Barrier::new(answering));
    let body = Arc::new(body(&subnet::standings(3, 8)));
    for number in 0..answering + silent {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        addresses.push(format!("http://{address}/").parse().expect("an address"));
        let (together, body) = (Arc::clone(&together), Arc::clone(&body));
        serving.spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 4_096];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(request[..read].starts_with(b"GET /api/v1/standings HTTP/1.1\r\n"));
            if number >= answering {
                return std::future::pending().await;
            }
            together.wait().await;
            stream.write_all(&body).await.expect("sent");
            // Closed by whoever asked.
            let _ = stream.read(&mut request).await;
        });
    }
    (addresses, serving)
}

fn failed(merged: &Merged) -> Vec<&str> {
    let sources = merged.sources.iter();
    sources
        .filter_map(|source| source.error.as_deref())
        .collect()
}

#[tokio::test]
async fn all_are_asked_at_once() {
    // Nobody answers before the last one was asked: one after the other would never end.
    let (addresses, _serving) = sources(SOURCES, 0).await;
    let merge = Merge::new(client()).deadline(Duration::from_secs(60));
    let merged = merge.read(&addresses).await;
    assert_eq!(failed(&merged), [""; 0]);
    assert_eq!((merged.netuid, merged.miners.len()), (Some(NetUid(74)), 8));
    let first = &merged.miners[0];
    assert_eq!((first.known_to, first.lowest), (SOURCES, first.highest));
    let mut answered = merged.sources.iter().map(|source| source.answered.as_ref());
    assert!(answered.all(|one| one.is_some_and(|one| one.agreement > 0.999_999)));
}

#[tokio::test]
async fn who_does_not_answer_is_named_and_keeps_nobody_beyond_the_deadline() {
    let silent = SOURCES / 10;
    let (addresses, _serving) = sources(SOURCES - silent, silent).await;
    let deadline = Duration::from_secs(4);
    let began = Instant::now();
    let merge = Merge::new(client()).deadline(deadline);
    let merged = merge.read(&addresses).await;
    let took = began.elapsed();
    assert!(took < deadline + Duration::from_secs(4), "{took:?}");
    for (number, source) in merged.sources.iter().enumerate() {
        let answers = number < SOURCES - silent;
        assert_eq!(source.answered.is_some(), answers, "{source:?}");
        assert_eq!(source.source, addresses[number].to_string());
        let error = source.error.as_deref().unwrap_or_default();
        assert_eq!(error.contains("deadline"), !answers, "{source:?}");
    }
    assert_eq!(merged.miners[0].known_to, SOURCES - silent);
}

#[tokio::test]
async fn no_more_are_asked_at_once_than_allowed() {
    // Three answer only together, and two are asked at a time: nobody ever answers.
    let (addresses, _serving) = sources(3, 0).await;
    let merge = Merge::new(client()).deadline(Duration::from_secs(1));
    assert_eq!(failed(&merge.at_once(2).read(&addresses).await).len(), 3);
}

#[tokio::test]
async fn what_a_source_shows_is_looked_at_before_it_counts() {
    let good = || subnet::standings(3, 4);
    let (mut other, mut twice, mut boasting) = (good(), good(), good());
    other.netuid = NetUid(8);
    twice.miners[1].uid = twice.miners[0].uid;
    // Whatever a board claims to give, shares are reckoned from weights.
    boasting.miners[0].share = 1e9;
    let answers = [
        body(&good()),
        body(&good()),
        body(&other),
        body(&twice),
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        body(&boasting),
    ];
    let (mut addresses, mut serving) = (Vec::new(), JoinSet::new());
    for answer in answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://user:hidden@{address}/");
        addresses.push(url.parse().expect("an address"));
        serving.spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 4_096];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(read > 0);
            stream.write_all(&answer).await.expect("sent");
        });
    }
    let merged = Merge::new(client()).read(&addresses).await;
    let said = merged.sources.iter();
    let said: Vec<_> = said.map(|source| source.error.as_deref()).collect();
    assert_eq!([said[0], said[1], said[6]], [None; 3]);
    assert_eq!(said[2], Some("it shows subnet 8, and most show subnet 74"));
    assert!(said[3].is_some_and(|why| why.contains("stands there twice")));
    assert!(said[4].is_some() && said[5].is_some_and(|why| why.contains("404")));
    assert!(merged.miners.iter().all(|miner| miner.highest <= 1.0));
    let told = serde_json::to_string(&merged).expect("JSON");
    assert!(!told.contains("hidden"), "{told}");
}

#[tokio::test]
async fn a_real_board_is_read_and_an_address_without_one_is_named() {
    let board = Board::new();
    board.publish(subnet::standings(3, 8)).expect("well formed");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = Leaderboard::builder(board).serve(listener);
    let server = server.expect("an address");
    let here: Url = format!("http://{}", server.address())
        .parse()
        .expect("an address");
    let below = here.join("below/").expect("a path");
    let merged = Merge::new(client()).read(&[here, below]).await;
    assert_eq!(merged.miners.len(), 8);
    let error = merged.sources[1].error.as_deref();
    assert!(error.is_some_and(|why| why.contains("404")), "{error:?}");
}
