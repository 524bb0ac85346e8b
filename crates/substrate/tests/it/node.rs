//! A node of the toy's chain on a real websocket.

mod methods;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axonry_core::{Block, BlockHash, BlockNumber};
use axonry_substrate::{ConnectError, Substrate, SubstrateBuilder};
use jsonrpsee::server::{Server, ServerHandle};
use jsonrpsee::types::ErrorObjectOwned;
use parity_scale_codec::{Compact, Encode};
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use crate::toy;

/// A node; it stops when dropped.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) script: Arc<Script>,
    _server: ServerHandle,
}

/// What the node has and says, to be changed by tests.
pub(crate) struct Script {
    pub(crate) storage: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    /// The spec version of the newest runtime, as announced.
    spec: watch::Sender<u32>,
    /// What is in every block.
    pub(crate) extrinsics: Mutex<Vec<Vec<u8>>>,
    /// The chain, by height.
    blocks: Mutex<Vec<Header>>,
    /// Blocks beside it, which are not finalized.
    branches: Mutex<Vec<Header>>,
    finalized: broadcast::Sender<Value>,
    best: broadcast::Sender<Value>,
    /// What was handed in without being watched.
    pub(crate) submitted: Mutex<Vec<Value>>,
    /// What becomes of the next extrinsic: statuses, or an error of the pool.
    pub(crate) pool: Mutex<Result<Vec<Value>, PoolError>>,
    /// How long every answer takes.
    pub(crate) latency: Mutex<Duration>,
    /// Errors to answer with, by method.
    pub(crate) errors: Mutex<BTreeMap<&'static str, (i32, &'static str)>>,
}

