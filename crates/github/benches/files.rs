//! What does it cost to read the files of a large pull request?
//!
//! Claim: a body of 1 MB, from the socket to typed files, takes at most two milliseconds of one processor.
//!
//! The client runs on one thread, whose time on a processor the system counts (Linux); the server
//! runs on another. So the figures hold whatever else the machine does.

#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are shown to two digits"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use axonry_github::{Files, Mirror};
use serde_json::{Value, json};

const TIMES: u64 = 200;

fn main() {
    let body = body().to_string();
    let size = body.len();
    let url = serve(body);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let millis = runtime.block_on(async {
        let mirror = Mirror::builder().base(url).build().expect("a client");
        let repository = "acme/widget".parse().expect("a name");
        let mut before = 0;
        for time in 0..=TIMES {
            // The first opens the connection.
            if time == 1 {
                before = on_cpu();
            }
            let files = mirror.files(&repository, 1).await.expect("an answer");
            assert!(matches!(files, Files::Stored(stored) if stored.files.len() == 20));
        }
        (on_cpu() - before) as f64 / 1e6 / TIMES as f64
    });
    println!("a body of {size} bytes with 20 files: {millis:.2} ms of CPU");
}

/// The files of a pull request, before and after, in 1 MB.
fn body() -> Value {
    let line = "    let value = compute(\"argument\", &settings)?;\n";
    let text = line.repeat(25_000 / line.len());
    let file = |n: usize| {
        json!({
            "filename": format!("src/{n}.rs"), "status": "modified", "additions": 1,
            "deletions": 1, "changes": 2, "is_binary": false, "byte_size": text.len(),
            "head_content": text, "base_content": text,
        })
    };
    json!({
        "repo_full_name": "acme/widget", "pr_number": 1, "head_sha": "h", "base_sha": "b",
        "merge_base_sha": "b", "scoring_data_stored": true,
        "files": (0..20).map(file).collect::<Vec<_>>(),
    })
}

/// Nanoseconds this thread has spent on a processor.
fn on_cpu() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts them");
    let first = told.split(' ').next().unwrap_or_default();
    first.parse().expect("a number of nanoseconds")
}

/// Starts a server that answers every request with this body.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // A client that leaves has what it wanted.
            let _ = answer(&socket, &body);
        }
    });
    format!("http://{address}")
}

fn answer(socket: &TcpStream, body: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        if line == "\r\n" {
            let mut socket = socket;
            socket.write_all(head.as_bytes())?;
            socket.write_all(body.as_bytes())?;
        }
        line.clear();
    }
    Ok(())
}
