//! 256 boards that take 200 ms each.
//!
//! Claims: all are read within a second, where one after the other would take 51 s; and with one in
//! ten silent, reading ends with the deadline and has all the others.
//!
//! `cargo bench -p axonry-leaderboard --features merge --bench merge`

#![expect(clippy::print_stdout, reason = "a bench prints what it found")]

mod subnet;

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_http::{Client, Url};
use axonry_leaderboard::Merge;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::time::sleep;

const SOURCES: usize = 256;
const EACH: Duration = Duration::from_millis(200);
const DEADLINE: Duration = Duration::from_secs(2);

fn main() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        for silent in [0, SOURCES / 10] {
            let sources = serve(silent).await;
            let client = Client::builder().cache_bytes(0).build();
            let merge = Merge::new(client.expect("a client")).deadline(DEADLINE);
            let began = Instant::now();
            let merged = merge.read(&sources).await;
            let took = began.elapsed();
            let read = merged.sources.iter();
            let read = read.filter(|source| source.answered.is_some()).count();
            println!(
                "{read} of {SOURCES} boards of 256 miners, {EACH:?} each, {silent} of them silent: \
                 {} miners in {took:?} (deadline {DEADLINE:?})",
                merged.miners.len()
            );
        }
    });
}

/// Boards that answer after a while, the last ones never.
async fn serve(silent: usize) -> Vec<Url> {
    let mut standings = subnet::standings(3, 256);
    for miner in &mut standings.miners {
        // A board's table leaves them out.
        (miner.history, miner.explanation) = (Vec::new(), None);
    }
    let body = serde_json::to_vec(&standings).expect("JSON");
    // As a board sends it to whoever understands it.
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&body).expect("room");
    let body = packer.finish().expect("room");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = Arc::new([head.into_bytes(), body].concat());
    let mut addresses = Vec::with_capacity(SOURCES);
    for number in 0..SOURCES {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        addresses.push(format!("http://{address}/").parse().expect("an address"));
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 4_096];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(read > 0);
            if number + silent >= SOURCES {
                return std::future::pending().await;
            }
            sleep(EACH).await;
            stream.write_all(&answer).await.expect("sent");
        });
    }
    addresses
}