/// Code, message and data.
type PoolError = (i32, &'static str, Option<Value>);

#[derive(Clone)]
struct Header {
    number: u32,
    parent: [u8; 32],
    /// The spec version after the block, and whether the block brought it.
    spec: u32,
    upgrades: bool,
    /// Tells a branch from another.
    branch: u8,
}

impl Header {
    fn hash(&self) -> [u8; 32] {
        let number = Compact(self.number);
        // The only digest item there is says that the runtime has changed.
        let digest = vec![8_u8; usize::from(self.upgrades)];
        let encoded = (self.parent, number, [self.branch; 64], digest).encode();
        let hash = blake2b_simd::Params::new().hash_length(32).hash(&encoded);
        hash.as_bytes().try_into().unwrap()
    }

    fn next(&self, upgrades: bool) -> Self {
        Self {
            number: self.number + 1,
            parent: self.hash(),
            spec: self.spec + u32::from(upgrades),
            upgrades,
            branch: self.branch,
        }
    }

    fn json(&self) -> Value {
        let root = hex([self.branch; 32]);
        let logs = vec!["0x08"; usize::from(self.upgrades)];
        json!({
            "parentHash": hex(self.parent), "number": format!("{:#x}", self.number),
            "stateRoot": root, "extrinsicsRoot": root, "digest": {"logs": logs},
        })
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

impl Script {
    /// Appends blocks and announces the last one as finalized, as nodes do.
    pub(crate) fn finalize(&self, blocks: usize) {
        let mut chain = self.blocks.lock().unwrap();
        for _ in 0..blocks {
            let next = chain.last().unwrap().next(false);
            chain.push(next);
        }
        let _ = self.finalized.send(chain.last().unwrap().json());
    }

    /// Appends a block that puts the next runtime in force, and announces both.
    pub(crate) fn upgrade(&self) {
        self.upgrade_silently();
        let chain = self.blocks.lock().unwrap();
        let last = chain.last().unwrap();
        self.spec.send_replace(last.spec);
        let _ = self.finalized.send(last.json());
    }

    /// The same with no announcement; the tempo becomes 30, in more bytes than before.
    pub(crate) fn upgrade_silently(&self) {
        let tempo = (toy::key_of_subnet("Tempo"), 30_u32.encode());
        self.storage.lock().unwrap().extend([tempo]);
        let mut chain = self.blocks.lock().unwrap();
        let next = chain.last().unwrap().next(true);
        chain.push(next);
    }

    /// Puts blocks of a branch on top of a block and announces the last as best; the new ones.
    pub(crate) fn branch(&self, on: Block, branch: u8, blocks: usize) -> Vec<Block> {
        let mut branches = self.branches.lock().unwrap();
        let chain = self.blocks.lock().unwrap();
        let mut known = chain.iter().chain(&*branches);
        let on = known.find(|header| header.hash() == on.hash.0);
        let mut last = Header {
            branch,
            ..on.unwrap().clone()
        };
        // What it stands on is not of the branch itself.
        let mut parent = on.unwrap().hash();
        let mut new = Vec::new();
        for _ in 0..blocks {
            last = Header {
                parent,
                ..last.next(false)
            };
            parent = last.hash();
            new.push(last.clone());
        }
        drop(chain);
        let _ = self.best.send(last.json());
        branches.extend(new.iter().cloned());
        let block = |header: &Header| Block {
            number: BlockNumber(header.number.into()),
            hash: BlockHash(header.hash()),
        };
        new.iter().map(block).collect()
    }

    pub(crate) fn block(&self, number: usize) -> Block {
        let chain = self.blocks.lock().unwrap();
        Block {
            number: BlockNumber(number as u64),
            hash: BlockHash(chain[number].hash()),
        }
    }

    pub(crate) fn followers(&self) -> usize {
        self.finalized.receiver_count()
    }

    fn answer(&self, method: &str, params: &[Value]) -> Result<Value, ErrorObjectOwned> {
        if let Some((code, words)) = self.errors.lock().unwrap().get(method) {
            return Err(ErrorObjectOwned::owned(*code, *words, None::<()>));
        }
        let branches = self.branches.lock().unwrap();
        let chain = self.blocks.lock().unwrap();
        let storage = self.storage.lock().unwrap();
        let stored = |key: &Value| storage.get(&unhex(key)).map(hex);
        let find = |hash: &Value| {
            let hash = unhex(hash);
            // The newest are asked for most.
            let mut known = branches.iter().rev().chain(chain.iter().rev());
            known.find(|header| header.hash()[..] == hash)
        };
        Ok(match method {
            "chain_getBlockHash" => {
                let place = usize::try_from(params[0].as_u64().unwrap()).unwrap();
                json!(chain.get(place).map(|header| hex(header.hash())))
            }
            "chain_getFinalizedHead" => json!(hex(chain.last().unwrap().hash())),
            "chain_getHeader" if params.is_empty() => {
                json!(branches.last().or(chain.last()).unwrap().json())
            }
            "chain_getHeader" => json!(find(&params[0]).map(Header::json)),
            "chain_getBlock" => {
                let extrinsics = self.extrinsics.lock().unwrap();
                let extrinsics: Vec<_> = extrinsics.iter().map(hex).collect();
                let header = find(&params[0]).map(Header::json);
                json!(header.map(|header| json!({
                    "block": {"header": header, "extrinsics": extrinsics},
                    "justifications": null,
                })))
            }
            "state_getRuntimeVersion" => version(find(&params[0]).unwrap().spec),
            "state_getStorage" => json!(stored(&params[0])),
            "state_queryStorageAt" => {
                let keys = params[0].as_array().unwrap();
                let changes: Vec<_> = keys.iter().map(|key| (key, stored(key))).collect();
                json!([{"block": params[1], "changes": changes}])
            }
            "state_getKeysPaged" => {
                let (prefix, after) = (unhex(&params[0]), params[2].as_str());
                let after = after.map_or(Vec::new(), |_| unhex(&params[2]));
                let at_most = usize::try_from(params[1].as_u64().unwrap()).unwrap();
                let keys = storage.range(after.clone()..).map(|(key, _)| key);
                let keys = keys.filter(|key| key.starts_with(&prefix) && **key != after);
                json!(keys.take(at_most).map(hex).collect::<Vec<_>>())
            }
            "state_call" => match params[0].as_str().unwrap() {
                "Metadata_metadata_at_version" => match unhex(&params[1])[0] {
                    15 => {
                        let spec = find(&params[2]).unwrap().spec;
                        json!(hex(Some(toy::metadata(spec)).encode()))
                    }
                    _ => json!(hex(None::<Vec<u8>>.encode())),
                },
                "NeuronInfoRuntimeApi_get_neurons_lite" => {
                    let netuid = unhex(&params[1]);
                    json!(hex(toy::neurons(u16::from_le_bytes([
                        netuid[0], netuid[1]
                    ]))))
                }
                "Core_version" => {
                    let spec = find(&params[2]).unwrap().spec;
                    let names = ("toy".to_owned(), "toy".to_owned());
                    let apis = vec![([1_u8; 8], 2_u32)];
                    json!(hex((names, 0_u32, spec, 0_u32, apis, 1_u32, 1_u8).encode()))
                }
                "AccountNonceApi_account_nonce" => json!(hex(40_u32.encode())),
                call => panic!("the toy has no {call}"),
            },
            "system_accountNextIndex" => json!(41),
            "author_submitExtrinsic" => {
                self.submitted.lock().unwrap().push(params[0].clone());
                match &*self.pool.lock().unwrap() {
                    Ok(_) => json!(hex([4; 32])),
                    Err((code, words, data)) => {
                        return Err(ErrorObjectOwned::owned(*code, *words, data.clone()));
                    }
                }
            }
            method => panic!("the toy has no {method}"),
        })
    }
}

fn version(spec: u32) -> Value {
    json!({"specName": "toy", "specVersion": spec, "transactionVersion": 1, "apis": []})
}

impl Node {
    pub(crate) async fn spawn() -> Self {
        Self::of_chain(0).await
    }

    /// A node of one chain or another, which have nothing but their types in common.
    pub(crate) async fn of_chain(chain: u8) -> Self {
        let genesis = Header {
            number: 0,
            parent: [chain; 32],
            spec: 1,
            upgrades: false,
            branch: 0,
        };
        let script = Arc::new(Script {
            storage: Mutex::new(toy::storage()),
            spec: watch::Sender::new(1),
            extrinsics: Mutex::default(),
            blocks: Mutex::new(vec![genesis]),
            branches: Mutex::default(),
            finalized: broadcast::channel(1000).0,
            best: broadcast::channel(1000).0,
            submitted: Mutex::default(),
            pool: Mutex::new(Ok(Vec::new())),
            latency: Mutex::default(),
            errors: Mutex::default(),
        });
        script.finalize(5);
        let server = Server::builder().build("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let _server = server.start(methods::methods(Arc::clone(&script)));
        Self {
            address,
            script,
            _server,
        }
    }

    pub(crate) async fn connect(&self) -> Substrate {
        builder(self.address).connect().await.unwrap()
    }
}

/// A client in the making that does not wait long.
pub(crate) fn builder(address: SocketAddr) -> SubstrateBuilder {
    Substrate::builder()
        .endpoint(format!("ws://{address}").parse().unwrap())
        .call_deadline(Duration::from_secs(5))
        .connect_deadline(Duration::from_secs(2))
}

pub(crate) async fn failure(builder: SubstrateBuilder) -> axonry_chain::ChainError {
    match builder.connect().await {
        Err(ConnectError::Chain(error)) => error,
        other => panic!("expected the chain's error, found {other:?}"),
    }
}
