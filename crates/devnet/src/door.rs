//! Where clients come in: a port, the JSON-RPC server behind it, and what goes wrong in between.

mod connection;
mod frame;
mod lots;
mod outgoing;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jsonrpsee::server::{ServerHandle, stop_channel};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::faults::{DoorFault, DoorFaults};
use crate::node::Node;
use crate::rpc::{Face, Serving};
use connection::Connection;

/// How long a port may take to be had again after nobody listened on it.
const PATIENCE: Duration = Duration::from_millis(20);

/// A way into the dev chain: a websocket with faults of its own.
///
/// All doors lead to the same chain, so that a client can be given a sick node and a healthy one.
/// Dropping it closes it and cuts its connections.
///
/// ```
/// use axonry_devnet::{Devnet, DevnetConfig, DoorFault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let devnet = Devnet::spawn(DevnetConfig::default_subnet(2)).await?;
/// let stale = devnet.open_door().await?;
/// stale.faults().set([DoorFault::Behind { blocks: 1_000 }, "delay=2s".parse()?]);
/// println!("a slow node far behind at {}, a healthy one at {}", stale.url(), devnet.ws_url);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Door {
    url: String,
    faults: DoorFaults,
    counts: Arc<Counts>,
    server: ServerHandle,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What a door has seen.
#[derive(Debug, Default)]
struct Counts {
    accepted: AtomicU64,
    open: AtomicU64,
}

impl Door {
    /// Opens a door on a port of the loopback address; 0 takes any that is free.
    pub(crate) async fn open(
        node: Arc<Node>,
        port: u16,
        seed: u64,
        faults: Vec<DoorFault>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let faults = DoorFaults::new(faults);
        let (stop_handle, server) = stop_channel();
        let face = Face::new(node, faults.clone());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let counts = Arc::new(Counts::default());
        let porter = Porter {
            address,
            seed,
            serving: Serving::new(face, stop_handle),
            faults: faults.clone(),
            counts: Arc::clone(&counts),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        tasks.spawn(porter.stand(listener));
        Ok(Self {
            url: format!("ws://{address}"),
            faults,
            counts,
            server,
            stop,
            tasks,
        })
    }

    /// Where it listens: `ws://127.0.0.1:…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What goes wrong at this door.
    pub const fn faults(&self) -> &DoorFaults {
        &self.faults
    }

    /// How many connections have been made so far.
    pub fn accepted(&self) -> u64 {
        self.counts.accepted.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub fn connections(&self) -> u64 {
        self.counts.open.load(Ordering::Relaxed)
    }

    /// Closes the door and waits until the last connection is gone.
    pub async fn close(&self) {
        self.shut();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn shut(&self) {
        self.stop.cancel();
        // An error says that it has been stopped before.
        let _ = self.server.stop();
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shut();
    }
}

/// Whoever lets clients in.
struct Porter {
    address: SocketAddr,
    seed: u64,
    serving: Serving,
    faults: DoorFaults,
    counts: Arc<Counts>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Porter {
    async fn stand(self, listener: TcpListener) {
        let stop = self.stop.clone();
        stop.run_until_cancelled(self.let_in(listener)).await;
    }

    async fn let_in(&self, listener: TcpListener) {
        let mut changes = self.faults.watch();
        let mut listener = Some(listener);
        loop {
            if changes.borrow_and_update().contains(&DoorFault::Refuse) {
                // A port that is refused has to be one nobody listens on.
                listener = None;
                if changes.changed().await.is_err() {
                    return;
                }
                continue;
            }
            let Some(open) = &listener else {
                match TcpListener::bind(self.address).await {
                    Ok(again) => listener = Some(again),
                    Err(error) => {
                        tracing::debug!(%error, "the port cannot be had again yet");
                        tokio::time::sleep(PATIENCE).await;
                    }
                }
                continue;
            };
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                accepted = open.accept() => match accepted {
                    Ok((stream, _)) => {
                        let number = self.counts.accepted.fetch_add(1, Ordering::Relaxed);
                        let connection = Connection {
                            stream,
                            script: self.faults.next_script(),
                            changes: self.faults.watch(),
                            seed: self.seed ^ number,
                            serving: self.serving.clone(),
                        };
                        self.tasks.spawn(self.stop.clone().run_until_cancelled_owned(
                            counted(Arc::clone(&self.counts), connection.run()),
                        ));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(PATIENCE).await;
                    }
                },
            }
        }
    }
}

/// Counts a connection for as long as it is there, however it ends.
async fn counted(counts: Arc<Counts>, connection: impl Future<Output = ()>) {
    struct Open(Arc<Counts>);
    impl Drop for Open {
        fn drop(&mut self) {
            self.0.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
    counts.open.fetch_add(1, Ordering::Relaxed);
    let _open = Open(counts);
    connection.await;
}
