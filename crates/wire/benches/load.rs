//! What one core does at either end of a call.
//!
//! Claims: an axon verifies and answers at least 10,000 small requests in a second of one core's
//! time, and a dendrite asks at least 10,000. Each end runs on a thread of its own, whose processor
//! time is what counts: the wall clock belongs to whatever else the machine does.
//!
//! `cargo bench -p axonry-wire --bench load [-- SECONDS]`

#![expect(clippy::print_stdout, reason = "a bench prints what it found")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use axonry_core::{Hotkey, Signer, Uid};
use axonry_wallet::Keypair;
use axonry_wire::{
    Axon, Caller, Dendrite, Failure, Limits, Protocol, Rate, Route, Scheme, Synapse, Target, bt,
};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Calls under way at once.
const LANES: u16 = 32;

#[derive(Serialize, Deserialize)]
struct Question {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    echo: String,
}

struct Echo;

impl Synapse for Echo {
    const NAME: &'static str = "Echo";
    const REQUIRED: &'static [&'static str] = &["text"];
    type Request = Question;
    type Response = Answer;
}

fn main() {
    let seconds = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(5));
    cryptography();
    for (name, protocol) in [
        (
            "headers",
            Protocol::Headers {
                version: bt::version(10, 2, 0),
            },
        ),
        ("btauth/1", Protocol::BtAuth),
    ] {
        let load = measure(serve_axon, protocol, time);
        load.print(&format!("axon, {name}"), load.server);
    }
    for (name, protocol) in [
        (
            "headers",
            Protocol::Headers {
                version: bt::version(10, 2, 0),
            },
        ),
        ("btauth/1", Protocol::BtAuth),
    ] {
        let load = measure(serve_bytes, protocol, time);
        load.print(&format!("dendrite, {name}"), load.client);
    }
}

fn cryptography() {
    const TIMES: u32 = 2_000;

    let (key, message) = (keypair("//Alice"), [7; 200]);
    let begun = cpu();
    for _ in 0..TIMES {
        std::hint::black_box(key.signature(&message));
    }
    let signed = (cpu() - begun) / TIMES;
    let (signature, account) = (key.signature(&message), key.account());
    let begun = cpu();
    for _ in 0..TIMES {
        assert!(Scheme::Sr25519.verify(&account, &message, &signature.0));
    }
    let verified = (cpu() - begun) / TIMES;
    println!("sign {signed:?}, verify {verified:?} of processor time");
}

/// What a run showed.
struct Load {
    calls: u32,
    wall: Duration,
    server: Duration,
    client: Duration,
    latencies: Vec<Duration>,
}

impl Load {
    fn print(&self, name: &str, cpu: Duration) {
        let mut latencies = self.latencies.clone();
        latencies.sort_unstable();
        let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
        println!(
            "{name:<20} {:>7.0} calls a second of its core, {:>6.0} a second; p50 {:?}, p99 {:?}",
            f64::from(self.calls) / cpu.as_secs_f64(),
            f64::from(self.calls) / self.wall.as_secs_f64(),
            at(50),
            at(99),
        );
    }
}

/// Serves until told to stop.
type Serve = fn(TcpListener, oneshot::Receiver<()>) -> futures_util::future::BoxFuture<'static, ()>;

fn measure(serve: Serve, protocol: Protocol, time: Duration) -> Load {
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let server = thread::spawn(move || {
        let begun = cpu();
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address"))
                .expect("somebody asks");
            serve(listener, stopped).await;
        });
        cpu() - begun
    });
    let address = told.recv().expect("it listens");
    let begun = cpu();
    let started = Instant::now();
    let latencies = runtime().block_on(ask(address, protocol, time));
    let (wall, client) = (started.elapsed(), cpu() - begun);
    stop.send(()).expect("it serves");
    Load {
        calls: u32::try_from(latencies.len()).expect("fewer than four milliards"),
        wall,
        server: server.join().expect("no panic"),
        client,
        latencies,
    }
}

async fn ask(address: SocketAddr, protocol: Protocol, time: Duration) -> Vec<Duration> {
    let signer: Arc<dyn Signer> = Arc::new(keypair("//Alice"));
    let dendrite = Dendrite::builder(signer)
        .private_addresses()
        .protocol(protocol)
        .build();
    let over = Instant::now() + time;
    let lanes = (0..LANES).map(|_| async {
        let target = Target {
            uid: Uid(0),
            hotkey: bob(),
            address,
        };
        let mut latencies = Vec::new();
        while Instant::now() < over {
            let question = Question {
                text: "hello".to_owned(),
            };
            let begun = Instant::now();
            let answer = dendrite
                .call::<Echo>(&target, &question, Duration::from_secs(20))
                .await;
            assert_eq!(answer.expect("an answer").value.echo, "hello");
            latencies.push(begun.elapsed());
        }
        latencies
    });
    futures_util::future::join_all(lanes).await.concat()
}

fn serve_axon(
    listener: TcpListener,
    stop: oneshot::Receiver<()>,
) -> futures_util::future::BoxFuture<'static, ()> {
    let without = Rate {
        burst: u32::MAX,
        per_second: u32::MAX,
    };
    let limits = Limits {
        connections_per_address: 1_024,
        requests_per_address: without,
        requests_per_hotkey: without,
        ..Limits::default()
    };
    let answering = |_: Caller, question: Question| async move {
        Ok::<_, Failure>(Answer {
            echo: question.text,
        })
    };
    Box::pin(async move {
        let axon = Axon::builder(bob()).route::<Echo, _, _>(Route::strict(), answering);
        let _axon = axon.limits(limits).serve(listener).expect("it listens");
        let _ = stop.await;
    })
}

/// The least a server can do: the same bytes for every request.
fn serve_bytes(
    listener: TcpListener,
    stop: oneshot::Receiver<()>,
) -> futures_util::future::BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut serving = tokio::task::JoinSet::new();
        let accepting = async {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                serving.spawn(same_bytes(stream));
            }
        };
        tokio::select! {
            () = accepting => {}
            _ = stop => {}
        }
    })
}

async fn same_bytes(mut stream: TcpStream) {
    const BODY: &str = r#"{"echo":"hello"}"#;

    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut buffer = vec![0; 16 << 10];
    // A small request comes in one piece over loopback, and so does its end: its closing brace.
    while let Ok(read) = stream.read(&mut buffer).await {
        if read == 0 {
            return;
        }
        if buffer[..read].ends_with(b"}") && stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn keypair(uri: &str) -> Keypair {
    Keypair::from_uri(uri).expect("a URI")
}

fn bob() -> Hotkey {
    keypair("//Bob").hotkey()
}

/// Processor time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).expect("below a second"),
    )
}
