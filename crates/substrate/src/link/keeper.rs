//! The task that keeps a connection, or knows why there is none.

use std::sync::Arc;

use axonry_core::BlockHash;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, error, info, warn};

use super::attempts::Attempts;
use super::connection::{Connection, Fault, Surroundings};
use super::shared::Shared;
use super::{dial, lookout};

/// Whether there is a connection.
#[derive(Clone, Debug)]
pub(super) enum State {
    Up {
        connection: Arc<Connection>,
        /// Which connection since the start this is.
        generation: u64,
    },
    Down {
        reason: Arc<str>,
    },
    /// Nobody has wanted it for a while; the next call opens it again.
    Asleep,
    /// For good.
    Closed,
}

/// An open connection and the task that drives it, which ends with this.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) connection: Arc<Connection>,
    driver: AbortOnDropHandle<Arc<str>>,
}

impl Live {
    /// Takes leave of the peer; the socket is closed when this returns.
    async fn close(self) {
        self.connection.close();
        // The driver takes a quarter of a second at most; what it says is known.
        let _ = self.driver.await;
    }
}

/// Asks for something small on a connection of the keeper's own.
pub(super) async fn ask<T: DeserializeOwned>(
    shared: &Shared,
    connection: &Connection,
    method: &'static str,
    params: &str,
) -> Result<T, Arc<str>> {
    let asking = connection.ask(method, params.into());
    match timeout(shared.patience.connect, asking).await {
        Ok(Ok(answer)) => serde_json::from_str(answer.get())
            .map_err(|error| format!("cannot read its answer to {method}: {error}").into()),
        Ok(Err(Fault::Refused(error))) => Err(error.words().into()),
        Ok(Err(Fault::Lost)) => Err("the connection was lost".into()),
        Err(_) => Err(format!("no answer within {:?}", shared.patience.connect).into()),
    }
}

/// Opens a connection to one of the endpoints.
pub(super) async fn open(shared: &Shared, place: usize) -> Result<Live, Arc<str>> {
    let endpoints = &shared.endpoints;
    let socket = dial::dial(endpoints.at(place), &shared.patience, &endpoints.trust).await?;
    let around = Surroundings {
        patience: shared.patience.clone(),
        requests: Arc::clone(&shared.requests),
        health: Arc::clone(endpoints.health(place)),
    };
    let (connection, driving) = Connection::over(socket, around);
    let driver = AbortOnDropHandle::new(tokio::spawn(driving));
    Ok(Live { connection, driver })
}

/// Opens a connection and makes sure of its chain.
pub(super) async fn open_checked(shared: &Shared, place: usize) -> Result<Live, Arc<str>> {
    let live = open(shared, place).await?;
    let Some(expected) = shared.endpoints.genesis.get() else {
        return Ok(live);
    };
    let found: Option<BlockHash> =
        ask(shared, &live.connection, "chain_getBlockHash", "[0]").await?;
    if found == Some(*expected) {
        return Ok(live);
    }
    let endpoint = shared.endpoints.at(place);
    let found = found.map_or("none".to_owned(), |found| found.to_string());
    // Somebody has to look: either the settings are wrong or the node is not what it says it is.
    error!(%endpoint, %expected, found, "this node serves another chain and is not used");
    Err(format!("it serves another chain: its genesis is {found}").into())
}

/// Why a connection is not used any longer.
enum End {
    Broken(Arc<str>),
    Better(usize, Live),
    Idle,
    Closed,
}

/// What follows when there is no connection.
enum Next {
    Connected(usize, Live),
    Asleep,
    Closed,
}

