//! A board of 256 miners and many who look at it.
//!
//! Claims: with 1,000 requests a second, 99 of 100 answers are there within 50 ms, on less than one
//! core; 500 listeners hear of a round; and a round is put up in some milliseconds. The server runs on
//! one thread of its own, whose processor time is what counts: the wall clock belongs to whatever else
//! the machine does.
//!
//! `cargo bench -p axonry-leaderboard --bench load [-- SECONDS]`

#![expect(clippy::print_stdout, reason = "a bench prints what it found")]

mod subnet;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use axonry_leaderboard::{Board, Leaderboard, Limits, Rate};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

/// Connections that ask, each as often as its part of the rate says.
const LANES: u64 = 50;
/// Requests a second.
const RATE: u64 = 1_000;
/// Who listens all the while.
const LISTENERS: usize = 500;
/// What is asked in turn: mostly the page, as a browser does, some data, some miners.
const ASKED: [&str; 8] = [
    "/",
    "/",
    "/?sort=score",
    "/",
    "/api/v1/standings",
    "/miners/22",
    "/",
    "/api/v1/history/7",
];

fn main() {
    let mut given = std::env::args().filter_map(|argument| argument.parse().ok());
    let seconds = given.next_back().unwrap_or(10);
    let (told, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let board = Board::new();
    let served = board.clone();
    let server = thread::spawn(move || serve(&served, told, stopped));
    let address = address.blocking_recv().expect("an address");

    let began = processor();
    let published = (1..=20).map(|round| {
        let standings = subnet::standings(round, 256);
        let began = Instant::now();
        board.publish(standings).expect("well formed");
        began.elapsed()
    });
    let slowest = published.max().expect("some rounds");
    let each = (processor() - began) / 20;
    println!("a round of 256 miners is put up in {each:?} of processor time (slowest {slowest:?})");

    let runtime = current_thread();
    runtime.block_on(async {
        let mut listeners = Vec::with_capacity(LISTENERS);
        for _ in 0..LISTENERS {
            let mut stream = ask(address, "/events", "").await;
            hear(&mut stream, "\"round\":20").await;
            listeners.push(stream);
        }
        let latencies = load(address, seconds).await;
        report(latencies, seconds);
        let began = Instant::now();
        board
            .publish(subnet::standings(21, 256))
            .expect("well formed");
        for listener in &mut listeners {
            hear(listener, "\"round\":21").await;
        }
        println!(
            "{LISTENERS} listeners heard of a round within {:?}",
            began.elapsed()
        );
    });
    stop.send(()).expect("the server is there");
    let busy = server.join().expect("it ended");
    println!("the server's thread was busy for {busy:?} in all");
}

/// Serves until it is told to stop, and says how much processor time that took.
fn serve(
    board: &Board,
    told: oneshot::Sender<SocketAddr>,
    stopped: oneshot::Receiver<()>,
) -> Duration {
    let limits = Limits {
        requests_per_address: Rate {
            burst: 1_000_000,
            per_second: 1_000_000,
        },
        connections_per_address: 2_000,
        listeners_per_address: 2_000,
        ..Limits::default()
    };
    current_thread().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Leaderboard::builder(board.clone()).limits(limits);
        let server = server.serve(listener).expect("an address");
        told.send(server.address()).expect("somebody waits");
        stopped.await.expect("a word");
        server.close(Duration::from_secs(5)).await;
    });
    processor()
}

/// Asks at the rate and says how long each answer took, from when it was due.
async fn load(address: SocketAddr, seconds: u64) -> Vec<Duration> {
    let lanes = (0..LANES).map(|lane| {
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("an open socket");
            let pause = Duration::from_micros(1_000_000 * LANES / RATE);
            let first =
                tokio::time::Instant::now() + pause * u32::try_from(lane).expect("few") / 50;
            let mut due = tokio::time::interval_at(first, pause);
            due.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut latencies = Vec::new();
            for turn in 0..seconds * RATE / LANES {
                let due = due.tick().await;
                let turn = usize::try_from(lane + turn).expect("few") % ASKED.len();
                exchange(&mut stream, ASKED[turn]).await;
                latencies.push(due.elapsed());
            }
            latencies
        })
    });
    let lanes: Vec<_> = lanes.collect();
    let mut latencies = Vec::new();
    for lane in lanes {
        latencies.extend(lane.await.expect("no panic"));
    }
    latencies
}

fn report(mut latencies: Vec<Duration>, seconds: u64) {
    latencies.sort_unstable();
    let at = |part: usize| latencies[(latencies.len() - 1) * part / 1_000];
    println!(
        "{} requests in {seconds} s beside {LISTENERS} listeners: median {:?}, p99 {:?}, \
         p99.9 {:?}, slowest {:?}",
        latencies.len(),
        at(500),
        at(990),
        at(999),
        at(1_000),
    );
}

/// One request on a connection that stays.
async fn exchange(stream: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: board\r\naccept-encoding: gzip\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16_384]);
    loop {
        let read = stream.read(&mut buffer).await.expect("bytes");
        assert!(read > 0, "cut off");
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&bytes[..end]).expect("text");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").parse().expect("a number");
        if bytes.len() >= end + 4 + length {
            return;
        }
    }
}

async fn ask(address: SocketAddr, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: board\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

async fn hear(stream: &mut TcpStream, words: &str) {
    let (mut heard, mut buffer) = (String::new(), [0; 2_048]);
    while !heard.contains(words) {
        let read = stream.read(&mut buffer).await.expect("bytes");
        assert!(read > 0, "cut off");
        heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

fn current_thread() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

/// This thread's processor time.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time goes on");
    Duration::new(
        seconds,
        u32::try_from(time.tv_nsec).expect("below a second"),
    )
}
