//! An axon that is sent whatever comes to mind, rightly signed.

use std::time::Duration;

use axonry_core::Hotkey;
use axonry_wallet::Keypair;
use axonry_wire::bt::{self, Call, Receiver, Sender};
use axonry_wire::{Axon, Failure, Limits, Rate, Route, Synapse};
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The time, which stands still; nonces go on.
const NOW: u64 = 1_778_225_600_123_456_789;
const BODY_AT_MOST: usize = 64 << 10;

/// Answers with what was asked.
struct Mirror;

impl Synapse for Mirror {
    const NAME: &'static str = "Mirror";
    const REQUIRED: &'static [&'static str] = &[];
    type Request = Map<String, Value>;
    type Response = Map<String, Value>;
}

/// An axon, and somebody who asks it.
pub struct Exchange {
    runtime: Runtime,
    axon: Axon,
    connection: Option<BufReader<TcpStream>>,
    sender: Sender,
    receiver: Hotkey,
    asked: u64,
}

impl Exchange {
    /// Starts the axon.
    pub fn begin() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let key = |uri: &str| Keypair::from_uri(uri).expect("a URI");
        let receiver = key("//Bob").hotkey();
        let rate = Rate {
            burst: u32::MAX,
            per_second: u32::MAX,
        };
        let limits = Limits {
            requests_per_address: rate,
            requests_per_hotkey: rate,
            ..Limits::default()
        };
        let route = Route::compat().body_at_most(BODY_AT_MOST);
        let builder = Axon::builder(receiver)
            .route::<Mirror, _, _>(route, |_, asked| async move { Ok::<_, Failure>(asked) })
            .limits(limits)
            .clock(|| NOW);
        let axon = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            builder.serve(listener).expect("it listens")
        });
        let sender = Sender {
            signer: std::sync::Arc::new(key("//Alice")),
            uuid: "fuzz".to_owned(),
            ip: None,
            version: bt::version(10, 5, 0),
        };
        Self {
            runtime,
            axon,
            connection: None,
            sender,
            receiver,
            asked: 0,
        }
    }

    /// Sends a body, whatever it is.
    ///
    /// # Errors
    ///
    /// It gets another answer than an honest one.
    pub fn check(&mut self, body: &[u8]) -> Result<(), String> {
        self.asked += 1;
        // The nonces of a uuid are taken in order; in the window there are four billion.
        let call = Call {
            name: "Mirror",
            timeout: Duration::from_secs(12),
            fields: &[],
            required: &[],
            hashed: &[],
        };
        let call = call.prepare().expect("no fields");
        let receiver = Receiver {
            hotkey: self.receiver,
            ip: [127, 0, 0, 1].into(),
            port: 1,
        };
        let nonce = NOW - 4_000_000_000 + self.asked;
        let (address, connection) = (self.axon.address(), self.connection.take());
        let (status, answer, connection) = self.runtime.block_on(async {
            let request = self.sender.request(&call, &receiver, nonce).await;
            let request = request.expect("the key signs");
            let mut head = format!("POST {} HTTP/1.1\r\nhost: x\r\n", request.path);
            for (name, value) in &request.headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
            let mut connection = match connection {
                Some(connection) => connection,
                None => BufReader::new(TcpStream::connect(address).await.expect("it listens")),
            };
            let sent = [head.as_bytes(), body].concat();
            connection
                .write_all(&sent)
                .await
                .map_err(|error| error.to_string())?;
            read(connection).await.map_err(|error| error.to_string())
        })?;
        self.connection = connection;
        honest(body, status, &answer)
    }
}

/// A status, a body, and the connection unless it closes.
async fn read(
    mut connection: BufReader<TcpStream>,
) -> std::io::Result<(u16, Vec<u8>, Option<BufReader<TcpStream>>)> {
    let (mut status, mut length, mut closes) = (0, 0, false);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest[..3].parse().unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse().unwrap_or(0);
        } else if line == "connection: close" {
            closes = true;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok((status, body, (!closes).then_some(connection)))
}

/// What a body deserves: its own fields back, or to be told what is wrong with it.
fn honest(body: &[u8], status: u16, answer: &[u8]) -> Result<(), String> {
    let told: Map<String, Value> = serde_json::from_slice(answer)
        .map_err(|error| format!("{status} with no JSON: {error}"))?;
    match status {
        200 => {
            let asked: Map<String, Value> = serde_json::from_slice(body)
                .map_err(|error| format!("what is no JSON is answered: {error}"))?;
            let odd = asked.iter().find(|(name, value)| {
                !STANDARD.contains(&name.as_str()) && told.get(*name) != Some(value)
            });
            match odd {
                None => Ok(()),
                Some((name, _)) => Err(format!("`{name}` came back otherwise")),
            }
        }
        413 if body.len() > BODY_AT_MOST => Ok(()),
        422 => Ok(()),
        status => Err(format!("{status}: {}", String::from_utf8_lossy(answer))),
    }
}

/// What every synapse has besides its own fields, and an axon fills in itself.
const STANDARD: [&str; 7] = [
    "name",
    "timeout",
    "total_size",
    "header_size",
    "dendrite",
    "axon",
    "computed_body_hash",
];