/// Keeps a connection for as long as it is polled, or until the link is closed.
pub(super) async fn keep(shared: Arc<Shared>, first: Option<Live>) {
    let mut attempts = Attempts::new(shared.patience.attempts);
    let mut generation = 0;
    let mut retired = None;
    let mut next = match first {
        Some(live) => Next::Connected(shared.endpoints.current(), live),
        None => Next::Asleep,
    };
    loop {
        next = match next {
            Next::Closed => return,
            Next::Asleep => woken(&shared, &mut attempts).await,
            Next::Connected(place, mut live) => {
                generation += 1;
                if !shared.put_up(place, &live.connection, generation) {
                    live.close().await;
                    return;
                }
                match end_of(&shared, &mut live, generation, retired.take()).await {
                    End::Better(place, better) => {
                        // What is under way on the old one may end there.
                        retired = Some(live);
                        Next::Connected(place, better)
                    }
                    End::Idle => {
                        debug!(endpoint = %shared.endpoint(), "nobody asks, connection closed");
                        live.close().await;
                        Next::Asleep
                    }
                    End::Closed => {
                        live.close().await;
                        Next::Closed
                    }
                    End::Broken(reason) => {
                        warn!(endpoint = %shared.endpoint(), %reason, "connection to the chain lost");
                        note_failure(&shared, place, &reason);
                        drop(live);
                        reconnect(&shared, &mut attempts).await
                    }
                }
            }
        };
    }
}

/// Waits until somebody wants the connection again, and opens it at once.
async fn woken(shared: &Shared, attempts: &mut Attempts) -> Next {
    let wanted = async {
        shared.wanted.notified().await;
        // A word from before it was last opened may be left over.
        while !shared.activity.is_busy() {
            shared.wanted.notified().await;
        }
    };
    tokio::select! {
        () = wanted => {}
        () = shared.closed() => return Next::Closed,
    }
    let place = shared.endpoints.next(shared.patience.rest);
    let opened = tokio::select! {
        opened = open_checked(shared, place) => opened,
        () = shared.closed() => return Next::Closed,
    };
    match opened {
        Ok(live) => Next::Connected(place, live),
        Err(reason) => {
            note_failure(shared, place, &reason);
            reconnect(shared, attempts).await
        }
    }
}

/// Waits for what ends the use of a connection.
async fn end_of(
    shared: &Shared,
    Live { connection, driver }: &mut Live,
    generation: u64,
    retired: Option<Live>,
) -> End {
    let given_up = async {
        let mut distrusted = shared.distrusted.subscribe();
        // The sender lives in `shared`, so this only ends when the generation comes up.
        let _ = distrusted
            .wait_for(|given_up| *given_up >= generation)
            .await;
    };
    let idle = async {
        loop {
            shared.idle().await;
            if shared.fall_asleep() {
                return;
            }
        }
    };
    let retiring = async {
        if let Some(old) = retired {
            let _ = timeout(shared.patience.call, old.connection.is_quiet()).await;
            old.close().await;
        }
        std::future::pending().await
    };
    tokio::select! {
        reason = driver => End::Broken(reason.unwrap_or_else(|_| "its task ended".into())),
        () = given_up => End::Broken("it answers no longer".into()),
        (place, better) = lookout::better(shared, connection) => End::Better(place, better),
        () = idle => End::Idle,
        () = shared.closed() => End::Closed,
        () = retiring => unreachable!("it never ends"),
    }
}

/// Connects to whichever endpoint is next, with pauses, until one answers or nobody asks any more.
async fn reconnect(shared: &Shared, attempts: &mut Attempts) -> Next {
    loop {
        tokio::select! {
            () = sleep(attempts.next_pause(Instant::now())) => {}
            () = shared.closed() => return Next::Closed,
        }
        if shared.is_forgotten() && shared.fall_asleep() {
            return Next::Asleep;
        }
        let place = shared.endpoints.next(shared.patience.rest);
        let opened = tokio::select! {
            opened = open_checked(shared, place) => opened,
            () = shared.closed() => return Next::Closed,
        };
        match opened {
            Ok(live) => {
                attempts.succeeded();
                info!(endpoint = %shared.endpoints.at(place), "connected to the chain again");
                return Next::Connected(place, live);
            }
            Err(reason) => {
                shared.endpoints.choose(place);
                note_failure(shared, place, &reason);
            }
        }
    }
}

fn note_failure(shared: &Shared, place: usize, reason: &Arc<str>) {
    debug!(endpoint = %shared.endpoints.at(place), %reason, "no connection");
    shared.endpoints.failed(place, shared.patience.rest);
    shared.put_down(Arc::clone(reason));
}
