//! Somebody between client and node who sees frames, and may change what the node says.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::io::{BufReader, BufWriter};
use serde_json::{Value, json};
use soketto::handshake::server::Response;
use soketto::handshake::{Client, Server};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// What is done with a frame of the node's.
pub(crate) enum Fate {
    /// These are passed on instead.
    Pass(Vec<String>),
    /// The connection is cut.
    Cut,
    /// The connection stays open and nothing comes through any more, either way.
    Hang,
}

/// What a frame is decided by.
pub(crate) struct Seen {
    /// Which connection it is on, from 0.
    pub(crate) connection: usize,
    /// Which frame of the connection it is, from 0.
    pub(crate) place: usize,
    pub(crate) text: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Whether the node says it of its own accord.
    pub(crate) fn is_notification(&self) -> bool {
        self.json().get("method").is_some()
    }

    pub(crate) fn pass(self) -> Fate {
        Fate::Pass(vec![self.text])
    }
}

type Error = Box<dyn std::error::Error + Send + Sync>;

type Tamper = dyn Fn(Seen) -> Fate + Send + Sync;

/// The one between; it ends when dropped.
pub(crate) struct Frames {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    _pump: JoinSet<()>,
}

struct Between {
    node: SocketAddr,
    /// Methods that are answered for the node, by saying that there is no such method.
    unserved: BTreeSet<&'static str>,
    tamper: Box<Tamper>,
}

impl Frames {
    pub(crate) async fn between(
        node: SocketAddr,
        tamper: impl Fn(Seen) -> Fate + Send + Sync + 'static,
    ) -> Self {
        Self::start(node, BTreeSet::new(), Box::new(tamper)).await
    }

    /// Nothing is changed, but these methods are not served.
    pub(crate) async fn without(
        node: SocketAddr,
        unserved: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let unserved = unserved.into_iter().collect();
        Self::start(node, unserved, Box::new(Seen::pass)).await
    }

    async fn start(
        node: SocketAddr,
        unserved: BTreeSet<&'static str>,
        tamper: Box<Tamper>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, open) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let between = Arc::new(Between {
            node,
            unserved,
            tamper,
        });
        let counts = (Arc::clone(&accepted), Arc::clone(&open));
        let mut pump = JoinSet::new();
        pump.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                while connections.try_join_next().is_some() {}
                let (between, open) = (Arc::clone(&between), Arc::clone(&counts.1));
                let connection = counts.0.fetch_add(1, Ordering::SeqCst);
                open.fetch_add(1, Ordering::SeqCst);
                connections.spawn(async move {
                    // Whichever end goes first ends it; there is nothing to report.
                    let _ = between.pass(client, connection).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            accepted,
            open,
            _pump: pump,
        }
    }

    /// Connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Connections now.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

fn buffered(stream: TcpStream) -> BufReader<BufWriter<Compat<TcpStream>>> {
    stream.set_nodelay(true).unwrap();
    BufReader::new(BufWriter::new(stream.compat()))
}

impl Between {
    async fn pass(&self, client: TcpStream, connection: usize) -> Result<(), Error> {
        let mut server = Server::new(buffered(client));
        let key = server.receive_request().await?.key();
        let accept = Response::Accept {
            key,
            protocol: None,
        };
        server.send_response(&accept).await?;
        let node = self.node.to_string();
        let mut up = Client::new(buffered(TcpStream::connect(self.node).await?), &node, "/");
        up.handshake().await?;
        let (mut to_client, mut from_client) = server.into_builder().finish();
        let (mut to_node, mut from_node) = up.into_builder().finish();
        let (answers, mut answered) = mpsc::unbounded_channel();
        let from_us = answers.clone();
        // It only ends with an error, as the next does.
        let asking: Pin<Box<dyn Future<Output = Result<bool, Error>> + Send>> = Box::pin(async {
            let mut message = Vec::new();
            loop {
                message.clear();
                from_client.receive_data(&mut message).await?;
                let question: Value = serde_json::from_slice(&message)?;
                if self.unserved.contains(question["method"].as_str().unwrap()) {
                    let error = json!({"code": -32601, "message": "Method not found"});
                    let id = &question["id"];
                    let answer = json!({"jsonrpc": "2.0", "id": id, "error": error});
                    from_us.send(Fate::Pass(vec![answer.to_string()]))?;
                    continue;
                }
                to_node.send_text(std::str::from_utf8(&message)?).await?;
                to_node.flush().await?;
            }
        });
        let hearing: Pin<Box<dyn Future<Output = Result<bool, Error>> + Send>> = Box::pin(async {
            let mut message = Vec::new();
            for place in 0.. {
                message.clear();
                from_node.receive_data(&mut message).await?;
                let text = String::from_utf8(message.clone())?;
                let seen = Seen {
                    connection,
                    place,
                    text,
                };
                answers.send((self.tamper)(seen))?;
            }
            Ok(false)
        });
        let answering = async {
            while let Some(fate) = answered.recv().await {
                let frames = match fate {
                    Fate::Pass(frames) => frames,
                    Fate::Cut => return Ok::<_, Error>(false),
                    Fate::Hang => return Ok(true),
                };
                for frame in frames {
                    to_client.send_text(frame).await?;
                }
                to_client.flush().await?;
            }
            Ok(false)
        };
        let hangs = tokio::select! {
            end = asking => end?,
            end = hearing => end?,
            end = answering => end?,
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}
