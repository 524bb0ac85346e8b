//! A node that does nothing but answer.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::BlockHash;
use axonry_substrate::offline::Runtime;
use futures_util::io::{BufReader, BufWriter};
use parity_scale_codec::{Compact, Encode};
use serde_json::Value;
use soketto::handshake::Server;
use soketto::handshake::server::Response;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::compat::TokioAsyncReadCompatExt;

use crate::neurons;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Node {
    metadata: String,
    neurons: String,
    spec: u32,
    transaction: u32,
    tempos: BTreeMap<Vec<u8>, u16>,
    latency: Duration,
    unserved: String,
}

/// Serves on a free port, whose URL is printed, until the process ends.
pub(crate) async fn serve(folder: &Path, latency: Duration, unserved: &str) -> Outcome<()> {
    let metadata = std::fs::read(folder.join("metadata"))?;
    let version = Runtime::decode(&metadata, BlockHash([0; 32]))?.version();
    let bare = match metadata.starts_with(b"meta") {
        true => Some(metadata).encode(),
        false => metadata,
    };
    let tempo = |netuid: u16| {
        let name = hex::decode("658faa385070e074c85bf6b568cf05557641384bb339f3758acddfd7053d3317");
        let name = name.expect("these are digits");
        ([name, netuid.to_le_bytes().to_vec()].concat(), netuid)
    };
    let node = Arc::new(Node {
        metadata: hex::encode(bare),
        neurons: hex::encode(neurons::encoded(1024)),
        spec: version.spec,
        transaction: version.transaction,
        tempos: (0..4096).map(tempo).collect(),
        latency,
        unserved: unserved.to_owned(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ws://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let node = Arc::clone(&node);
        // It ends with the connection, or the process.
        tokio::spawn(async move {
            let _ = converse(stream, node).await;
        });
    }
}

async fn converse(stream: TcpStream, node: Arc<Node>) -> Result<(), soketto::connection::Error> {
    let stream = BufReader::new(BufWriter::new(stream.compat()));
    let mut server = Server::new(stream);
    let greeted = async {
        let key = server.receive_request().await?.key();
        let accept = Response::Accept {
            key,
            protocol: None,
        };
        server.send_response(&accept).await
    };
    if greeted.await.is_err() {
        return Ok(());
    }
    let (mut sender, mut receiver) = server.into_builder().finish();
    let (answers, mut due) = mpsc::unbounded_channel::<(Instant, String)>();
    let latency = node.latency;
    let writing = async move {
        while let Some((at, answer)) = due.recv().await {
            // Answers are as late as each other: their order is that of the questions.
            if !latency.is_zero() {
                sleep_until(at).await;
            }
            sender.send_text_owned(answer).await?;
            if due.is_empty() {
                sender.flush().await?;
            }
        }
        Ok(())
    };
    let reading = async move {
        let mut message = Vec::new();
        loop {
            message.clear();
            receiver.receive_data(&mut message).await?;
            let answer = (Instant::now() + latency, node.answer(&message));
            if answers.send(answer).is_err() {
                return Ok(());
            }
        }
    };
    tokio::select! {
        outcome = writing => outcome,
        outcome = reading => outcome,
    }
}

impl Node {
    fn answer(&self, message: &[u8]) -> String {
        let question: Value = serde_json::from_slice(message).unwrap_or_default();
        let params = &question["params"];
        let method = question["method"].as_str().unwrap_or_default();
        let result = match method {
            method if method == self.unserved => return none_such(&question["id"]),
            "chain_getBlockHash" | "chain_getFinalizedHead" => format!("\"0x{}\"", hash()),
            "chain_getHeader" => {
                let zero = "0".repeat(64);
                format!(
                    r#"{{"parentHash":"0x{zero}","number":"0x7","stateRoot":"0x{zero}","extrinsicsRoot":"0x{zero}","digest":{{"logs":[]}}}}"#
                )
            }
            "state_getRuntimeVersion" => format!(
                r#"{{"specVersion":{},"transactionVersion":{}}}"#,
                self.spec, self.transaction
            ),
            "state_call" => match params[0].as_str() {
                Some("NeuronInfoRuntimeApi_get_neurons_lite") => format!("\"0x{}\"", self.neurons),
                _ => format!("\"0x{}\"", self.metadata),
            },
            "state_queryStorageAt" => self.values(params),
            "state_getStorage" => self.value(params[0].as_str().unwrap_or_default()),
            "state_getKeysPaged" => self.keys(params),
            "state_subscribeRuntimeVersion" => "\"s\"".to_owned(),
            _ => return none_such(&question["id"]),
        };
        format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#,
            question["id"]
        )
    }

    fn values(&self, params: &Value) -> String {
        let keys = params[0].as_array().map_or(&[][..], Vec::as_slice);
        let mut changes = String::with_capacity(100 + keys.len() * 300);
        let _ = write!(changes, "[{{\"block\":{},\"changes\":[", params[1]);
        for (place, key) in keys.iter().enumerate() {
            let key = key.as_str().unwrap_or_default();
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(changes, "{comma}[\"{key}\",{}]", self.value(key));
        }
        changes + "]}]"
    }

    /// A tempo, or an account whose nonce is the number it begins with.
    fn value(&self, key: &str) -> String {
        let digits = &key[2..];
        if digits.len() == 68 {
            return hex::decode(digits)
                .ok()
                .and_then(|key| self.tempos.get(&key))
                .map_or("null".to_owned(), |tempo| {
                    format!("\"0x{}\"", hex::encode(tempo.to_le_bytes()))
                });
        }
        let nonce = &digits[digits.len() - 64..][..8];
        format!("\"0x{nonce}{}\"", "0".repeat(104))
    }

    fn keys(&self, params: &Value) -> String {
        let after = params[2]
            .as_str()
            .and_then(|key| hex::decode(&key[2..]).ok());
        let after = after.unwrap_or_default();
        let at_most = params[1].as_u64().unwrap_or_default();
        let at_most = usize::try_from(at_most).unwrap_or_default();
        let keys = self.tempos.range(after.clone()..).map(|(key, _)| key);
        let keys = keys.filter(|key| **key != after).take(at_most);
        let keys: Vec<_> = keys
            .map(|key| format!("\"0x{}\"", hex::encode(key)))
            .collect();
        format!("[{}]", keys.join(","))
    }
}

fn none_such(id: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"no such method"}}}}"#)
}

/// Of the only block there is.
fn hash() -> String {
    let header = ([0_u8; 32], Compact(7_u32), [0_u8; 64], [0_u8]).encode();
    let hash = blake2b_simd::Params::new().hash_length(32).hash(&header);
    hex::encode(hash)
}
