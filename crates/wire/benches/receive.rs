//! What it costs to take in a round of large answers.
//!
//! Claim: an answer of 2.9 MB costs its receiver milliseconds of one processor, most of them the
//! kernel's own copying: the bytes are copied once more on their way to the caller.
//!
//! 240 answers, 16 at once. Each end runs on a thread of its own, whose processor time is what
//! counts; the row of the socket alone reads the same bytes and throws them away.
//!
//! `cargo bench -p axonry-wire --bench receive`

#![expect(clippy::print_stdout, reason = "a bench prints what it found")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axonry_core::Uid;
use axonry_wallet::Keypair;
use axonry_wire::{Dendrite, Nothing, Patience, Ping, Question, Target};
use bytes::Bytes;
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANSWERS: u16 = 240;
const AT_ONCE: usize = 16;
const BYTES: usize = 2_900_000;
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            tell.send(address).expect("somebody asks");
            serve(listener).await;
        });
    });
    let address = told.recv().expect("it listens");
    for _ in 0..3 {
        let socket = measured(async || drain(address).await);
        print("the socket alone", socket);
        let dendrite = measured(async || round(address).await);
        print("a dendrite", dendrite);
    }
}

/// Processor time of this thread for one answer.
fn measured(round: impl AsyncFn()) -> Duration {
    let begun = cpu();
    runtime().block_on(round());
    (cpu() - begun) / u32::from(ANSWERS)
}

fn print(what: &str, each: Duration) {
    let megabytes = BYTES as f64 / 1e6;
    let rate = megabytes / each.as_secs_f64();
    println!("{what:<18} {each:>10.3?} for each answer of {megabytes:.1} MB, {rate:.0} MB/s");
}

async fn round(address: SocketAddr) {
    let signer = Arc::new(Keypair::from_uri("//Alice").expect("a URI"));
    let hotkey = Keypair::from_uri("//Bob").expect("a URI").hotkey();
    let dendrite = Dendrite::builder(signer).private_addresses().build();
    let question = Question::of::<Ping>(&Nothing {}, PATIENCE).expect("a question");
    let targets = (0..ANSWERS).map(|uid| Target {
        uid: Uid(uid),
        hotkey,
        address,
    });
    let patience = Patience {
        at_once: AT_ONCE,
        ..Patience::each(PATIENCE)
    };
    let mut answers =
        dendrite.ask_prepared(targets, question, patience, |answer| async { Ok(answer) });
    while let Some((_, answer)) = answers.next().await {
        let answer = answer.expect("an answer");
        assert_eq!((answer.value.len(), answer.bytes), (BYTES, BYTES));
    }
}

/// The same questions and answers without anything of ours.
async fn drain(address: SocketAddr) {
    let each = usize::from(ANSWERS) / AT_ONCE;
    let lanes = (0..AT_ONCE).map(|_| async move {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let mut buffer = vec![0; 256 << 10];
        for _ in 0..each {
            stream.write_all(b"{}").await.expect("written");
            let mut left = head().len() + BYTES;
            while left > 0 {
                left -= stream.read(&mut buffer).await.expect("an answer");
            }
        }
    });
    futures_util::future::join_all(lanes).await;
}

fn head() -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {BYTES}\r\n\r\n")
}

async fn serve(listener: TcpListener) {
    let body = Bytes::from(vec![b' '; BYTES]);
    let mut serving = tokio::task::JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        let body = body.clone();
        serving.spawn(async move {
            let mut buffer = vec![0; 16 << 10];
            // A small request comes in one piece over loopback, and so does its end.
            while let Ok(read) = stream.read(&mut buffer).await {
                if read == 0 {
                    return;
                }
                if !buffer[..read].ends_with(b"}") {
                    continue;
                }
                let head = stream.write_all(head().as_bytes()).await;
                if head.is_err() || stream.write_all(&body).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).expect("below a second"),
    )
}
