//! A wire to a node that can fail as wires do.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A wire: clients connect to its address and reach the node.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    fault: watch::Sender<Fault>,
    _pump: JoinSet<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// None: all is passed on.
    None,
    /// Connections stay open and nothing comes through any more.
    Swallow,
    /// Connections are cut, and new ones at once after they were made.
    Cut,
    /// Less than 2 KB come through in a second.
    Trickle,
}

impl Wire {
    pub(crate) async fn to(node: SocketAddr) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), node).await
    }

    pub(crate) async fn at(address: SocketAddr, node: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fault, faults) = watch::channel(Fault::None);
        let mut pump = JoinSet::new();
        pump.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                // Those that have ended would be kept until the last of them.
                while connections.try_join_next().is_some() {}
                let faults = faults.clone();
                connections.spawn(async move {
                    let server = TcpStream::connect(node).await.unwrap();
                    for end in [&client, &server] {
                        end.set_nodelay(true).unwrap();
                    }
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    let cut = async {
                        let _ = faults.clone().wait_for(|fault| *fault == Fault::Cut).await;
                    };
                    tokio::select! {
                        () = cut => {}
                        () = pass(from_client, to_server, faults.clone()) => {}
                        () = pass(from_server, to_client, faults.clone()) => {}
                    }
                });
            }
        });
        Self {
            address,
            fault,
            _pump: pump,
        }
    }

    pub(crate) fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Cuts every connection, and lets new ones through.
    pub(crate) async fn cut(&self) {
        self.set(Fault::Cut);
        self.idle().await;
        self.set(Fault::None);
    }

    /// Waits until there is no connection.
    pub(crate) async fn idle(&self) {
        // Every connection holds receivers; the last one is the listener's.
        while self.fault.receiver_count() > 1 {
            tokio::task::yield_now().await;
        }
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    faults: watch::Receiver<Fault>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) if *faults.borrow() == Fault::Swallow => {}
            Ok(read) if *faults.borrow() == Fault::Trickle => {
                for few in buffer[..read].chunks(16) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    if to.write_all(few).await.is_err() {
                        return;
                    }
                }
            }
            Ok(read) => {
                if to.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
