//! What does a request cost this machine's processor?
//!
//! Claim: at most 0.3 ms on the client's side, pool, limiter, deadlines and JSON included, and
//! keeping to a quota costs next to nothing of it.
//!
//! The client runs on one thread, whose time on a processor the system counts (Linux); the server
//! runs on others. So the figures hold whatever else the machine does.

#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are shown to two digits"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use axonry_http::{Client, ClientBuilder, Quota, Request, Url};
use serde_json::Value;

const REQUESTS: usize = 20_000;

fn main() {
    let url = serve();
    let plain = || Client::builder().concurrency(16);
    let quota = Quota::per(10_000_000, Duration::from_secs(10));
    let rows: [(&str, ClientBuilder, usize); 4] = [
        ("one after the other", plain(), 1),
        (
            "one after the other, with a quota",
            plain().quota("127.0.0.1", quota),
            1,
        ),
        ("16 at once", plain(), 16),
        (
            "16 at once, with a quota",
            plain().quota("127.0.0.1", quota),
            16,
        ),
    ];
    for (name, settings, at_once) in rows {
        let micros = cost(settings, &url, at_once);
        println!("{name}: {micros:.1} µs of CPU per request");
    }
}

/// Microseconds of this thread's time per request.
fn cost(settings: ClientBuilder, url: &Url, at_once: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = settings.build().expect("settings that make sense");
        ask(&client, url, at_once, 1000).await;
        let before = on_cpu();
        ask(&client, url, at_once, REQUESTS).await;
        (on_cpu() - before) as f64 / 1000.0 / REQUESTS as f64
    })
}

async fn ask(client: &Client, url: &Url, at_once: usize, requests: usize) {
    let tasks = tokio::task::LocalSet::new();
    for lane in 0..at_once {
        let (client, url) = (client.clone(), url.clone());
        tasks.spawn_local(async move {
            for number in 0..requests / at_once {
                let mut url = url.clone();
                url.set_path(&format!("{lane}/{number}"));
                let answer = client.json::<Value>(Request::get(url)).await;
                answer.expect("the server answers everything");
            }
        });
    }
    tasks.await;
}

/// Nanoseconds this thread has spent on a processor.
fn on_cpu() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts them");
    let first = told.split(' ').next().unwrap_or_default();
    first.parse().expect("a number of nanoseconds")
}

/// Starts a server that answers every request with a kilobyte of JSON.
fn serve() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            std::thread::spawn(move || answer(socket));
        }
    });
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

fn answer(socket: TcpStream) -> std::io::Result<()> {
    let body = format!(r#"{{"text": "{}"}}"#, "x".repeat(1000));
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.set_nodelay(true)?;
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        if line == "\r\n" {
            (&socket).write_all(answer.as_bytes())?;
        }
        line.clear();
    }
    Ok(())
}
