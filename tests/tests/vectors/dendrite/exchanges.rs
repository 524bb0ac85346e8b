//! Requests that were sent to a real Python axon, sent to ours.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axonry_core::Hotkey;
use axonry_wire::{Axon, Caller, Failure, Route, Synapse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{hotkey, pairs, text};
use crate::source::{Checks, File};

macro_rules! synapse {
    ($name:ident, $required:expr, $hashed:expr, $request:ty, $response:ty) => {
        struct $name;

        impl Synapse for $name {
            const NAME: &'static str = stringify!($name);
            const REQUIRED: &'static [&'static str] = $required;
            const HASHED: &'static [&'static str] = $hashed;
            type Request = $request;
            type Response = $response;
        }
    };
}

#[derive(Serialize, Deserialize)]
struct Input {
    simulation_input: Value,
}

#[derive(Serialize, Deserialize)]
struct Output {
    simulation_output: Value,
}

#[derive(Serialize, Deserialize)]
struct Text {
    text: String,
}

// The classes that the recorded axon served.
synapse!(Simulation, &["simulation_input"], &[], Input, Output);
synapse!(Echo, &["text"], &["text", "count"], Text, Text);
synapse!(Boom, &[], &[], Value, Value);
synapse!(Teapot, &[], &[], Value, Value);

pub(super) fn compare(file: &File, checks: &mut Checks) {
    let waiting = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    waiting
        .expect("a runtime")
        .block_on(exchanges(file, checks));
}

async fn exchanges(file: &File, checks: &mut Checks) {
    let sender = hotkey(&file.json["sender_hotkey"]);
    let clock = Arc::new(AtomicU64::new(0));
    let axon = serve(
        hotkey(&file.json["axon_hotkey"]),
        sender,
        Arc::clone(&clock),
    )
    .await;
    let mut stricter = 0;
    for case in file.list("cases") {
        checks.case(case);
        let headers = pairs(&case["request_headers"]);
        // Time goes on from request to request; what was recorded as too old is.
        if let Some(nonce) = header(&headers, "bt_header_dendrite_nonce") {
            clock.fetch_max(nonce.parse().expect("nanoseconds"), Ordering::Relaxed);
        }
        let body = case["request_body"].as_str().unwrap_or_default();
        let start = format!("{} {}", text(&case["method"]), text(&case["path"]));
        let (status, answer) = send(axon.address(), &start, &headers, body).await;
        let theirs = text(&case["status_line"])
            .split(' ')
            .nth(1)
            .expect("a status");
        let theirs: u16 = theirs.parse().expect("a number");
        let unsigned = header(&headers, "bt_header_dendrite_signature").is_none();
        if theirs == 200 && (unsigned || text(&case["method"]) == "GET") {
            checks.same("stricter by intent", matches!(status, 401 | 405), true);
            stricter += 1;
            continue;
        }
        if theirs == 500
            && header(&headers, "bt_header_input_obj_simulation_input").is_none()
            && text(&case["path"]) == "/Simulation"
            && status == 200
        {
            // The SDK needs the header to build its object before it reads the body; we do not.
            continue;
        }
        // What the SDK calls its own error is in truth the sender's, and is told so here.
        let same = status == theirs || (theirs == 500 && matches!(status, 400 | 401 | 422));
        checks.same("status", (status, same), (status, true));
        if theirs == 200 {
            let expected = serde_json::from_str(text(&case["response_body"])).expect("JSON");
            own_fields(checks, &answer, &expected);
        } else if theirs != 405 && theirs != 422 {
            checks.same("a message", answer["message"].is_string(), true);
        }
    }
    checks.note(format!(
        "{stricter} that the SDK takes are refused here: unsigned, or a GET"
    ));
}

/// The fields of the synapse itself; the others tell of times and places.
fn own_fields(checks: &mut Checks, ours: &Value, theirs: &Value) {
    const STANDARD: [&str; 6] = [
        "timeout",
        "total_size",
        "header_size",
        "dendrite",
        "axon",
        "computed_body_hash",
    ];

    for (name, value) in theirs.as_object().expect("a synapse") {
        if !STANDARD.contains(&name.as_str()) {
            checks.same(name, &ours[name], value);
        }
    }
    let status = |body: &Value| body["axon"]["status_code"].clone();
    checks.same("axon status", status(ours), status(theirs));
}

fn header<'a>(headers: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(one, _)| *one == name)
        .map(|(_, value)| *value)
}

async fn serve(receiver: Hotkey, sender: Hotkey, clock: Arc<AtomicU64>) -> Axon {
    let known = move || Route::compat().only(move |caller: &Caller| caller.hotkey == sender);
    let simulate = |_, _: Input| async {
        let output = serde_json::json!([1767225600, 300, [100.5, 101.0, 102], [99.5, 98.0, 97]]);
        Ok(Output {
            simulation_output: output,
        })
    };
    let reverse = |_, request: Text| async move {
        Ok(Text {
            text: request.text.chars().rev().collect(),
        })
    };
    let axon = Axon::builder(receiver)
        .route::<Simulation, _, _>(known(), simulate)
        .route::<Echo, _, _>(known(), reverse)
        .route::<Boom, _, _>(known(), |_, _| async { panic!("as recorded") })
        .route::<Teapot, _, _>(known(), |_, _| async { Err(Failure::new(418, "a teapot")) })
        .clock(move || clock.load(Ordering::Relaxed));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    axon.serve(listener).expect("it listens")
}

async fn send(
    address: SocketAddr,
    start: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value) {
    let mut request = format!("{start} HTTP/1.1\r\n");
    for (name, value) in headers {
        let ours = ["host", "content-length", "connection", "transfer-encoding"];
        if !ours.contains(&name.to_lowercase().as_str()) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    let length = body.len();
    request.push_str(&format!(
        "host: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    ));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head
        .split(' ')
        .nth(1)
        .expect("a status")
        .parse()
        .expect("a number");
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
