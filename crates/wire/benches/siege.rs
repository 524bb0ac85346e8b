//! What an axon with the usual limits does for honest callers while it is besieged.
//!
//! Claim: 1,000 sockets that send a header now and then and never end it, each connecting again
//! when it is cut off, and 1,000 pieces of junk a second leave 99 of 100 honest calls answered
//! within 500 ms, and the axon's memory below 256 MiB. The same holds for 10,000 sockets.
//!
//! The axon is a process of its own, whose memory is looked at; besiegers and honest callers have a
//! thread each. The besiegers come from many addresses, fifteen sockets each; every honest call
//! makes a connection of its own, so that it is a stranger's too.
//!
//! `cargo bench -p axonry-wire --bench siege [-- SOCKETS [SECONDS]]`

#![expect(clippy::print_stdout, reason = "a bench prints what it found")]

use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axonry_core::Uid;
use axonry_wallet::Keypair;
use axonry_wire::{Axon, CallError, Dendrite, Nothing, Ping, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{interval, sleep, timeout};

/// How often an honest caller asks: as often as one address may, and a little less.
const PACE: Duration = Duration::from_millis(25);
/// Pieces of junk a second.
const JUNK: u64 = 1_000;
/// The argument by which this program is an axon.
const AXON: &str = "serve-as-axon";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == AXON) {
        return axon();
    }
    let mut numbers = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok());
    let sockets = numbers.next().unwrap_or(1_000_u64);
    let time = Duration::from_secs(numbers.next().unwrap_or(30));
    let (mut process, address) = spawn();
    let siege = Arc::new(Siege::default());
    let besieging = thread::spawn({
        let siege = Arc::clone(&siege);
        move || runtime().block_on(besiege(&siege, sockets, address))
    });
    while siege.holding.load(Ordering::Relaxed) < sockets.min(900) {
        thread::yield_now();
    }
    let (mut took, failed) = runtime().block_on(ask(address, time));
    siege.over.store(true, Ordering::Relaxed);
    besieging.join().expect("no panic");
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    println!(
        "{sockets} slow sockets, {} times cut off, {} pieces of junk in {time:?}: {} honest calls, \
         {failed} failed; p50 {:.1?}, p99 {:.1?}, longest {:.1?}; {} at the peak",
        siege.cut.load(Ordering::Relaxed),
        siege.junk.load(Ordering::Relaxed),
        took.len(),
        at(50),
        at(99),
        at(100),
        peak(&process),
    );
    drop(process.stdin.take());
    let mut said = String::new();
    let stdout = process.stdout.as_mut().expect("piped");
    stdout.read_to_string(&mut said).expect("text");
    println!("{}", said.trim());
    process.wait().expect("it ends");
}

/// An axon with the usual limits, until nobody holds its input any more.
fn axon() {
    runtime().block_on(async {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let listener = socket.listen(4_096).expect("it listens");
        let hotkey = Keypair::from_uri("//Bob").expect("a URI").hotkey();
        let axon = Axon::builder(hotkey).serve(listener).expect("it listens");
        println!("{}", axon.address());
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
        let _ = ended.await;
        println!("{:?}", axon.counters());
    });
}

fn spawn() -> (Child, SocketAddr) {
    let mut process = Command::new(std::env::current_exe().expect("this program"))
        .arg(AXON)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut line = String::new();
    let stdout = process.stdout.as_mut().expect("piped");
    // One line, of which nothing is read ahead: what follows comes at the end.
    let mut stdout = BufReader::with_capacity(1, stdout);
    stdout.read_line(&mut line).expect("an address");
    (process, line.trim().parse().expect("an address"))
}

/// The most memory that a process has had.
fn peak(process: &Child) -> String {
    let status = format!("/proc/{}/status", process.id());
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown", str::trim).to_owned()
}

async fn ask(address: SocketAddr, time: Duration) -> (Vec<Duration>, u32) {
    let signer = Arc::new(Keypair::from_uri("//Alice").expect("a URI"));
    let target = Target {
        uid: Uid(0),
        hotkey: Keypair::from_uri("//Bob").expect("a URI").hotkey(),
        address,
    };
    let (mut took, mut failed, started) = (Vec::new(), 0, Instant::now());
    let mut pace = interval(PACE);
    while started.elapsed() < time {
        pace.tick().await;
        let dendrite = Dendrite::builder(signer.clone())
            .private_addresses()
            .build();
        let begun = Instant::now();
        let answer = dendrite.call::<Ping>(&target, &Nothing {}, Duration::from_secs(20));
        match answer.await {
            Ok(_) => took.push(begun.elapsed()),
            Err(CallError::Refused { status, message }) => panic!("{status}: {message}"),
            Err(_) => failed += 1,
        }
    }
    (took, failed)
}

#[derive(Debug, Default)]
struct Siege {
    over: AtomicBool,
    holding: AtomicU64,
    cut: AtomicU64,
    junk: AtomicU64,
}

async fn besiege(siege: &Arc<Siege>, sockets: u64, address: SocketAddr) {
    let mut besiegers = tokio::task::JoinSet::new();
    for number in 0..sockets {
        besiegers.spawn(hold(Arc::clone(siege), number, address));
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut pace = interval(Duration::from_millis(10));
    let mut number = sockets;
    while !siege.over.load(Ordering::Relaxed) {
        pace.tick().await;
        for _ in 0..JUNK / 100 {
            number += 1;
            besiegers.spawn(junk(Arc::clone(siege), number, address));
        }
        while besiegers.try_join_next().is_some() {}
    }
}

/// A connection from one of many addresses.
async fn from(number: u64, to: SocketAddr) -> std::io::Result<TcpStream> {
    let place = u16::try_from(number / 15 % 60_000).expect("below it") + 1;
    let [high, low] = place.to_be_bytes();
    let socket = TcpSocket::new_v4()?;
    socket.bind((IpAddr::V4(Ipv4Addr::new(127, 1, high, low)), 0).into())?;
    socket.connect(to).await
}

/// Sends a header a second and never ends, again and again.
async fn hold(siege: Arc<Siege>, number: u64, address: SocketAddr) {
    while !siege.over.load(Ordering::Relaxed) {
        if let Ok(mut stream) = from(number, address).await {
            siege.holding.fetch_add(1, Ordering::Relaxed);
            let mut open = stream
                .write_all(b"POST /Synapse HTTP/1.1\r\n")
                .await
                .is_ok();
            while open && !siege.over.load(Ordering::Relaxed) {
                let read = timeout(Duration::from_secs(1), stream.read(&mut [0; 512])).await;
                open = read.is_err() && stream.write_all(b"x: y\r\n").await.is_ok();
            }
            siege.holding.fetch_sub(1, Ordering::Relaxed);
            siege.cut.fetch_add(1, Ordering::Relaxed);
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn junk(siege: Arc<Siege>, number: u64, address: SocketAddr) {
    const NOISE: &[u8] = &[0xff; 2_048];
    const UNSIGNED: &[u8] = b"POST /Synapse HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    const UNKNOWN: &[u8] = b"GET /wp-login.php HTTP/1.1\r\nhost: x\r\n\r\n";

    if let Ok(mut stream) = from(number, address).await {
        let what = [NOISE, UNSIGNED, UNKNOWN][usize::try_from(number % 3).expect("below three")];
        let _ = stream.write_all(what).await;
        let _ = timeout(Duration::from_secs(1), stream.read(&mut [0; 512])).await;
        siege.junk.fetch_add(1, Ordering::Relaxed);
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}
